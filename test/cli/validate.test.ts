/** `robust-bench validate` on every kind of file that it knows. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  corruptDataset,
  createArrayDataset,
  writeLabelFile,
  writeMemorization,
  writeResult,
} from '../../src/index.ts';
import { exampleMemorization } from '../results/example-memorization.ts';
import { exampleResult } from '../results/example-result.ts';
import { fileURLToPath } from 'node:url';
import { writeEpochPredictions } from '../../src/predictions/folder.ts';
import { run } from './workspace.ts';

const folder = await mkdtemp(join(tmpdir(), 'robust-bench-validate-'));
after(() => rm(folder, { recursive: true }));
const place = (name: string): string => join(folder, name);

test('the result of an attack', async () => {
  await writeResult(place('attack.json'), exampleResult());
  const { code, out, err } = await run(['validate', place('attack.json')]);
  assert.equal(code, 0, err);
  assert.match(out, /attack\.json: a valid robust-bench\/result\/2 with 13 evaluations of 40 examples\n$/);
});

test('a memorization result', async () => {
  await writeMemorization(place('memorization.json'), exampleMemorization());
  const { code, out, err } = await run(['validate', place('memorization.json')]);
  assert.equal(code, 0, err);
  assert.match(
    out,
    /memorization\.json: a valid robust-bench\/memorization\/2 with 6 runs on 60 training and 200 test examples\n$/,
  );
});

test('a memorization result that contradicts itself', async () => {
  const result = exampleMemorization();
  result.runs[1]!.testError.last.epoch = 3;
  await writeFile(place('forged.json'), JSON.stringify(result));
  const { code, out, err } = await run(['validate', place('forged.json')]);
  assert.equal(code, 2);
  assert.equal(out, '');
  assert.match(
    err,
    /^error: [^\n]*forged\.json contradicts itself: \/runs\/1\/testError\/last\/epoch[^\n]*\n$/,
  );
});

test('a label file, and a truncated one', async () => {
  const dataset = createArrayDataset(
    {
      name: 'npz',
      images: { data: new Uint8Array(40 * 4), dims: [40, 2, 2], dataType: 'uint8' },
      labels: { data: Int32Array.from({ length: 40 }, (_, i) => i % 4), dims: [40], dataType: 'int32' },
      sources: { images: 'images', labels: 'labels' },
    },
    { split: 'train' },
  );
  const labels = await corruptDataset(dataset, { seed: 1, rate: 0.5, exact: true });
  await writeLabelFile(place('labels.json'), labels);
  const { code, out, err } = await run(['validate', place('labels.json')]);
  assert.equal(code, 0, err);
  assert.match(
    out,
    /labels\.json: a valid robust-bench\/labels\/1 with 40 labels, 20 of them corrupted, \d+ really changed\n$/,
  );
  const text = await readFile(place('labels.json'), 'utf8');
  await writeFile(place('short.json'), text.slice(0, 200));
  const short = await run(['validate', place('short.json')]);
  assert.equal(short.code, 2);
  assert.match(short.err, /^error: [^\n]*short\.json is no valid JSON[^\n]*\n$/);
  await writeFile(place('other.json'), text.replace('"masked":', '"masked ":'));
  const other = await run(['validate', place('other.json')]);
  assert.equal(other.code, 2);
  assert.match(other.err, /^error: [^\n]*other\.json[^\n]*masked[^\n]*\n$/);
});

test('a model card, a recipe and a folder of predictions', async () => {
  const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const card = await run(['validate', path('fixtures/models/mixup.json')]);
  assert.match(
    card.out,
    /mixup\.json: a valid model card with the model mixup of 10 classes in mixup\.onnx\n$/,
  );
  const recipe = await run(['validate', path('recipes/cifar10/preact18-mixup.json')]);
  assert.match(recipe.out, /preact18-mixup\.json: a valid recipe with 200 epochs: .+\n$/);
  const predictions = place('predictions');
  for (const epoch of [1, 2]) {
    const rows = { train: new Float32Array(12), test: new Float32Array(8), classCount: 4 };
    await writeEpochPredictions(predictions, epoch, rows);
  }
  const folder = await run(['validate', predictions]);
  assert.equal(folder.code, 0, folder.err);
  assert.match(
    folder.out,
    /predictions: valid predictions of 2 epochs for 3 training and 2 test examples of 4 classes\n$/,
  );
  for (const [name, content, message] of [
    ['card.json', { kind: 'robust-bench-model-card', version: 1 }, /card\.json is not a valid model card: /],
    ['recipe.json', { title: 'x', settings: { epochs: 'many' } }, /recipe\.json is not a valid recipe: /],
    ['newer.json', { kind: 'robust-bench-model-card', version: 2 }, /newer\.json has the format /],
  ] as const) {
    await writeFile(place(name), JSON.stringify(content));
    const refused = await run(['validate', place(name)]);
    assert.equal(refused.code, 2, name);
    assert.match(refused.err, message);
  }
  await writeFile(place('predictions/epoch-0003.npz'), 'x');
  assert.equal((await run(['validate', predictions])).code, 2);
});

test('documents of version 1', async () => {
  for (const [name, line] of [
    ['attack-1', 'a valid robust-bench/result/1 with 11 evaluations of 100 examples'],
    ['targeted-1', 'a valid robust-bench/result/1 with 4 evaluations of 60 examples'],
    ['memorization-1', 'a valid robust-bench/memorization/1 with 2 runs on 60 training and 40 test examples'],
    ['labels-1', 'a valid robust-bench/labels/1 with 1000 labels, '],
  ] as const) {
    const path = fileURLToPath(new URL(`../../fixtures/results/${name}.json`, import.meta.url));
    const { out, err } = await run(['validate', path]);
    assert.ok(out.includes(`: ${line}`), out + err);
  }
});

test('what is neither', async () => {
  for (const [name, content] of [
    ['list.json', '[]'],
    ['null.json', 'null'],
    ['number.json', '{"schema": 5}'],
    ['future.json', '{"schema": "robust-bench/memorization/3"}'],
  ] as const) {
    await writeFile(place(name), content);
    const { code, err } = await run(['validate', place(name)]);
    assert.equal(code, 2, name);
    assert.match(err, /^error: [^\n]*(?:"schema"|the format)[^\n]*\n$/);
  }
});
