/** The main job on the shipped fixtures: both engines make the same errors, and the cards say what they measure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  attackOf,
  attackSettings,
  chooseSubset,
  createEngine,
  createModelClassifier,
  derive,
  openDataset,
  openModel,
  requireBounds,
  type Result,
  runAttackBenchmark,
  scaleToBounds,
  validateResult,
} from '../../src/index.ts';

const models = ['erm-1', 'erm-2', 'mixup'];
const pathOf = (model: string): string =>
  fileURLToPath(new URL(`../../fixtures/models/${model}.json`, import.meta.url));

async function mainJob(engineName: string, limit: number): Promise<Result> {
  const engine = await createEngine(engineName);
  const opened = await Promise.all(models.map((model) => openModel(pathOf(model))));
  const { specification, split } = opened[0]!.data!;
  const dataset = await openDataset(specification, { split, classCount: 10 });
  const classifiers = await Promise.all(
    opened.map((description) => createModelClassifier(description, engine)),
  );
  const result = await runAttackBenchmark({
    models: opened.map((description, index) => ({
      id: description.name,
      classifier: classifiers[index]!,
      description,
    })),
    whiteBox: opened.map(({ name }) => name),
    blackBox: { source: opened[0]!.name, targets: opened.slice(1).map(({ name }) => name) },
    attacks: ['fgsm', 'ifgsm'].map((id) => {
      const attack = attackOf(id);
      return { attack, settings: attackSettings(attack) };
    }),
    dataset,
    indices: chooseSubset(dataset, { seed: 0, limit }),
    selection: { limit, indices: null },
    seed: 0,
    batchSize: 64,
    engine,
    threads: 2,
  });
  await engine.dispose();
  return validateResult(JSON.parse(JSON.stringify(result)), `the result of ${engineName}`);
}

const errorsOf = (result: Result): unknown[] =>
  derive(result).evaluations.map(({ attack, source, model, top1, top5 }) => [
    attack,
    source,
    model,
    top1.errors,
    top5?.errors,
  ]);

test('onnxruntime and tfjs make the same errors in the white and in the black box', async () => {
  const [native, wasm] = [await mainJob('onnxruntime', 24), await mainJob('tfjs:wasm', 24)];
  assert.equal(errorsOf(native).length, 3 + 3 * 2 + 2 * 2);
  assert.deepEqual(errorsOf(wasm), errorsOf(native));
  assert.equal(wasm.engine.provider, 'wasm');
});

test('each fixture model is at least 90 % accurate on the shipped test images', async () => {
  const engine = await createEngine('onnxruntime', { threads: 2 });
  for (const model of models) {
    const description = await openModel(pathOf(model));
    const { specification, split } = description.data!;
    const dataset = await openDataset(specification, { split, classCount: 10 });
    const classifier = await createModelClassifier(description, engine);
    const { inputs, labels } = await dataset.read(Array.from({ length: dataset.size }, (_, index) => index));
    const bounds = requireBounds(model, description.bounds);
    const logits = await classifier.logits(scaleToBounds(inputs, dataset.range, bounds));
    const wrong = labels.filter((label, row) => {
      const scores = logits.subarray(row * 10, row * 10 + 10);
      return scores.indexOf(Math.max(...scores)) !== label;
    });
    assert.ok(
      wrong.length <= 0.1 * labels.length,
      `${model}: ${String(wrong.length)} of ${String(labels.length)}`,
    );
    const claimed = description.card?.training?.cleanError;
    assert.ok(claimed !== undefined && claimed <= 0.1, `${model}: the card says ${String(claimed)}`);
  }
  await engine.dispose();
});
