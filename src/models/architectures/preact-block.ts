/**
 * Residual blocks that normalize and activate before each convolution (He et al. 2016, Identity mappings in deep residual
 * networks): an identity shortcut takes the raw input, a projection shortcut takes the activated input.
 */
import type { KernelInitialization } from './initialization.ts';
import type { Layers } from './layers.ts';

export interface PreactBlockSettings {
  /** Of the 3×3 convolution. */
  readonly channels: number;
  readonly stride: number;
  /**
   * The probability of the block's one dropout, after the activation that feeds its last convolution (between the two
   * of a basic block, as in Zagoruyko and Komodakis 2016, section 2.4).
   */
  readonly dropout: number;
  /** PyTorch's default where absent. */
  readonly initialization?: KernelInitialization;
}

/** A block as a function: adds itself to a network and returns its output. */
export type PreactBlock = (layers: Layers, name: string, x: string, settings: PreactBlockSettings) => string;

/** How many times the channels of its 3×3 convolution a bottleneck block gives. */
const EXPANSION = 4;

/** Two 3×3 convolutions, the first with the stride. */
export const preactBasicBlock: PreactBlock = (layers, name, x, settings) => {
  const { channels, stride, dropout } = settings;
  const { activated, shortcut, kernels } = entry(layers, name, x, channels, settings);
  const first = layers.conv(`${name}.conv1`, activated, channels, 3, {
    ...kernels,
    strides: [stride, stride],
  });
  const second = layers.relu(layers.batchNormalization(`${name}.bn2`, first));
  const kept = layers.dropout(`${name}.dropout`, second, dropout);
  return layers.builder.add(layers.conv(`${name}.conv2`, kept, channels, 3, kernels), shortcut);
};

/** A 1×1, a 3×3 with the stride, and a 1×1 convolution to four times the channels. */
export const preactBottleneckBlock: PreactBlock = (layers, name, x, settings) => {
  const { channels, stride, dropout } = settings;
  const outputs = EXPANSION * channels;
  const { activated, shortcut, kernels } = entry(layers, name, x, outputs, settings);
  const first = layers.conv(`${name}.conv1`, activated, channels, 1, kernels);
  const second = layers.conv(
    `${name}.conv2`,
    layers.relu(layers.batchNormalization(`${name}.bn2`, first)),
    channels,
    3,
    { ...kernels, strides: [stride, stride] },
  );
  const third = layers.relu(layers.batchNormalization(`${name}.bn3`, second));
  const kept = layers.dropout(`${name}.dropout`, third, dropout);
  return layers.builder.add(layers.conv(`${name}.conv3`, kept, outputs, 1, kernels), shortcut);
};

/** The first normalization and activation, and the shortcut. */
function entry(
  layers: Layers,
  name: string,
  x: string,
  outputs: number,
  { stride, initialization }: PreactBlockSettings,
): { activated: string; shortcut: string; kernels: { initialization?: KernelInitialization } } {
  const kernels = initialization === undefined ? {} : { initialization };
  const activated = layers.relu(layers.batchNormalization(`${name}.bn1`, x));
  const projects = stride !== 1 || layers.channelsOf(x) !== outputs;
  const shortcut = projects
    ? layers.conv(`${name}.shortcut`, activated, outputs, 1, { ...kernels, strides: [stride, stride] })
    : x;
  return { activated, shortcut, kernels };
}
