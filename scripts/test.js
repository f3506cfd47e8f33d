/** Runs every test file, or those whose paths contain one of the arguments: Node 20's runner takes no patterns. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const chosen = process.argv.slice(2);
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => chosen.length === 0 || chosen.some((part) => path.includes(part)))
  .map((path) => join('test', path))
  .sort();
if (files.length === 0) {
  console.error(`no test file under test/ has ${chosen.join(' or ')} in its path`);
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-reporter=spec', ...files],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
