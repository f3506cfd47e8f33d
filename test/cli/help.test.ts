/** Help texts: every option under a heading, examples that parse, lines that fit and break between words. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run } from './workspace.ts';

const help = async (...argv: readonly string[]): Promise<string> => {
  const { code, out, err } = await run([...argv, '--help']);
  assert.equal(code, 0);
  assert.equal(err, '');
  return out;
};

test('the commands, how they end, and the version', async () => {
  const text = await help();
  for (const command of [
    'attack',
    'train',
    'recipes [name]',
    'corrupt',
    'memorize',
    'merge <parts..>',
    'gate',
    'validate <file>',
    'models <files..>',
    'gradient <file>',
  ]) {
    assert.ok(text.includes(`robust-bench ${command} `), command);
  }
  assert.match(
    text,
    /Exit codes: 0 success, 1 a gate failed, 2 usage, data or output error, 3 internal error, 130 interrupted, 143\sterminated\./,
  );
  assert.match((await run(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
  assert.equal((await run(['-h'])).out, text);
});

describe('a command', () => {
  const home = process.cwd();
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'robust-bench-cli-'));
    process.chdir(folder);
  });
  after(async () => {
    process.chdir(home);
    await rm(folder, { recursive: true });
  });

  const headings: Readonly<Record<string, readonly string[]>> = {
    attack: ['Models:', 'Attack:', 'Data:', 'Computation:', 'Output:'],
    train: [
      'Data:',
      'Training:',
      'Learning rate:',
      'Augmentation and normalisation:',
      'Computation:',
      'Output:',
    ],
    recipes: ['Output:'],
    corrupt: ['Data:', 'Corruption:', 'Computation:', 'Output:'],
    memorize: [
      'Memorization:',
      'Data:',
      'Training:',
      'Learning rate:',
      'Augmentation and normalisation:',
      'Models:',
      'Computation:',
      'Output:',
    ],
    gate: ['Comparison:', 'Output:'],
    models: ['Models:', 'Output:'],
    validate: [],
  };
  for (const [command, expected] of Object.entries(headings)) {
    test(command, async () => {
      const text = await help(command);
      const lines = text.split('\n');
      const found = lines.filter((line) => /^[A-Z].*:$/.test(line) && line !== 'Positionals:');
      assert.deepEqual(found, [...expected, 'Options:', 'Examples:']);
      // Under the general heading stands nothing but help and version.
      const general = text.slice(text.indexOf('Options:'), text.indexOf('Examples:'));
      assert.deepEqual(general.match(/--[a-z-]+/g), ['--version', '--help']);
      assert.ok(lines.every((line) => line.length <= 110));
    });

    test(`the examples of ${command} are understood`, async () => {
      const text = await help(command);
      const examples = [...text.matchAll(/\$ robust-bench (.*)$/gm)].map(([, line = '']) => line);
      assert.ok(examples.length > 0);
      for (const line of examples) {
        // Nothing that they name is in an empty folder: they must fail for that, not for how they are written.
        const { code, err } = await run(line.split(' '));
        assert.equal(code, 2);
        assert.doesNotMatch(err, /see robust-bench/);
        assert.match(err, /cannot|no such|does not exist/);
      }
      assert.deepEqual(await readdir(folder), []);
    });
  }
});
