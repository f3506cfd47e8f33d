/**
 * A model that this project did not train, against an independent PyTorch 1.13 computation from the same weights:
 * 119 of 1 000 images wrong clean, 979 (488 in the top 5) under FGSM, 1 000 (807) under I-FGSM, ε = 4 of 255 levels.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
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
  runAttackBenchmark,
  validateResult,
} from '../../src/index.ts';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const modelPath = `${shared}models/resnet8-cifar10/model.json`;
const dataPath = `${shared}data/cifar-10-batches-bin`;
const present = existsSync(modelPath) && existsSync(dataPath);

test(
  'FGSM and I-FGSM on a tfjs model with a softmax make the errors that PyTorch makes',
  { skip: present ? false : 'the model and data in ../shared are not here' },
  async () => {
    const description = await openModel(modelPath, { bounds: { lower: 0, upper: 255 } });
    assert.equal(description.outputs, 'softmax removed');
    const dataset = await openDataset(`cifar10:${dataPath}`, { split: 'test' });
    const engine = await createEngine('onnxruntime', { threads: 2 });
    const classifier = await createModelClassifier(description, engine);
    const result = await runAttackBenchmark({
      models: [{ id: 'resnet8', classifier, description }],
      whiteBox: ['resnet8'],
      attacks: ['fgsm', 'ifgsm'].map((id) => {
        const attack = attackOf(id);
        return { attack, settings: attackSettings(attack) };
      }),
      dataset,
      indices: chooseSubset(dataset, { seed: 0 }),
      selection: { limit: null, indices: null },
      seed: 0,
      batchSize: 100,
      engine,
      threads: 2,
    });
    await engine.dispose();
    await validateResult(JSON.parse(JSON.stringify(result)), 'the result');
    const errors = derive(result).evaluations.map(({ top1, top5 }) => [top1.errors, top5?.errors]);
    assert.deepEqual(
      errors.map(([top1]) => top1),
      [119, 979, 1000],
    );
    assert.deepEqual(
      errors.slice(1).map(([, top5]) => top5),
      [488, 807],
    );
  },
);
