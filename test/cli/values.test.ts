/** Values of options: what each kind takes, and that every option of every command refuses what is none. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackOptions } from '../../src/cli/arguments/attack.ts';
import { corruptOptions } from '../../src/cli/arguments/corrupt.ts';
import { gateOptions } from '../../src/cli/arguments/gate.ts';
import { gradientOptions } from '../../src/cli/arguments/gradient.ts';
import { memorizeOptions } from '../../src/cli/arguments/memorize.ts';
import { modelsOptions } from '../../src/cli/arguments/models.ts';
import { recipesOptions } from '../../src/cli/arguments/recipes.ts';
import { trainOptions } from '../../src/cli/arguments/train.ts';
import {
  decimal,
  decimals,
  name,
  orNone,
  path,
  range,
  span,
  text,
  threads,
  whole,
} from '../../src/cli/values.ts';
import { InputError } from '../../src/core/errors.ts';
import { run } from './workspace.ts';

const refused = (read: () => unknown, pattern: RegExp): void => {
  assert.throws(read, (error: Error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, pattern);
    return true;
  });
};

test('numbers are decimal, and within their domain', () => {
  const count = whole({ least: 1, most: 100 });
  assert.deepEqual(
    ['1', '+7', '1e2', '100', '50.0'].map((given) => count.read(given, '--n')),
    [1, 7, 100, 100, 50],
  );
  for (const given of [
    '',
    ' ',
    '0',
    '-1',
    '1.5',
    '101',
    '0x10',
    '0b1',
    'NaN',
    'Infinity',
    '1e99',
    '1_0',
    'ten',
    '1 ',
  ]) {
    refused(() => count.read(given, '--n'), /^--n takes a whole number from 1 to 100, not "/);
  }
  refused(() => whole({ least: 0 }).read('9007199254740993', '--n'), /of at least 0, not/);
  const share = decimal({ least: 0, below: 1, such: '0.5' });
  assert.deepEqual(
    ['0', '.5', '5e-1', '0.999'].map((given) => share.read(given, '--p')),
    [0, 0.5, 0.5, 0.999],
  );
  for (const given of ['', '1', '-0.1', '0x1', 'NaN', '1e999']) {
    refused(
      () => share.read(given, '--p'),
      /^--p takes a number of at least 0 and less than 1.*, such as 0\.5, not "/,
    );
  }
  refused(
    () => decimal({ above: 0 }).read('1e99', '--lr'),
    /--lr takes a number greater than 0, up to 1e\+30, not "1e99"/,
  );
});

test('lists, ranges and spans', () => {
  const list = decimals({ such: '0,1' });
  assert.deepEqual(list.read(' -1 , 1e-3', '--mean'), [-1, 0.001]);
  for (const given of ['', '1,', '1;2', 'a', 'NaN', 'Infinity', '1,,2', '0x1,2', '1e99']) {
    refused(
      () => list.read(given, '--mean'),
      /^--mean takes numbers with commas between them, such as 0,1, not "/,
    );
  }
  refused(
    () => decimals({ count: 2, such: '0,1' }).read('1,2,3', '--b'),
    /--b 1,2,3: 2 numbers are wanted, not 3/,
  );
  assert.deepEqual(range.read('-1,1', '--bounds'), { lower: -1, upper: 1 });
  refused(() => range.read('1,1', '--bounds'), /not an interval/);
  assert.deepEqual(span({ such: '1,2' }).read('0.5,0.5', '--s'), [0.5, 0.5]);
  refused(() => span({ such: '1,2' }).read('0,1', '--s'), /above 0, the lesser first: 1,2/);
  assert.equal(orNone(list).read('none', '--mean'), 'none');
});

test('text and paths', () => {
  for (const kind of [text(), path, name]) refused(() => kind.read(' ', '--out'), /^--out is empty/);
  refused(() => name.read('a'.repeat(201), '--name'), /--name takes at most 200 characters, not 201/);
  refused(() => name.read('a\nb', '--name'), /without control characters/);
  refused(() => path.read('a\0b', '--out'), /null character/);
  assert.equal(path.read('a\nb', '--out'), 'a\nb');
});

test('threads are as many as can be of use', () => {
  assert.equal(threads.read('64', '--threads'), 64);
  refused(() => threads.read('100000', '--threads'), /--threads takes a whole number from 1 to \d+/);
});

interface Made {
  readonly number?: boolean;
  readonly string?: boolean;
  readonly type?: unknown;
  readonly array?: boolean;
  readonly coerce?: (given: unknown) => unknown;
  readonly describe?: string;
}

const tables: Readonly<Record<string, Readonly<Record<string, Made>>>> = {
  attack: attackOptions,
  corrupt: corruptOptions,
  gate: gateOptions,
  gradient: gradientOptions,
  memorize: memorizeOptions,
  models: modelsOptions,
  recipes: recipesOptions,
  train: trainOptions,
};

/** A command with the arguments that it cannot do without. */
function commandLine(command: string): string[] {
  return command === 'gradient' || command === 'models' ? [command, 'm.onnx'] : [command];
}

/** Numbers that options may have, besides whole ones above 0. */
const NEGATIVE: ReadonlySet<string> = new Set(['first-label']);

for (const [command, table] of Object.entries(tables)) {
  describe(`robust-bench ${command}`, () => {
    test('every value is read by its kind', () => {
      for (const [option, made] of Object.entries(table)) {
        assert.notEqual(made.type, 'number', option);
        assert.notEqual(made.type, 'string', option);
        assert.equal(typeof made.coerce, 'function', option);
      }
    });

    for (const [option, made] of Object.entries(table)) {
      if (made.string !== true) continue;
      test(`--${option} ""`, async () => {
        const { code, err } = await run([...commandLine(command), `--${option}`, '']);
        assert.equal(code, 2);
        assert.match(err, new RegExp(`^error: --${option} [^\\n]*\\n$`));
      });
      if (made.number !== true) continue;
      for (const given of ['abc', 'NaN', '-1', '1e99', '0x10', '-1e99', '1.5.2']) {
        if (given === '-1' && NEGATIVE.has(option)) continue;
        test(`--${option} ${given}`, async () => {
          const { code, err } = await run([...commandLine(command), `--${option}=${given}`]);
          assert.equal(code, 2);
          assert.match(err, new RegExp(`^error: --${option} takes a (whole )?number [^\\n]*\\n$`));
        });
      }
      test(`--${option} 1.5 is taken as it is or refused`, () => {
        let read: unknown;
        try {
          read = made.coerce?.(made.array === true ? ['1.5'] : '1.5');
        } catch (error) {
          assert.ok(error instanceof InputError);
          return;
        }
        assert.deepEqual(read, made.array === true ? [1.5] : 1.5);
      });
    }
  });
}
