import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { float32, sizeOf } from '../../src/graph/tensor.ts';
import type { Tensor } from '../../src/graph/types.ts';
import { INPUT_NAME, OUTPUT_NAME, evaluationGraph } from '../../src/models/architectures/network.ts';
import type { NetworkSettings } from '../../src/models/architectures/network.ts';
import { initialWeights } from '../../src/training/initialize.ts';
import { createTrainingGraph, STEP } from '../../src/training/training-graph.ts';

const network = (changes: Partial<NetworkSettings> = {}): NetworkSettings => ({
  architecture: 'preact-resnet18',
  width: 64,
  inputShape: [3, 32, 32],
  classCount: 10,
  ...changes,
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

/** Mean and deviation of a parameter's elements. */
function momentsOf(weights: Map<string, Tensor>, name: string): { mean: number; deviation: number } {
  const values = Array.from(weights.get(name)!.data as Float32Array);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}

describe('the published initializations', () => {
  test('of ResNet: He-normal kernels, N(0, 0.01²) last, blocks that start as their shortcuts', () => {
    for (const architecture of ['resnet18', 'resnet50']) {
      const weights = initialWeights(network({ architecture, width: 16, classCount: 100 }), 3);
      for (const [name, { dims, data }] of weights) {
        if (dims.length !== 4 || data.length < 2000) continue;
        const { mean, deviation } = momentsOf(weights, name);
        const expected = Math.sqrt(2 / (dims[0]! * dims[2]! * dims[3]!));
        assert.ok(Math.abs(deviation / expected - 1) < 0.06, `${name}: ${String(deviation / expected)}`);
        assert.ok(Math.abs(mean / expected) < 5 / Math.sqrt(data.length), name);
      }
      const last = momentsOf(weights, 'fc.weight');
      assert.ok(Math.abs(last.deviation - 0.01) < 0.0003, String(last.deviation));
      const scales = [...weights].filter(([name, { dims }]) => dims.length === 1 && name.endsWith('weight'));
      const zeroScale = architecture === 'resnet18' ? /^layer.*bn2/ : /^layer.*bn3/;
      for (const [name, { data }] of scales) {
        assert.deepEqual(new Set(data as Float32Array), new Set([zeroScale.test(name) ? 0 : 1]), name);
      }
      for (const [name, { data }] of weights) {
        if (name.endsWith('.bias')) assert.deepEqual(new Set(data as Float32Array), new Set([0]), name);
      }
    }
  });

  test('of grouped convolutions and DenseNet: He-normal by fan-out; of Wide ResNet by fan-in; a last bias of 0', () => {
    for (const [architecture, width, kernel, side] of [
      ['resnext50-32x4d', 32, 'layer1.0.conv2.weight', 0],
      ['wrn-10-2', 16, 'blocks.1.conv1.weight', 1],
      ['densenet-bc-10', 12, 'block1.0.conv2.weight', 0],
    ] as const) {
      const weights = initialWeights(network({ architecture, width }), 3);
      const dims = weights.get(kernel)!.dims;
      assert.notEqual(dims[0], dims[1]);
      const expected = Math.sqrt(2 / (dims[side]! * 9));
      const { deviation } = momentsOf(weights, kernel);
      assert.ok(Math.abs(deviation / expected - 1) < 0.06, `${kernel}: ${String(deviation / expected)}`);
      const bias = weights.get('linear.bias') ?? weights.get('fc.bias');
      assert.deepEqual(new Set(bias!.data as Float32Array), new Set([0]));
    }
  });

  test('of LeNet, VGG and perceptrons: uniform in ±1/√fanIn, biases too', () => {
    for (const architecture of ['lenet', 'vgg11', 'mlp']) {
      const weights = initialWeights(network({ architecture, width: 8 }), 3);
      for (const [name, { dims, data }] of weights) {
        if (dims.length < 2) continue;
        const bound = 1 / Math.sqrt(sizeOf(dims.slice(1)));
        const bias = weights.get(name.replace('.weight', '.bias'))!;
        for (const values of [data as Float32Array, bias.data as Float32Array]) {
          assert.ok(
            values.every((value) => Math.abs(value) <= bound),
            name,
          );
          assert.ok(
            values.some((value) => Math.abs(value) > bound / 2),
            name,
          );
        }
      }
    }
  });

  test('stay what they are', () => {
    const digest = (architecture: string, width: number): string => {
      const hash = createHash('sha256');
      for (const [name, { data }] of initialWeights(network({ architecture, width }), 7)) {
        hash.update(name).update(new Uint8Array((data as Float32Array).buffer));
      }
      return hash.digest('hex').slice(0, 16);
    };
    assert.equal(digest('preact-resnet18', 4), '0047d776921395a2');
  });
});

describe('the first training step', () => {
  const engineOf = createOnnxRuntimeEngine();
  for (const [architecture, width] of [
    ['preact-resnet18', 4],
    ['wrn-10-1', 4],
    ['densenet-bc-10', 4],
    ['resnet18', 4],
    ['lenet', 4],
    ['vgg11', 4],
    ['mlp', 16],
  ] as const) {
    test(`of ${architecture} lowers the loss of its examples`, async () => {
      const engine = await engineOf;
      const settings = network({ architecture, width, classCount: 3, inputShape: [3, 32, 32], dropout: 0.1 });
      const { graph, renewals, dropouts } = createTrainingGraph(settings, {
        kind: 'sgd',
        momentum: 0.9,
        nesterov: false,
        weightDecay: { factor: 0, on: 'all' },
      });
      assert.ok(dropouts.length > 0);
      const weights = initialWeights(settings, 1);
      const size = 6;
      const images = Float32Array.from(
        { length: size * 3 * 32 * 32 },
        (_, index) => ((index * 7919) % 101) / 101,
      );
      const targets = Float32Array.from({ length: size * 3 }, (_, index) =>
        Math.floor(index / 3) % 3 === index % 3 ? 1 : 0,
      );
      const compiled = await engine.compile(graph, {
        state: renewals.map(({ input, output, dims }) => {
          return {
            input,
            output,
            initial: weights.get(input) ?? float32(dims, new Float32Array(sizeOf(dims))),
          };
        }),
      });
      const step = async (): Promise<number> => {
        const results = await compiled.run({
          [STEP.images]: float32([size, 3, 32, 32], images),
          [STEP.targets]: float32([size, 3], targets),
          [STEP.learningRate]: float32([], [0.01]),
          ...Object.fromEntries(
            dropouts.map(({ mask, dims }) => {
              const all = [size, ...dims];
              return [mask, float32(all, new Float32Array(sizeOf(all)).fill(1))];
            }),
          ),
        });
        return (results[STEP.loss]!.data as Float32Array)[0]!;
      };
      const losses = [await step(), await step(), await step()];
      assert.ok(losses.every(Number.isFinite), losses.join(' '));
      assert.ok(losses[2]! < losses[0]!, losses.join(' '));
      const trained = new Map(Object.entries(await compiled.readState()));
      const evaluation = await engine.compile(evaluationGraph(settings, trained));
      const logits = (await evaluation.run({ [INPUT_NAME]: float32([size, 3, 32, 32], images) }))[
        OUTPUT_NAME
      ];
      assert.ok(Array.from(logits!.data as Float32Array).every(Number.isFinite));
      await compiled.dispose();
      await evaluation.dispose();
    });
  }
  after(async () => {
    await (await engineOf).dispose();
  });
});
