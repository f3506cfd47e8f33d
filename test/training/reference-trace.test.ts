/**
 * Five training steps of PyTorch, step by step: losses, then every weight and running statistic. From the third step on
 * the trace is sharper than float32 allows: at the second, one value before a ReLU lies 3.5e-7 from zero, at the fourth
 * 1.8e-7, at the fifth 1e-8, and which side rounding puts them on changes the gradient. PyTorch 1.13 itself, run in
 * float64 or without its convolution library, leaves the losses by 7e-6, 2.5e-3 and 4.7e-3 there, and the final weights
 * by up to 9 % of the largest.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readNpy } from '../../src/data/npy.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { float32, sizeOf, zeros } from '../../src/graph/tensor.ts';
import type { Tensor } from '../../src/graph/types.ts';
import { mixRows, oneHot } from '../../src/training/mixup.ts';
import { createTrainingGraph, STEP } from '../../src/training/training-graph.ts';
import { initialWeights } from '../../src/training/initialize.ts';
import type { NetworkSettings } from '../../src/models/architectures/network.ts';

const folder = new URL('../../../shared/reference/training_preact18_mixup/', import.meta.url);
const skip = existsSync(folder) ? false : 'the PyTorch vectors in ../shared/reference are not here';

const network: NetworkSettings = {
  architecture: 'preact-resnet18',
  width: 8,
  inputShape: [3, 32, 32],
  classCount: 10,
  normalization: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.201] },
};

async function array(name: string): Promise<{ dims: readonly number[]; data: Float32Array }> {
  const { dims, data } = await readNpy(new URL(name, folder).pathname);
  return { dims, data: Float32Array.from(data as ArrayLike<number>) };
}

test('five mixup steps follow the PyTorch trace', { skip }, async () => {
  const settings = JSON.parse(readFileSync(new URL('settings.json', folder), 'utf8')) as {
    lr: number;
    momentum: number;
    weightDecay: number;
  };
  const weights = new Map<string, Tensor>(initialWeights(network, 0));
  for (const file of readdirSync(new URL('before/', folder))) {
    const { dims, data } = await array(`before/${file}`);
    weights.set(file.replace(/\.npy$/, ''), float32(dims, data));
  }
  const engine = await createOnnxRuntimeEngine({ threads: 2 });
  const { graph, renewals } = createTrainingGraph(network, {
    kind: 'sgd',
    momentum: settings.momentum,
    nesterov: false,
    weightDecay: { factor: settings.weightDecay, on: 'all' },
  });
  const state = renewals.map((renewal) => ({
    ...renewal,
    initial: weights.get(renewal.input) ?? zeros(renewal.dims),
  }));
  const step = await engine.compile(graph, { state });
  const [x, y, lambda, partner, expected] = await Promise.all(
    ['x', 'y', 'lam', 'perm', 'losses'].map((name) => array(`${name}.npy`)),
  );
  assert.ok(x && y && lambda && partner && expected);
  const count = x.dims[1] ?? 0;
  const imageSize = sizeOf(x.dims.slice(2));
  for (let index = 0; index < expected.data.length; index++) {
    const mixing = {
      lambda: new Float32Array(count).fill(lambda.data[index]!),
      partner: Int32Array.from(partner.data.subarray(index * count, (index + 1) * count)),
    };
    const images = x.data.subarray(index * count * imageSize, (index + 1) * count * imageSize);
    const labels = Int32Array.from(y.data.subarray(index * count, (index + 1) * count));
    const outputs = await step.run({
      [STEP.images]: float32([count, 3, 32, 32], mixRows(images, imageSize, mixing)),
      [STEP.targets]: float32([count, 10], mixRows(oneHot(labels, 10), 10, mixing)),
      [STEP.learningRate]: float32([], [settings.lr]),
    });
    const loss = Number(outputs[STEP.loss]?.data[0]);
    const difference = Math.abs(loss - expected.data[index]!);
    assert.ok(
      difference < (index < 2 ? 1e-6 : 1e-2),
      `step ${String(index)}: loss ${String(loss)}, off by ${String(difference)}`,
    );
  }
  const after = await step.readState();
  for (const file of readdirSync(new URL('after/', folder))) {
    const name = file.replace(/\.npy$/, '');
    const reference = (await array(`after/${file}`)).data;
    const ours = after[name]?.data as Float32Array;
    assert.equal(ours.length, reference.length, name);
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = reference.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[i]!)), 0);
    assert.ok(
      worst <= 0.15 * Math.max(largest, 0.05),
      `${name}: off by ${String(worst)} of ${String(largest)}`,
    );
  }
  await engine.dispose();
});
