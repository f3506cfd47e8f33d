/**
 * Runs every test file, or those that the arguments name: a path as it is written from here or from the root, of a
 * file or a folder, or a part of a path under test/. Node 20's runner takes no patterns.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const root = join(import.meta.dirname, '..');
const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => join('test', path))
  .sort();

/** The test files that an argument names. */
function named(argument) {
  const place = [resolve(argument), resolve(root, argument)].find((path) => existsSync(path));
  const path = place === undefined ? undefined : relative(root, place);
  const written = all.filter((file) => file === path || file.startsWith(`${path}${sep}`));
  return written.length > 0 ? written : all.filter((file) => relative('test', file).includes(argument));
}

const chosen = process.argv.slice(2);
const files = new Set(chosen.length === 0 ? all : []);
for (const argument of chosen) {
  const found = named(argument);
  if (found.length === 0) {
    console.error(`no test file is ${argument}, lies in it, or has it in its path under test/`);
    process.exit(2);
  }
  for (const file of found) files.add(file);
}
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-reporter=spec', ...files],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
