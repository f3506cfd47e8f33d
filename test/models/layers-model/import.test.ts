import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { differencesFromKeras, layers, tf } from './keras.ts';
import type { Comparison } from './keras.ts';

const TOLERANCE = 1e-5;
const DIFFERENCE_TOLERANCE = 1e-3;
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
  const tolerance = comparison.finiteDifferences === true ? DIFFERENCE_TOLERANCE : TOLERANCE;
  assert.ok(gradient < tolerance, `the gradients differ by ${String(gradient)}`);
}

const { layers: l } = layers;
const image = [7, 6, 3];
const turned = [3, 7, 6];
const first = { dataFormat: 'channelsFirst' } as const;
/** The default initialiser of recurrent kernels needs more of tfjs than is loaded here. */
const initial = { recurrentInitializer: 'glorotNormal' } as const;

function bothWays(mergeMode: 'concat' | 'sum' | 'ave', returnSequences: boolean): Layer {
  return l.bidirectional({ layer: l.lstm({ units: 2, returnSequences, ...initial }), mergeMode });
}

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
  ThresholdedReLU: () => stack([12], l.thresholdedReLU({ theta: 0.3 })),
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
  'Softmax over rows and columns': () => stack(image, l.softmax({ axis: [1, 2] as never })),
  LayerNormalization: () => stack(image, l.layerNormalization({})),
  'LayerNormalization of a convolution': () =>
    stack(image, l.conv2d({ filters: 4, kernelSize: 3 }), l.layerNormalization({ epsilon: 0.01 })),
  'LayerNormalization along two axes': () =>
    stack(image, l.conv2d({ filters: 4, kernelSize: 3 }), l.layerNormalization({ axis: [1, 3] })),
  'LayerNormalization without scale and center': () =>
    stack([6], l.layerNormalization({ scale: false, center: false })),
  Conv3D: () =>
    stack(
      [5, 4, 4, 2],
      l.conv3d({ filters: 3, kernelSize: [2, 3, 2], strides: 2, padding: 'same', activation: 'tanh' }),
    ),
  Conv3DTranspose: () =>
    stack([2, 3, 2, 2], l.conv3dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' })),
  MaxPooling3D: () => stack([5, 4, 4, 2], l.maxPooling3d({ poolSize: 2, padding: 'same' })),
  AveragePooling3D: () => stack([5, 4, 4, 2], l.averagePooling3d({ poolSize: [2, 2, 1], strides: 2 })),
  RepeatVector: () => stack([5], l.repeatVector({ n: 3 }), l.conv1d({ filters: 2, kernelSize: 2 })),
  'Reshape with a size left open': () =>
    stack(
      image,
      l.reshape({ targetShape: [-1, 3] }),
      l.conv1d({ filters: 2, kernelSize: 2 }),
      l.globalAveragePooling1d(),
    ),
  'UpSampling2D, bilinear': () => stack(image, l.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })),
  'CenterCrop of less': () => stack(image, l.centerCrop({ height: 4, width: 3 })),
  'CenterCrop of nearly all': () => stack(image, l.centerCrop({ height: 7, width: 5 })),
  'CenterCrop of more': () => stack(image, l.centerCrop({ height: 9, width: 8 })),
  Masking: () => stack([4, 3], l.masking({ maskValue: 0.5 }), l.dense({ units: 2 })),
  SimpleRNN: () => stack([4, 3], l.simpleRNN({ units: 3, ...initial })),
  'SimpleRNN backwards, all steps': () =>
    stack(
      [4, 3],
      l.simpleRNN({ units: 3, goBackwards: true, returnSequences: true, useBias: false, ...initial }),
    ),
  LSTM: () => stack([4, 3], l.lstm({ units: 3, ...initial })),
  'LSTM, all steps, twice': () =>
    stack(
      [4, 3],
      l.lstm({ units: 2, returnSequences: true, recurrentActivation: 'sigmoid', ...initial }),
      l.lstm({ units: 3, activation: 'relu', ...initial }),
    ),
  GRU: () => stack([4, 3], l.gru({ units: 3, ...initial })),
  'GRU without bias, all steps': () =>
    stack([4, 3], l.gru({ units: 3, useBias: false, returnSequences: true, ...initial })),
  'RNN of one cell': () => stack([4, 3], l.rnn({ cell: l.gruCell({ units: 3, ...initial }) })),
  'RNN of two cells': () =>
    stack(
      [4, 3],
      l.rnn({ cell: [l.lstmCell({ units: 2, ...initial }), l.gruCell({ units: 3, ...initial })] }),
    ),
  Bidirectional: () => stack([4, 3], bothWays('concat', false)),
  'Bidirectional, all steps': () => stack([4, 3], bothWays('concat', true)),
  'Bidirectional, summed': () => stack([4, 3], bothWays('sum', true)),
  'Bidirectional, averaged': () => stack([4, 3], bothWays('ave', false)),
  'TimeDistributed Dense': () =>
    stack([4, 3], l.timeDistributed({ layer: l.dense({ units: 2, activation: 'tanh' }) })),
  'TimeDistributed convolution': () =>
    stack([2, 5, 5, 2], l.timeDistributed({ layer: l.conv2d({ filters: 3, kernelSize: 3 }) })),
};

/** Whose gradient tfjs lacks, or has wrong. */
const byDifferences: readonly string[] = [
  'AveragePooling1D',
  'BatchNormalization without center',
  'BatchNormalization without scale',
  'CenterCrop of less',
  'CenterCrop of more',
  'CenterCrop of nearly all',
  'Conv1D, dilated',
  'Conv3DTranspose',
  'LayerNormalization without scale and center',
  'Masking',
  'ThresholdedReLU',
  'UpSampling2D',
  'UpSampling2D, bilinear',
];

/** Layers on images that have the channels first in Keras too. */
const channelsFirst: Readonly<Record<string, () => layers.LayersModel>> = {
  Conv2D: () => stack(turned, l.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', ...first })),
  'Conv2D and Flatten': () =>
    stack(turned, l.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', ...first }), l.flatten(first)),
  DepthwiseConv2D: () => stack(turned, l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, ...first })),
  SeparableConv2D: () =>
    stack(turned, l.separableConv2d({ filters: 2, kernelSize: 3, useBias: false, ...first })),
  Conv2DTranspose: () =>
    stack(turned, l.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, ...first })),
  MaxPooling2D: () => stack(turned, l.maxPooling2d({ poolSize: 2, padding: 'same', ...first })),
  AveragePooling2D: () => stack(turned, l.averagePooling2d({ poolSize: 2, ...first })),
  GlobalAveragePooling2D: () => stack(turned, l.globalAveragePooling2d(first)),
  GlobalMaxPooling2D: () => stack(turned, l.globalMaxPooling2d(first)),
  ZeroPadding2D: () => stack(turned, l.zeroPadding2d({ padding: [1, 2], ...first })),
  UpSampling2D: () => stack(turned, l.upSampling2d({ size: [2, 2], interpolation: 'bilinear', ...first })),
  'PReLU and a Dense layer': () =>
    stack(turned, l.conv2d({ filters: 2, kernelSize: 3, ...first }), l.prelu({}), l.dense({ units: 3 })),
  'after a Permute of channels last': () =>
    stack(image, l.permute({ dims: [3, 1, 2] }), l.conv2d({ filters: 2, kernelSize: 3, ...first })),
};

describe('layers with the channels first answer as in Keras, and have its gradient', () => {
  for (const [name, make] of Object.entries(channelsFirst)) {
    test(name, async () => {
      const finiteDifferences = byDifferences.includes(name);
      await assertSame(make(), 1, { channelsFirst: !name.startsWith('after'), finiteDifferences });
    });
  }
});

describe('each layer answers as in Keras, and has its gradient', () => {
  for (const [name, make] of Object.entries(single)) {
    test(name, async () => {
      await assertSame(make(), 3, { finiteDifferences: byDifferences.includes(name) });
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

const differenced: readonly string[] = ['AveragePooling2D', 'Conv2D, dilated'];

describe('each window answers as in Keras whatever its size, stride and padding', () => {
  for (const [name, make] of Object.entries(windowed)) {
    test(name, async () => {
      await fc.assert(
        fc.asyncProperty(window, async (w) => {
          const finiteDifferences = differenced.includes(name);
          await assertSame(stack([w.height, w.width, w.channels], make(w)), w.seed, { finiteDifferences });
        }),
        { seed: 7, numRuns: 8 },
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

  const dots: Readonly<Record<string, [number[], number[], number | number[], boolean]>> = {
    vectors: [[5], [5], 1, false],
    'vectors, normalised': [[5], [5], -1, true],
    sequences: [[3, 4], [2, 4], 2, false],
    'sequences along other axes': [[3, 4], [4, 2], [2, 1], true],
    'a vector and a sequence': [[3], [3, 4], [1, 1], false],
    'a sequence and a vector': [[4, 3], [3], [2, 1], false],
  };
  for (const [name, [left, right, axes, normalize]] of Object.entries(dots)) {
    test(`Dot of ${name}`, async () => {
      const input = layers.input({ shape: [6] });
      const branch = (shape: number[]): layers.SymbolicTensor => {
        const units = shape.reduce((product, size) => product * size, 1);
        const dense = l.dense({ units, activation: 'tanh' }).apply(input);
        return l.reshape({ targetShape: shape }).apply(dense) as layers.SymbolicTensor;
      };
      const dotted = l.dot({ axes: axes as number, normalize }).apply([branch(left), branch(right)]);
      const { shape } = dotted as layers.SymbolicTensor;
      const flat = shape.length > 2 ? l.flatten().apply(dotted) : dotted;
      const output = l.dense({ units: 3 }).apply(flat) as layers.SymbolicTensor;
      await assertSame(layers.model({ inputs: input, outputs: output }));
    });
  }

  test('a value for each channel scales an image', async () => {
    const input = layers.input({ shape: [4, 4, 3] });
    const features = l.conv2d({ filters: 3, kernelSize: 3 }).apply(input) as layers.SymbolicTensor;
    const pooled = l.globalAveragePooling2d({}).apply(features);
    const gate = l.dense({ units: 3, activation: 'sigmoid' }).apply(pooled) as layers.SymbolicTensor;
    const scaled = l.multiply().apply([gate, features]) as layers.SymbolicTensor;
    await assertSame(
      layers.model({ inputs: input, outputs: l.flatten().apply(scaled) as layers.SymbolicTensor }),
    );
  });

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
