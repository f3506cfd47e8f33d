import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseSubset } from '../../src/data/subset.ts';
import { assertRefused, temporaryFolder, writeFiles } from './synthetic.ts';

const hundred = { size: 100 };

test('without limit or indices: all, in order', () => {
  assert.deepEqual([...chooseSubset({ size: 4 }, { seed: 1 })], [0, 1, 2, 3]);
  assert.deepEqual([...chooseSubset({ size: 4 }, { seed: 1, limit: 9 })], [0, 1, 2, 3]);
});

test('a limit draws by the seed; a smaller limit is a subset of a greater; order ascending', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.nat(200),
      fc.nat(200),
      fc.oneof(fc.nat(), fc.string()),
      fc.boolean(),
      (size, one, other, seed, windowed) => {
        const [small, great] = [1 + Math.min(one, other), 1 + Math.max(one, other)];
        const indices = windowed ? `${String(Math.floor(size / 2))}-` : undefined;
        const available = windowed ? size - Math.floor(size / 2) : size;
        const a = chooseSubset({ size }, { seed, limit: small, indices });
        const b = chooseSubset({ size }, { seed, limit: great, indices });
        assert.equal(a.length, Math.min(small, available));
        assert.equal(b.length, Math.min(great, available));
        assert.ok(a.every((index) => b.includes(index)));
        assert.ok(b.every((index, k) => index < size && (k === 0 || index > (b[k - 1] ?? 0))));
        if (windowed) assert.ok(b.every((index) => index >= Math.floor(size / 2)));
        assert.deepEqual(chooseSubset({ size }, { seed, limit: small, indices }), a);
      },
    ),
    { seed: 4, numRuns: 100 },
  );
  const first = chooseSubset(hundred, { seed: 1, limit: 10 });
  assert.notDeepEqual(first, chooseSubset(hundred, { seed: 2, limit: 10 }));
  assert.notDeepEqual([...first], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('index forms, and the same in a file', () => {
  const choose = (indices: string) => [...chooseSubset(hundred, { seed: 1, indices })];
  assert.deepEqual(choose('98-'), [98, 99]);
  assert.deepEqual(choose('7,0-2, 1-3,99'), [0, 1, 2, 3, 7, 99]);
  const folder = writeFiles(temporaryFolder(), { list: '5\n3-4,\n\n98-\n' });
  assert.deepEqual(choose(`@${join(folder, 'list')}`), [3, 4, 5, 98, 99]);
});

test('what names no examples is refused', async () => {
  const folder = writeFiles(temporaryFolder(), { bad: '5\nfive\n', empty: '\n' });
  const refused = (indices: string, ...patterns: RegExp[]) =>
    assertRefused(() => chooseSubset(hundred, { seed: 1, indices }), ...patterns);
  await refused('100', /--indices: 100 is outside the data set: its examples are 0 to 99/);
  await refused('90-100', /90-100 is outside/);
  await refused('100-', /100- is outside/);
  await refused('5-3', /5-3 is outside .* lower index first/);
  for (const bad of ['-5', '1.5', 'a', '1-2-3', '1e2', '0x10']) await refused(bad, /is not an index/);
  await refused('', /names no example/);
  await refused(`@${folder}/bad`, /bad: 'five' is not an index/);
  await refused(`@${folder}/empty`, /empty names no example/);
  await refused(`@${folder}/absent`, /cannot read the index file/);
  for (const limit of [0, -1, 1.5, NaN]) {
    await assertRefused(
      () => chooseSubset(hundred, { seed: 1, limit }),
      /--limit .* is not a number of examples/,
    );
  }
});
