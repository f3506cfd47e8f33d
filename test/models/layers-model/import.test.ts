import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { comparedClasses, differencesFromKeras, layers, tf } from './keras.ts';
import type { Comparison } from './keras.ts';
import { comparisons, first, image, single, stack, turned } from './single-layers.ts';
import type { Layer } from './single-layers.ts';

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

async function assertSame(model: layers.LayersModel, seed = 1, comparison: Comparison = {}): Promise<void> {
  const { logits, gradient } = await differencesFromKeras(model, engine, seed, comparison);
  assert.ok(logits < TOLERANCE, `the logits differ by ${String(logits)}`);
  const tolerance = comparison.finiteDifferences === true ? DIFFERENCE_TOLERANCE : TOLERANCE;
  assert.ok(gradient < tolerance, `the gradients differ by ${String(gradient)}`);
}

const { layers: l } = layers;

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
      const finiteDifferences = name === 'UpSampling2D';
      await assertSame(make(), 1, { channelsFirst: !name.startsWith('after'), finiteDifferences });
    });
  }
});

describe('each layer answers as in Keras, and has its gradient', () => {
  for (const [name, make] of Object.entries(single)) {
    test(name, async () => {
      await assertSame(make(), 3, comparisons[name]);
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

  test('a model of two inputs and two outputs inside a model', async () => {
    const first = layers.input({ shape: [4] });
    const second = layers.input({ shape: [3] });
    const left = l.dense({ units: 3, activation: 'tanh' }).apply(first) as layers.SymbolicTensor;
    const right = l.multiply().apply([left, second]) as layers.SymbolicTensor;
    const inner = layers.model({ inputs: [first, second], outputs: [left, right] });
    const input = layers.input({ shape: [4] });
    const other = l.dense({ units: 3 }).apply(input) as layers.SymbolicTensor;
    const both = inner.apply([input, other]) as layers.SymbolicTensor[];
    const output = l.concatenate().apply(both.toReversed()) as layers.SymbolicTensor;
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

test('every layer that tfjs registers was compared above', () => {
  const { classNameMap } = tf.serialization.SerializationMap.getMap() as unknown as {
    classNameMap: Readonly<Record<string, readonly [{ readonly prototype: object }]>>;
  };
  const registered = Object.entries(classNameMap)
    .filter(([, [{ prototype }]]) => prototype instanceof layers.layers.Layer)
    .map(([className]) => className);
  assert.ok(registered.length > 50, `only ${String(registered.length)} layers are registered`);
  // tfjs's own throw inside a model; dialect.test.ts compares Resizing with the function that it calls. Functional is
  // what Keras writes for Model.
  const unable = ['Functional', 'RandomWidth', 'Resizing'];
  const uncompared = registered.filter((name) => !comparedClasses.has(name) && !unable.includes(name));
  assert.deepEqual(uncompared, []);
});
