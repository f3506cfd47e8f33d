/** The journal keeps every whole record, whatever a kill left behind it. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import { packJson, unpackJson } from '../../src/evaluation/columns-text.ts';
import { beginJournal, resumeJournal } from '../../src/evaluation/journal.ts';
import type { CleanRecord } from '../../src/evaluation/records.ts';

let folder = '';
let made = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robust-bench-journal-'));
});
after(() => rm(folder, { recursive: true }));
const fresh = (): string => join(folder, `${String(made++)}.journal`);

/** Losses of every kind of number: what JSON alone would lose. */
const recordAt = (start: number): CleanRecord => ({
  kind: 'clean',
  model: 'ein Modell – “∞”',
  start,
  score: {
    predictions: Int32Array.of(start, -1, 2 ** 31 - 1),
    ranks: Int32Array.of(0, 1, 2),
    losses: Float64Array.of(Math.PI, Infinity, -0),
    saturated: Uint8Array.of(0, 1, 255),
  },
  outputs: {
    rows: 3,
    leading: 0,
    least: Float32Array.of(-Infinity, Math.fround(0.1)),
    greatest: Float32Array.of(1, 2),
    leastSum: -3,
    greatestSum: 4,
  },
});

async function written(count: number, plan = 'plan'): Promise<string> {
  const path = fresh();
  const journal = await beginJournal(path, { plan, unitSize: 3 });
  await Promise.all(
    Array.from({ length: count }, (_, place) => journal.append(`unit ${String(place)}`, recordAt(3 * place))),
  );
  await journal.close();
  return path;
}

const refuses = (promise: Promise<unknown>, message: RegExp): Promise<void> =>
  assert.rejects(
    promise,
    (error: unknown) =>
      error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
  );

test('records come back as they were, in every type of column', async () => {
  const path = await written(3);
  const journal = await resumeJournal(path, 'plan');
  assert.equal(journal.unitSize, 3);
  assert.equal(journal.attackedRanges(), 0);
  assert.deepEqual(
    [...journal.done],
    [0, 1, 2].map((place) => [`unit ${String(place)}`, recordAt(3 * place)]),
  );
  await journal.close();
});

test('columns in text: a view of a larger buffer, and none at all', () => {
  const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  assert.deepEqual(unpackJson(packJson({ view, none: new Int32Array(0) })), {
    view: Float32Array.of(2, 3),
    none: new Int32Array(0),
  });
});

test('cut at any byte, it keeps the whole lines, and goes on from them', async () => {
  const bytes = await readFile(await written(2));
  const lines: number[] = [];
  for (const [place, byte] of bytes.entries()) if (byte === 10) lines.push(place + 1);
  const [first = 0, second = 0, third = 0] = lines;
  assert.equal(third, bytes.length);
  for (let length = first; length <= third; length++) {
    const path = fresh();
    await writeFile(path, bytes.subarray(0, length));
    const journal = await resumeJournal(path, 'plan');
    const whole = length === third ? 2 : length >= second ? 1 : 0;
    assert.equal(journal.done.size, whole, `${String(length)} bytes`);
    // What is torn is cut off, so that the next record begins a line.
    assert.equal((await stat(path)).size, lines[whole]);
    if (length % 97 === 0 || length > third - 3) {
      await journal.append('next', recordAt(99));
      await journal.close();
      const again = await resumeJournal(path, 'plan');
      assert.equal(again.done.size, whole + 1);
      assert.deepEqual(again.done.get('next'), recordAt(99));
      await again.close();
    } else await journal.close();
    await rm(path);
  }
});

test('a byte that was changed ends what is believed', async () => {
  const path = await written(3);
  const bytes = await readFile(path);
  const second = bytes.indexOf(10, bytes.indexOf(10) + 1);
  bytes[second + 40] = bytes[second + 40] === 65 ? 66 : 65;
  await writeFile(path, bytes);
  const journal = await resumeJournal(path, 'plan');
  assert.deepEqual([...journal.done.keys()], ['unit 0']);
  await journal.close();
});

test('one that is there, missing, of another plan, or none at all is refused in one line', async () => {
  const path = await written(1);
  const before = await readFile(path);
  await refuses(
    beginJournal(path, { plan: 'plan', unitSize: 3 }),
    /unfinished run: .*--resume, or remove it/,
  );
  await refuses(resumeJournal(path, 'another'), /is of another plan .*remove it/);
  assert.deepEqual(await readFile(path), before, 'it is left as it was');
  await refuses(resumeJournal(fresh(), 'plan'), /there is no journal .*leave --resume out/);
  await refuses(beginJournal(join(path, 'x'), { plan: 'plan', unitSize: 3 }), /cannot be written/);
  await refuses(resumeJournal(folder, 'plan'), /cannot be read/);
  for (const text of ['', '\n', '{}\n', 'a text\nof two lines\n']) {
    const other = fresh();
    await writeFile(other, text);
    await refuses(resumeJournal(other, 'plan'), /is no journal of an evaluation: remove it/);
  }
});

test('it counts the ranges that were attacked, makes its folder, and is removed for good', async () => {
  const path = join(fresh(), 'deeper', 'journal');
  const journal = await beginJournal(path, { plan: 'plan', unitSize: 2 });
  assert.equal(journal.attackedRanges(), 0);
  await journal.append('clean', recordAt(0));
  assert.equal(journal.attackedRanges(), 0);
  const { score } = recordAt(0);
  const none = new Int32Array(0);
  await journal.append('unit', {
    kind: 'attack',
    attack: 'fgsm@linf:4/255',
    source: 'model',
    start: 0,
    sizes: { linf: new Float64Array(0), l2: new Float64Array(0) },
    gradients: none,
    queries: none,
    zeroGradients: new Uint8Array(0),
    targets: null,
    led: null,
    rounded: null,
    scored: [{ model: 'model', score, rounded: null }],
  });
  assert.equal(journal.attackedRanges(), 1);
  await journal.close();
  const again = await resumeJournal(path, 'plan');
  assert.equal(again.attackedRanges(), 1);
  await again.remove();
  await refuses(resumeJournal(path, 'plan'), /there is no journal/);
});
