/** Steps of training against PyTorch's, from weights that both compute from their names. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { sizeOf } from '../../src/graph/tensor.ts';
import { evaluationNetwork, type NetworkSettings } from '../../src/models/architectures/network.ts';
import { mixRows, oneHot } from '../../src/training/mixup.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';
import { createTrainingStep } from '../../src/training/step.ts';
import { fraction, weight } from '../models/architectures/oracle-weights.ts';

interface Trace {
  readonly network: NetworkSettings;
  readonly optimizer: {
    readonly learningRate: number;
    readonly momentum: number;
    readonly weightDecay: number;
  };
  readonly examples: number;
  readonly runs: readonly {
    readonly nesterov: boolean;
    /** Before each step. */
    readonly losses: readonly number[];
    /** Of each array after the last: its norm and its product with `along` the array. */
    readonly after: Readonly<Record<string, readonly [number, number]>>;
  }[];
}

const { network, optimizer, examples, runs } = JSON.parse(
  readFileSync(new URL('../../fixtures/training-trace.json', import.meta.url), 'utf8'),
) as Trace;

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(() => engine.dispose());

for (const { nesterov, losses, after: expected } of runs) {
  test(`mixup with SGD${nesterov ? ' of Nesterov' : ''} follows PyTorch`, async (context) => {
    const settings: TrainingSettings = {
      network,
      epochs: 1,
      batchSize: examples,
      schedule: { initial: optimizer.learningRate, decay: { kind: 'constant' } },
      optimizer: {
        kind: 'sgd',
        momentum: optimizer.momentum,
        nesterov,
        weightDecay: { factor: optimizer.weightDecay, on: 'all' },
      },
      seed: 0,
    };
    const { layers } = evaluationNetwork(network);
    const first = [...layers.parameters, ...layers.statistics].map(
      ({ name, dims }) => [name, weight(name, dims)] as const,
    );
    const step = await createTrainingStep(engine, settings, new Map(first));
    const size = sizeOf(network.inputShape);
    const partner = Int32Array.from({ length: examples }, (_, index) => (index + 1) % examples);
    let worstLoss = 0;
    for (const [index, expectedLoss] of losses.entries()) {
      const share = Math.fround(fraction('lambda', losses.length)[index] ?? 0);
      const mixing = { lambda: new Float32Array(examples).fill(share), partner };
      const images = Float32Array.from(fraction(`images ${String(index)}`, examples * size));
      const labels = Int32Array.from({ length: examples }, (_, row) => (index + row) % network.classCount);
      const loss = await step.run(
        {
          epoch: 0,
          step: index,
          images: mixRows(images, size, mixing),
          targets: mixRows(oneHot(labels, network.classCount), network.classCount, mixing),
          count: examples,
        },
        optimizer.learningRate,
        index + 1,
      );
      worstLoss = Math.max(worstLoss, Math.abs(loss - expectedLoss) / expectedLoss);
    }
    const arrays = await step.arrays();
    await step.dispose();
    let worst = 0;
    for (const [name, [norm, product]] of Object.entries(expected)) {
      const values = arrays.get(name)?.data as Float32Array;
      const along = fraction(`along ${name}`, values.length).map((value) => 2 * value - 1);
      const ownNorm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      const ownProduct = values.reduce((sum, value, place) => sum + value * (along[place] ?? 0), 0);
      worst = Math.max(worst, Math.abs(ownNorm - norm) / norm, Math.abs(ownProduct - product) / norm);
    }
    context.diagnostic(`losses: ${String(worstLoss)}, arrays: ${String(worst)}`);
    assert.ok(worstLoss < 1e-5, `a loss is off by ${String(worstLoss)}`);
    assert.ok(worst < 1e-5, `an array is off by ${String(worst)}`);
  });
}
