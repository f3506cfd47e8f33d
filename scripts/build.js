/** Compiles src/ to dist/ and copies the JSON schemas beside it. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

let compiler;
try {
  compiler = require.resolve('typescript/bin/tsc');
} catch {
  console.error(
    'robust-bench: not compiled, since the development dependencies were left out of this install',
  );
  process.exit(0);
}

rmSync(join(root, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
for (const entry of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (entry.endsWith('.schema.json')) cpSync(join(root, 'src', entry), join(root, 'dist', entry));
}
