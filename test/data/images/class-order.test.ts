import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClassOrderOptions, orderClasses } from '../../../src/data/images/class-order.ts';
import { assertRefused } from '../synthetic.ts';

const order = (names: readonly string[], options: ClassOrderOptions = {}) =>
  orderClasses([...names].sort(), 'DIR', options);
const upTo = (count: number) => Array.from({ length: count }, (_, k) => String(k));

test('folders that are numbers are ordered by number, and that is said where it differs from text', () => {
  const twelve = order(upTo(12));
  assert.deepEqual(twelve.classNames, upTo(12));
  assert.match(
    twelve.notes.join(),
    /\(9 before 10\); --class-order text orders them as text, as torchvision does/,
  );
  assert.deepEqual(twelve.settings, { classOrder: 'number' });
  for (const names of [upTo(10), ['00', '01', '02', '10', '11'], ['1', '2', '3'], ['-1', '0', '1']]) {
    const { classNames, settings } = order(names);
    assert.deepEqual(classNames, names);
    assert.deepEqual(settings, {});
  }
  assert.deepEqual(order(['-10', '-9', '2', '10']).classNames, ['-10', '-9', '2', '10']);
  assert.deepEqual(order(['1', '02', '003', '10']).classNames, ['1', '02', '003', '10']);
  assert.deepEqual(order(upTo(10)).notes, []);
});

test('--class-order overrules; text is the order of all other names', async () => {
  const text = order(upTo(12), { classOrder: 'text' });
  assert.deepEqual(text.classNames.slice(0, 5), ['0', '1', '10', '11', '2']);
  assert.deepEqual([text.notes, text.settings], [[], { classOrder: 'text' }]);
  const mixed = order(['10', '9', 'other']);
  assert.deepEqual([mixed.classNames, mixed.notes], [['10', '9', 'other'], []]);
  const named = ['class-1', 'class-10', 'class-2'];
  const asText = order(named);
  assert.deepEqual(asText.classNames, named);
  assert.match(asText.notes.join(), /ordered as text \(class-10 before class-2\).*--class-order number/);
  assert.deepEqual(order(named, { classOrder: 'number' }).classNames, ['class-1', 'class-2', 'class-10']);
  await assertRefused(() => order(['cat', 'dog'], { classOrder: 'number' }), /no numbers to be ordered by/);
  await assertRefused(() => order(['01', '1', '2']), /folders 01 and 1 of DIR have the same number/);
});

test('numbers that leave classes out: by their order, or as class numbers where the models have more classes', async () => {
  assert.match(order(['0', '1', '3']).notes.join(), /skip numbers: .* folder 3 is class 2/);
  const some = order(['0', '7', '10'], { classCount: 12 });
  assert.deepEqual(
    some.folders.map(({ name, label }) => [name, label]),
    [
      ['0', 0],
      ['7', 7],
      ['10', 10],
    ],
  );
  assert.deepEqual(some.classNames, upTo(12));
  assert.match(some.notes.join(), /are class numbers, of which 0 is class 0/);
  await assertRefused(
    () => order(['3', '7'], { classCount: 12 }),
    /write --first-label 0 or --first-label 1/,
  );
  const fromOne = order(['3', '12'], { classCount: 12, firstLabel: 1 });
  assert.deepEqual(
    fromOne.folders.map(({ label }) => label),
    [2, 11],
  );
  assert.deepEqual([fromOne.classNames[0], fromOne.classNames[11]], ['1', '12']);
  assert.equal(fromOne.settings['firstLabel'], 1);
  await assertRefused(
    () => order(['0', '7'], { classCount: 12, firstLabel: 1 }),
    /folder 0 of DIR names no class: with 12 classes from --first-label 1 on, the numbers are 1 to 12/,
  );
  await assertRefused(() => order(['a', 'b'], { firstLabel: 1 }), /leave --first-label out/);
  await assertRefused(() => order(['0', '99999999999'], { firstLabel: 0 }), /are no classes/);
});
