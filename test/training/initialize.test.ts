import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { sizeOf } from '../../src/graph/tensor.ts';
import { BATCH } from '../../src/graph/types.ts';
import { Layers } from '../../src/models/architectures/layers.ts';
import { addNetwork, evaluationGraph, type NetworkSettings } from '../../src/models/architectures/network.ts';
import { initialWeights } from '../../src/training/initialize.ts';

const network = (changes: Partial<NetworkSettings> = {}): NetworkSettings => ({
  architecture: 'preact-resnet18',
  width: 64,
  inputShape: [3, 32, 32],
  classCount: 10,
  ...changes,
});

/** Trained numbers, without running statistics. */
function parameterCount(settings: NetworkSettings): number {
  const builder = new GraphBuilder('count');
  const layers = Layers.forEvaluation(builder);
  addNetwork(layers, builder.input('x', 'float32', [BATCH, ...settings.inputShape]), settings);
  return layers.parameters.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
}

describe('the architectures', () => {
  test('have the published number of parameters', () => {
    assert.equal(parameterCount(network()), 11_171_146);
    assert.equal(parameterCount(network({ classCount: 100 })), 11_171_146 + 90 * 513);
    assert.equal(parameterCount(network({ inputShape: [1, 28, 28] })), 11_171_146 - 2 * 64 * 9);
    // The eight further blocks of ResNet-34, each of two convolutions and two normalisations.
    const block = (channels: number): number => 2 * channels * channels * 9 + 4 * channels;
    const more = block(64) + 2 * block(128) + 4 * block(256) + block(512);
    assert.equal(parameterCount(network({ architecture: 'preact-resnet34' })), 11_171_146 + more);
  });

  test('take any image and any number of classes', () => {
    for (const inputShape of [
      [1, 28, 28],
      [3, 32, 32],
      [4, 9, 17],
    ] as const) {
      const graph = evaluationGraph(network({ width: 2, inputShape, classCount: 7 }));
      assert.deepEqual(graph.outputs[0]?.dims, [BATCH, 7]);
    }
  });
});

describe('initial weights', () => {
  const settings = network({ width: 4, inputShape: [1, 8, 8] });
  const weights = initialWeights(settings, 1);

  test('are uniform in ±1/√fanIn, normalisations 1 and 0', () => {
    let checked = 0;
    for (const [name, { data, dims }] of weights) {
      const values = Array.from(data as Float32Array);
      if (dims.length === 4) {
        const bound = 1 / Math.sqrt(dims[1]! * dims[2]! * dims[3]!);
        assert.ok(
          values.every((value) => Math.abs(value) <= bound),
          name,
        );
        if (values.length >= 500) {
          // Uniform in ±b: variance b²/3.
          const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
          assert.ok(Math.abs(variance / (bound * bound) - 1 / 3) < 0.08, `${name}: ${String(variance)}`);
          checked++;
        }
      } else if (dims.length === 1 && !name.startsWith('linear')) {
        assert.equal(new Set(values).size, 1, name);
        assert.ok(values[0] === 0 || values[0] === 1, name);
      }
    }
    assert.ok(checked >= 5);
  });

  test('follow from seed and name', () => {
    const same = initialWeights(settings, 1);
    const other = initialWeights(settings, 2);
    assert.deepEqual([...same], [...weights]);
    const kernel = [...weights.keys()].find((name) => name.startsWith('conv1'))!;
    assert.notDeepEqual(other.get(kernel), weights.get(kernel));
    // Another number of classes changes the last layer alone.
    const wider = initialWeights({ ...settings, classCount: 12 }, 1);
    assert.deepEqual(wider.get(kernel), weights.get(kernel));
    const kernels = [...weights].filter(([, { dims }]) => dims.length === 4);
    assert.equal(new Set(kernels.map(([, { data }]) => data[0])).size, kernels.length);
  });
});
