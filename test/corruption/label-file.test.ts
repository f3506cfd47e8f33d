/** Label files: the round trip, what is refused, and that nothing is half written. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/core/errors.ts';
import { corruptDataset, readLabelFile, writeLabelFile } from '../../src/corruption/label-file.ts';
import { decodeBits, encodeBits } from '../../src/core/bits.ts';
import type { CorruptionOptions } from '../../src/corruption/settings.ts';
import { dataOf, drawLabels } from './data.ts';

const CLASSES = 4;
const COUNT = 93;
const dataset = dataOf(drawLabels(COUNT, CLASSES), CLASSES);
const matrix = [
  [0.5, 0.5, 0, 0],
  [0, 1, 0, 0],
  [0.25, 0.25, 0.25, 0.25],
  [0, 0, 0.1, 0.9],
];

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'robust-bench-labels-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, options: CorruptionOptions): Promise<string> {
  const path = join(folder, name);
  await writeLabelFile(path, await corruptDataset(dataset, options));
  return path;
}

async function assertRefused(path: string, message: RegExp): Promise<void> {
  await assert.rejects(readLabelFile(path), (error: Error) => {
    assert.ok(error instanceof InputError, error.stack);
    assert.match(error.message, message);
    assert.ok(error.message.includes(path) && !error.message.includes('\n'));
    return true;
  });
}

describe('round trip', () => {
  const all: readonly CorruptionOptions[] = [
    { seed: 0, rate: 0.5 },
    { seed: 'a text', rate: 0.123, exact: true },
    { seed: 1, rate: 1, mode: 'symmetric' },
    { seed: 1, rate: 0, mode: 'pair-flip' },
    { seed: 2, mode: 'class-conditional', matrix },
  ];
  for (const options of all) {
    test(`${options.mode ?? 'uniform'}, rate ${String(options.rate)}`, async () => {
      const file = await corruptDataset(dataset, options);
      const path = join(folder, 'trip.json');
      await writeLabelFile(path, file);
      assert.deepEqual(await readLabelFile(path), file);
    });
  }

  test('the fields are those of the data and of the labels', async () => {
    const path = await written('fields.json', { seed: 5, rate: 0.5 });
    const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    assert.deepEqual(Object.keys(json), [
      'schema',
      'tool',
      'data',
      'corruption',
      'counts',
      'masked',
      'labels',
    ]);
    assert.equal(json['schema'], 'robust-bench/labels/1');
    assert.deepEqual(json['data'], {
      specification: 'memory',
      split: 'train',
      sha256: await dataset.hash(),
      classes: CLASSES,
      size: COUNT,
    });
    assert.deepEqual(json['corruption'], { seed: 5, mode: 'uniform', rate: 0.5, exact: false, matrix: null });
  });

  test('the same seed gives the same bytes', async () => {
    const options = { seed: 3, rate: 0.5 };
    const first = await readFile(await written('first.json', options));
    assert.deepEqual(await readFile(await written('second.json', options)), first);
    assert.notDeepEqual(await readFile(await written('third.json', { ...options, seed: 4 })), first);
  });
});

describe('mask', () => {
  test('one bit an example, lowest bit first', () => {
    assert.equal(
      encodeBits(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
      Buffer.from([1, 2]).toString('base64'),
    );
    assert.deepEqual(
      decodeBits(Buffer.from([1, 2]).toString('base64'), 10),
      Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    );
  });

  test('is read back, and only at its own length', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 70 }), (bits) => {
        const mask = Uint8Array.from(bits);
        const text = encodeBits(mask);
        assert.deepEqual(decodeBits(text, bits.length), mask);
        assert.equal(decodeBits(text, bits.length + 24), null);
        assert.equal(decodeBits(`${text.slice(0, -1)}!`, bits.length), null);
      }),
      { seed: 1 },
    );
    assert.equal(decodeBits(Buffer.from([255]).toString('base64'), 7), null);
  });
});

describe('refuses', () => {
  interface Json {
    [key: string]: unknown;
    data: Record<string, unknown>;
    corruption: Record<string, unknown>;
    counts: { masked: number; changed: number };
    labels: unknown[];
  }

  /** Writes a file with one thing changed. */
  async function altered(
    change: (json: Json) => void,
    options: CorruptionOptions = { seed: 0, rate: 0.5 },
  ): Promise<string> {
    const path = await written('altered.json', options);
    const json = JSON.parse(await readFile(path, 'utf8')) as Json;
    change(json);
    await writeFile(path, JSON.stringify(json));
    return path;
  }

  const cases: readonly (readonly [string, (json: Json) => void, RegExp])[] = [
    [
      'another file',
      (json) => delete json['schema'],
      /is no robust-bench label file: its field "schema" is nothing/,
    ],
    [
      'a result',
      (json) => (json['schema'] = 'robust-bench/result/1'),
      /is no robust-bench label file.*result\/1/,
    ],
    [
      'a later version',
      (json) => (json['schema'] = 'robust-bench/labels/2'),
      /has the format "robust-bench\/labels\/2"/,
    ],
    ['an unknown field', (json) => (json['note'] = 'x'), /the whole has the unknown field "note"/],
    ['an unknown field inside', (json) => (json.data['path'] = 'x'), /\/data has the unknown field "path"/],
    ['a missing field', (json) => delete json['masked'], /the whole lacks the field "masked"/],
    [
      'an unknown mode',
      (json) => (json.corruption['mode'] = 'x'),
      /corruption\/mode is "x", expected one of/,
    ],
    ['a hash that is none', (json) => (json.data['sha256'] = 'x'), /data\/sha256 is "x", expected/],
    [
      'a rate above 1',
      (json) => (json.corruption['rate'] = 2),
      /corruption\/rate is 2, expected a number <= 1/,
    ],
    ['no rate', (json) => (json.corruption['rate'] = null), /uniform needs a rate/],
    ['a matrix that does not belong', (json) => (json.corruption['matrix'] = matrix), /not to uniform/],
    ['a fraction as label', (json) => (json.labels[5] = 0.5), /labels\/5 is 0\.5, expected a whole number/],
    ['a text as label', (json) => (json.labels[5] = '1'), /labels\/5 is "1", expected a whole number/],
    ['a negative label', (json) => (json.labels[5] = -1), /labels\/5 is -1, expected a number >= 0/],
    [
      'a label out of range',
      (json) => (json.labels[5] = CLASSES),
      /example 5 has the label 4; with 4 classes/,
    ],
    ['too few labels', (json) => json.labels.pop(), /holds 92 labels for 93 examples/],
    ['too many labels', (json) => json.labels.push(0), /holds 94 labels for 93 examples/],
    ['a mask that is short', (json) => (json['masked'] = 'AAAA'), /"masked" is no base64 of 93 bits/],
    ['a mask that is no base64', (json) => (json['masked'] = '§§§§'), /"masked" is no base64 of 93 bits/],
    ['a wrong count of the masked', (json) => (json.counts.masked += 1), /masked examples and marks/],
    ['more changed than masked', (json) => (json.counts.changed = COUNT), /more than the/],
    ['exact that is not', (json) => (json.corruption['exact'] = true), /where exactly 47 were asked for/],
  ];
  for (const [name, change, message] of cases) {
    test(name, async () => {
      await assertRefused(await altered(change), message);
    });
  }

  test('symmetric labels that were kept', async () => {
    const path = await altered((json) => (json.counts.changed -= 1), {
      seed: 0,
      rate: 0.5,
      mode: 'symmetric',
    });
    await assertRefused(path, /symmetric changes each/);
  });

  test('a matrix of another size', async () => {
    const path = await altered((json) => (json.corruption['matrix'] = [[1]]), {
      seed: 0,
      mode: 'class-conditional',
      matrix,
    });
    await assertRefused(path, /1 rows where the data have 4 classes/);
  });

  test('a file cut off anywhere', async () => {
    const path = await written('whole.json', { seed: 0, rate: 0.5 });
    const whole = await readFile(path);
    // Without the last brace and line feed it is no longer JSON.
    for (let length = 0; length < whole.length - 1; length += 13) {
      await writeFile(path, whole.subarray(0, length));
      await assertRefused(path, /is no valid JSON .*is the file whole/);
    }
  });

  test('what is no JSON, no object, or not there', async () => {
    const path = join(folder, 'other.json');
    await writeFile(path, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff));
    await assertRefused(path, /is no valid JSON/);
    for (const text of ['null', '[]', '3', '"text"']) {
      await writeFile(path, text);
      await assertRefused(path, /is no robust-bench label file/);
    }
    await assert.rejects(
      readLabelFile(join(folder, 'none.json')),
      /cannot read the label file .*no such file/,
    );
    await assert.rejects(readLabelFile(folder), /it is a folder/);
  });
});

describe('writing', () => {
  test('what is not valid is not written, and the file that was there stays', async () => {
    const path = await written('kept.json', { seed: 0, rate: 0.5 });
    const before = await readFile(path);
    const file = await corruptDataset(dataset, { seed: 0, rate: 0.5 });
    await assert.rejects(
      writeLabelFile(path, { ...file, labels: file.labels.slice(1) }),
      /the label file to be written contradicts itself/,
    );
    await assert.rejects(
      writeLabelFile(path, { ...file, settings: { ...file.settings, seed: 0.5 } }),
      /corruption\/seed is 0\.5, expected a text or a whole number/,
    );
    assert.deepEqual(await readFile(path), before);
  });

  test('leaves nothing beside the file, whether it succeeds or fails', async () => {
    const own = join(folder, 'own');
    const file = await corruptDataset(dataset, { seed: 0, rate: 0.5 });
    await writeLabelFile(join(own, 'labels.json'), file);
    assert.deepEqual(await readdir(own), ['labels.json']);
    // A file stands where the folder would have to be, and a folder where the file would.
    await assert.rejects(writeLabelFile(join(own, 'labels.json', 'x.json'), file), /cannot write/);
    await assert.rejects(writeLabelFile(own, file), /cannot write/);
    assert.deepEqual(await readdir(own), ['labels.json']);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.part')),
      [],
    );
  });
});
