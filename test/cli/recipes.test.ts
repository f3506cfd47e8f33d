/** `robust-bench recipes`: the list with the paper's numbers, and one recipe as a file. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRecipe, recipeNames } from '../../src/recipes/read.ts';
import { run, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();

test('every recipe on a line of its own with the paper’s numbers, ? where they are not known', async () => {
  const { code, out, err } = await run(['recipes']);
  assert.deepEqual([code, err], [0, '']);
  const lines = out.split('\n').filter((line) => line.includes('/') && !line.includes(';'));
  assert.deepEqual(
    lines.map((line) => line.trim().split(' ')[0]),
    await recipeNames(),
  );
  assert.match(out, /^ {2}cifar10\/preact18-erm +\?$/m);
  assert.match(out, /^ {2}cifar10\/preact18-mixup +4\.2$/m);
  assert.match(out, /^ {2}cifar10-corrupted\/20-mixup-dropout +\? \/ 6\.2 \/ 1\.92 \/ 85\.02$/m);
  assert.match(out, /^Zhang et al\. 2018, section 3\.1, table 1\n {2}top-1 error \/ top-5 error, in %/m);
});

test('--json: every recipe, merged', async () => {
  const { out } = await run(['recipes', '--json']);
  const names = await recipeNames();
  assert.deepEqual(
    JSON.parse(out),
    await Promise.all(names.map(async (name) => ({ name, recipe: await readRecipe(name) }))),
  );
});

test('one recipe, printed as a file that --recipe takes', async () => {
  const { out } = await run(['recipes', 'imagenet/resnet50-mixup-200']);
  const path = join(workspace.folder, 'mine.json');
  await writeFile(path, out);
  assert.deepEqual(await readRecipe(path), await readRecipe('imagenet/resnet50-mixup-200'));
});

test('refused: a name that is none, and --json with a name', async () => {
  const unknown = await run(['recipes', 'cifar10/preact-mixup']);
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.err,
    /^error: there is no recipe cifar10\/preact-mixup; near it are cifar10\/preact18-mixup, [^\n]+\n$/,
  );
  const json = await run(['recipes', 'cifar10/preact18-erm', '--json']);
  assert.equal(json.code, 2);
  assert.match(json.err, /^error: --json is for the list[^\n]+\n$/);
});
