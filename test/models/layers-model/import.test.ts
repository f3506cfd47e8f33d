import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { differencesFromKeras, layers, tf } from './keras.ts';
import type { Comparison } from './keras.ts';

const TOLERANCE = 1e-5;
let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

type Layer = layers.layers.Layer | ReturnType<typeof layers.layers.dense>;

/** A Sequential model that ends in Flatten, so that a wrong order of the axes shows. */
function stack(inputShape: number[], ...parts: Layer[]): layers.LayersModel {
  const model = layers.sequential();
  model.add(layers.layers.inputLayer({ inputShape }));
  for (const part of parts) model.add(part);
  if ((model.outputs[0]?.shape.length ?? 2) > 2) model.add(layers.layers.flatten());
  return model;
}

async function assertSame(model: layers.LayersModel, seed = 1, comparison: Comparison = {}): Promise<void> {
  const { logits, gradient } = await differencesFromKeras(model, engine, seed, comparison);
  assert.ok(logits < TOLERANCE, `the logits differ by ${String(logits)}`);
  assert.ok(gradient < TOLERANCE, `the gradients differ by ${String(gradient)}`);
}

const { layers: l } = layers;
const image = [7, 6, 3];

const single: Readonly<Record<string, () => layers.LayersModel>> = {
  'Dense on a vector': () => stack([5], l.dense({ units: 4, activation: 'tanh' })),
  'Dense on an image': () => stack(image, l.dense({ units: 4, useBias: false })),
  'Dense after a convolution': () =>
    stack(image, l.conv2d({ filters: 4, kernelSize: 3 }), l.dense({ units: 5, activation: 'relu' })),
  'Conv1D, same': () => stack([9, 4], l.conv1d({ filters: 3, kernelSize: 4, padding: 'same', strides: 2 })),
  'Conv1D, dilated': () => stack([9, 4], l.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2 })),
  'BatchNormalization without scale': () => stack(image, l.batchNormalization({ scale: false })),
  'BatchNormalization without center': () =>
    stack(image, l.batchNormalization({ center: false, epsilon: 0.1 })),
  'BatchNormalization on a vector': () => stack([6], l.batchNormalization({})),
  GlobalAveragePooling2D: () => stack(image, l.globalAveragePooling2d({})),
  GlobalMaxPooling2D: () => stack(image, l.globalMaxPooling2d({})),
  GlobalAveragePooling1D: () => stack([9, 4], l.globalAveragePooling1d()),
  GlobalMaxPooling1D: () => stack([9, 4], l.globalMaxPooling1d()),
  MaxPooling1D: () => stack([9, 4], l.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' })),
  AveragePooling1D: () => stack([9, 4], l.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' })),
  'Flatten alone': () => stack(image),
  'ReLU with a maximum': () => stack(image, l.reLU({ maxValue: 0.5 })),
  LeakyReLU: () => stack(image, l.leakyReLU({ alpha: 0.1 })),
  PReLU: () => stack(image, l.prelu({})),
  'PReLU with shared axes': () => stack(image, l.prelu({ sharedAxes: [1, 2] })),
  ELU: () => stack(image, l.elu({})),
  ThresholdedReLU: () => stack(image, l.thresholdedReLU({ theta: 0.3 })),
  'Softmax over the channels': () => stack(image, l.softmax({ axis: 3 })),
  Dropout: () => stack(image, l.dropout({ rate: 0.5 })),
  SpatialDropout1D: () => stack([9, 4], l.spatialDropout1d({ rate: 0.5 })),
  'GaussianNoise, GaussianDropout and AlphaDropout': () =>
    stack(
      image,
      l.gaussianNoise({ stddev: 1 }),
      l.gaussianDropout({ rate: 0.5 }),
      l.alphaDropout({ rate: 0.5 }),
    ),
  'Reshape and Dense': () => stack(image, l.reshape({ targetShape: [14, 9] }), l.dense({ units: 2 })),
  'Reshape to an image and a convolution': () =>
    stack([24], l.reshape({ targetShape: [4, 3, 2] }), l.conv2d({ filters: 3, kernelSize: 2 })),
  Permute: () => stack(image, l.permute({ dims: [3, 1, 2] }), l.conv2d({ filters: 2, kernelSize: 2 })),
  ZeroPadding2D: () =>
    stack(
      image,
      l.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 3],
        ],
      }),
    ),
  Cropping2D: () =>
    stack(
      image,
      l.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
    ),
  UpSampling2D: () => stack(image, l.upSampling2d({ size: [2, 3] }), l.conv2d({ filters: 2, kernelSize: 2 })),
  Rescaling: () => stack(image, l.rescaling({ scale: 1 / 127.5, offset: -1 })),
};

describe('each layer answers as in Keras', () => {
  for (const [name, make] of Object.entries(single)) {
    test(name, async () => {
      await assertSame(make());
    });
  }
});

describe('each activation answers as in Keras', () => {
  const names = [
    'linear',
    'relu',
    'relu6',
    'softmax',
    'sigmoid',
    'tanh',
    'elu',
    'selu',
    'softplus',
    'softsign',
    'swish',
    'gelu',
    'gelu_new',
    'hardSigmoid',
    'mish',
  ] as const;
  for (const activation of names) {
    test(activation, async () => {
      await assertSame(stack(image, l.activation({ activation })));
    });
  }
});

const window = fc.record({
  height: fc.integer({ min: 4, max: 9 }),
  width: fc.integer({ min: 4, max: 9 }),
  kernelSize: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.constantFrom('same' as const, 'valid' as const),
  channels: fc.integer({ min: 1, max: 3 }),
  filters: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 0, max: 1000 }),
});
type Window = typeof window extends fc.Arbitrary<infer T> ? T : never;

const windowed: Readonly<Record<string, (w: Window) => Layer>> = {
  Conv2D: ({ kernelSize, stride, padding, filters }) =>
    l.conv2d({ filters, kernelSize, strides: stride, padding, activation: 'relu' }),
  'Conv2D, dilated': ({ kernelSize, padding, filters }) =>
    l.conv2d({ filters, kernelSize: kernelSize.map((k) => Math.min(k, 2)), dilationRate: 2, padding }),
  DepthwiseConv2D: ({ kernelSize, stride, padding, filters }) =>
    l.depthwiseConv2d({ kernelSize, strides: stride, padding, depthMultiplier: Math.min(filters, 2) }),
  SeparableConv2D: ({ kernelSize, stride, padding, filters }) =>
    l.separableConv2d({ filters, kernelSize, strides: stride, padding, depthMultiplier: 2 }),
  Conv2DTranspose: ({ kernelSize, stride, padding, filters }) =>
    l.conv2dTranspose({ filters, kernelSize, strides: stride, padding }),
  MaxPooling2D: ({ kernelSize, stride, padding }) =>
    l.maxPooling2d({ poolSize: kernelSize, strides: [stride, stride], padding }),
  AveragePooling2D: ({ kernelSize, stride, padding }) =>
    l.averagePooling2d({ poolSize: kernelSize, strides: [stride, stride], padding }),
};

describe('each window answers as in Keras whatever its size, stride and padding', () => {
  for (const [name, make] of Object.entries(windowed)) {
    test(name, async () => {
      await fc.assert(
        fc.asyncProperty(window, async (w) => {
          await assertSame(stack([w.height, w.width, w.channels], make(w)), w.seed);
        }),
        { seed: 7, numRuns: 12 },
      );
    });
  }
});

describe('functional models', () => {
  const merges = {
    Add: () => l.add(),
    Multiply: () => l.multiply(),
    Average: () => l.average(),
    Maximum: () => l.maximum(),
    Minimum: () => l.minimum(),
    'Concatenate channels': () => l.concatenate(),
    'Concatenate rows': () => l.concatenate({ axis: 1 }),
  } as const;
  for (const [name, make] of Object.entries(merges)) {
    test(`${name} of a convolution and a reshaped value`, async () => {
      const input = layers.input({ shape: [4, 4, 3] });
      const left = l.conv2d({ filters: 2, kernelSize: 3, padding: 'same' }).apply(input);
      const flat = l.flatten().apply(input) as layers.SymbolicTensor;
      const right = l.reshape({ targetShape: [4, 4, 2] }).apply(l.dense({ units: 32 }).apply(flat));
      const pair = [left, right] as layers.SymbolicTensor[];
      const merged = make().apply(pair) as layers.SymbolicTensor;
      const output = l.flatten().apply(merged) as layers.SymbolicTensor;
      await assertSame(layers.model({ inputs: input, outputs: output }));
    });
  }

  test('a layer that is called twice shares its weights', async () => {
    const input = layers.input({ shape: [5, 5, 2] });
    const shared = l.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'tanh' });
    const once = shared.apply(input) as layers.SymbolicTensor;
    const twice = shared.apply(once) as layers.SymbolicTensor;
    const output = l.flatten().apply(l.add().apply([once, twice])) as layers.SymbolicTensor;
    await assertSame(layers.model({ inputs: input, outputs: output }));
  });

  test('models inside models, applied twice', async () => {
    const inner = layers.sequential();
    inner.add(l.conv2d({ filters: 3, kernelSize: 3, padding: 'same', inputShape: [5, 5, 3] }));
    inner.add(l.batchNormalization({}));
    const input = layers.input({ shape: [5, 5, 3] });
    const once = inner.apply(input) as layers.SymbolicTensor;
    const twice = inner.apply(once) as layers.SymbolicTensor;
    const output = l.dense({ units: 4 }).apply(l.flatten().apply(twice)) as layers.SymbolicTensor;
    await assertSame(layers.model({ inputs: input, outputs: output }));
  });

  test('a Sequential model that begins with a Sequential model', async () => {
    const inner = layers.sequential();
    inner.add(l.conv2d({ filters: 3, kernelSize: 3, inputShape: [5, 5, 2] }));
    const outer = layers.sequential();
    outer.add(inner);
    outer.add(l.flatten());
    await assertSame(outer);
  });
});
