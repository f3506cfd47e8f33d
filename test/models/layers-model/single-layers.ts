/** Small tfjs models of one layer or a few, by the name of what they try; together they hold every class that tfjs registers. */
import { layers } from './keras.ts';
import type { Comparison } from './keras.ts';

export type Layer = layers.layers.Layer | ReturnType<typeof layers.layers.dense>;

/** A Sequential model that ends in Flatten, so that a wrong order of the axes shows. */
export function stack(inputShape: number[], ...parts: Layer[]): layers.LayersModel {
  const model = layers.sequential();
  model.add(layers.layers.inputLayer({ inputShape }));
  for (const part of parts) model.add(part);
  if ((model.outputs[0]?.shape.length ?? 2) > 2) model.add(layers.layers.flatten());
  return model;
}

const { layers: l } = layers;
export const image = [7, 6, 3];
export const turned = [3, 7, 6];
export const first = { dataFormat: 'channelsFirst' } as const;
/** The default initialiser of recurrent kernels needs more of tfjs than is loaded here. */
const initial = { recurrentInitializer: 'glorotNormal' } as const;

function bothWays(mergeMode: 'concat' | 'sum' | 'ave', returnSequences: boolean): Layer {
  return l.bidirectional({ layer: l.lstm({ units: 2, returnSequences, ...initial }), mergeMode });
}

export const single: Readonly<Record<string, () => layers.LayersModel>> = {
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
  'TimeDistributed model': () => {
    const inner = layers.sequential();
    inner.add(l.dense({ units: 3, inputShape: [4], activation: 'tanh' }));
    inner.add(l.dense({ units: 2 }));
    return stack([3, 4], l.timeDistributed({ layer: inner }));
  },
  'Bidirectional, both apart': () => {
    const input = layers.input({ shape: [4, 3] });
    const layer = l.bidirectional({ layer: l.gru({ units: 2, ...initial }), mergeMode: null as never });
    const both = layer.apply(input) as layers.SymbolicTensor[];
    return ended(input, l.concatenate().apply(both));
  },
  'states and all steps': () => {
    const input = layers.input({ shape: [4, 3] });
    const layer = l.lstm({ units: 2, returnState: true, returnSequences: true, ...initial });
    const [all, ...states] = layer.apply(input) as layers.SymbolicTensor[];
    return ended(
      input,
      l.concatenate().apply([l.flatten().apply(all as layers.SymbolicTensor), ...states] as never),
    );
  },
  'states of two cells': () => {
    const input = layers.input({ shape: [4, 3] });
    const cell = [l.lstmCell({ units: 2, ...initial }), l.gruCell({ units: 3, ...initial })];
    const taken = l.rnn({ cell, returnState: true }).apply(input) as layers.SymbolicTensor[];
    return ended(input, l.concatenate().apply(taken.toReversed()));
  },
  'states of both ways': () => {
    const input = layers.input({ shape: [4, 3] });
    const layer = l.bidirectional({
      layer: l.gru({ units: 2, returnState: true, ...initial }),
      mergeMode: 'sum',
    });
    return ended(input, l.concatenate().apply(layer.apply(input)));
  },
  ConvLSTM2D: () => stack([3, 5, 4, 2], l.convLstm2d({ filters: 2, kernelSize: 3, ...initial })),
  'ConvLSTM2D, strided, all steps': () =>
    stack(
      [3, 5, 4, 2],
      l.convLstm2d({
        filters: 3,
        kernelSize: [2, 3],
        strides: [2, 1],
        padding: 'same',
        returnSequences: true,
        goBackwards: true,
        recurrentActivation: 'sigmoid',
        ...initial,
      }),
      l.convLstm2d({ filters: 2, kernelSize: 2, useBias: false, ...initial }),
    ),
  'ConvLSTM2D, dilated': () =>
    stack([2, 6, 5, 2], l.convLstm2d({ filters: 2, kernelSize: 2, dilationRate: 2, ...initial })),
  'ConvLSTM2D, channels first': () =>
    stack(
      [2, 2, 5, 4],
      l.convLstm2d({
        filters: 2,
        kernelSize: 3,
        padding: 'same',
        returnSequences: true,
        ...first,
        ...initial,
      }),
      l.convLstm2d({ filters: 2, kernelSize: 2, ...first, ...initial }),
    ),
  'ConvLSTM2D behind a Reshape of an image': () =>
    stack(
      [6, 4, 2],
      l.reshape({ targetShape: [2, 3, 4, 2] }),
      l.convLstm2d({ filters: 2, kernelSize: 2, ...initial }),
      l.globalAveragePooling2d({}),
    ),
  'masked LSTM': () => stack([5, 2], l.masking({ maskValue: 0.5 }), l.lstm({ units: 3, ...initial })),
  'masked GRU and SimpleRNN, all steps': () =>
    stack(
      [5, 2],
      l.masking({ maskValue: 0.5 }),
      l.dense({ units: 3, activation: 'tanh' }),
      l.gru({ units: 2, returnSequences: true, goBackwards: true, ...initial }),
      l.dropout({ rate: 0.5 }),
      l.simpleRNN({ units: 3, returnSequences: true, ...initial }),
    ),
  'masked Bidirectional': () => stack([5, 2], l.masking({ maskValue: 0.5 }), bothWays('concat', true)),
  'masked RNN of two cells': () =>
    stack(
      [5, 2],
      l.masking({ maskValue: 0.5 }),
      l.rnn({ cell: [l.lstmCell({ units: 2, ...initial }), l.gruCell({ units: 3, ...initial })] }),
    ),
  'masked TimeDistributed and pooling': () =>
    stack(
      [5, 2],
      l.masking({ maskValue: 0.5 }),
      l.timeDistributed({ layer: l.dense({ units: 3 }) }),
      l.globalAveragePooling1d(),
    ),
  Embedding: () => stack([6], l.embedding({ inputDim: 5, outputDim: 3 })),
  'Embedding of an image': () => stack([2, 3, 1], l.embedding({ inputDim: 5, outputDim: 2 })),
  'masked Embedding': () =>
    stack([6], l.embedding({ inputDim: 5, outputDim: 3, maskZero: true }), l.lstm({ units: 2, ...initial })),
  'CategoryEncoding, multi hot': () => stack([6], same(6), l.categoryEncoding({ numTokens: 5 })),
  'CategoryEncoding, one hot': () =>
    stack([1], same(1), l.categoryEncoding({ numTokens: 5, outputMode: 'oneHot' })),
  'CategoryEncoding, counted': () =>
    stack([6], same(6), l.categoryEncoding({ numTokens: 5, outputMode: 'count' }), l.dense({ units: 3 })),
};

/** CategoryEncoding of tfjs writes its output's shape over that of the layer before it. */
const same = (size: number): Layer => l.reshape({ targetShape: [size] });

function ended(input: layers.SymbolicTensor, output: unknown): layers.LayersModel {
  const logits = l.dense({ units: 3 }).apply(output as layers.SymbolicTensor) as layers.SymbolicTensor;
  return layers.model({ inputs: input, outputs: logits });
}

const finiteDifferences: Comparison = { finiteDifferences: true };
/** Some steps hold the mask value alone, the first and the last ones among them. */
const masked: Comparison = {
  finiteDifferences: true,
  masked: 0.5,
  inputs: (values) => {
    for (const step of [0, 2, 8, 9]) values.fill(0.5, 2 * step, 2 * step + 2);
  },
};
/** Numbers from 0 to below 5, most of them not whole. */
const tokens: Comparison = {
  logitsAlone: true,
  bounds: { lower: 0, upper: 4 },
  inputs: (values) => {
    for (const place of values.keys()) values[place] = ((place * 7) % 5) + (place % 3) * 0.4;
  },
};

/** How each is compared. tfjs lacks the gradient of some layers, and has that of others wrong. */
export const comparisons: Readonly<Record<string, Comparison>> = {
  AveragePooling1D: finiteDifferences,
  'BatchNormalization without center': finiteDifferences,
  'BatchNormalization without scale': finiteDifferences,
  'CategoryEncoding, counted': tokens,
  'CategoryEncoding, multi hot': tokens,
  'CategoryEncoding, one hot': tokens,
  'CenterCrop of less': finiteDifferences,
  'CenterCrop of more': finiteDifferences,
  'CenterCrop of nearly all': finiteDifferences,
  'Conv1D, dilated': finiteDifferences,
  Conv3DTranspose: finiteDifferences,
  'ConvLSTM2D, dilated': finiteDifferences,
  Embedding: tokens,
  'Embedding of an image': tokens,
  'LayerNormalization without scale and center': finiteDifferences,
  Masking: finiteDifferences,
  ThresholdedReLU: finiteDifferences,
  UpSampling2D: finiteDifferences,
  'UpSampling2D, bilinear': finiteDifferences,
  'masked Bidirectional': masked,
  'masked Embedding': tokens,
  'masked GRU and SimpleRNN, all steps': masked,
  'masked LSTM': masked,
  'masked RNN of two cells': masked,
  'masked TimeDistributed and pooling': masked,
};
