/**
 * Pre-activation residual networks of basic blocks (He et al. 2016, Identity mappings in deep residual networks), in
 * the variant that the mixup paper cites for CIFAR: plain 3×3 stem, identity shortcuts that take the raw input,
 * projection shortcuts that take the activated input, and no normalization after the last block.
 */
import type { Layers } from './layers.ts';

export interface PreactResnetSettings {
  /** Channels of the first stage; each later stage has twice as many. 64 in the paper. */
  readonly width: number;
  /** Blocks of each stage: [2, 2, 2, 2] is PreAct ResNet-18. */
  readonly blocks: readonly number[];
  readonly classCount: number;
}

/**
 * Adds the network.
 *
 * @param x images [N, channels, height, width], already normalized
 * @returns logits [N, classCount]
 */
export function preactResnet(layers: Layers, x: string, settings: PreactResnetSettings): string {
  let value = layers.conv('conv1', x, settings.width, 3);
  let index = 0;
  settings.blocks.forEach((count, stage) => {
    const channels = settings.width * 2 ** stage;
    for (let position = 0; position < count; position++) {
      const stride = stage > 0 && position === 0 ? 2 : 1;
      value = preactBlock(layers, `blocks.${String(index++)}`, value, channels, stride);
    }
  });
  const pooled = layers.builder.flatten(layers.builder.globalAveragePool(value));
  return layers.linear('linear', pooled, settings.classCount);
}

function preactBlock(layers: Layers, name: string, x: string, channels: number, stride: number): string {
  const { builder } = layers;
  const strides = [stride, stride];
  const activated = layers.relu(layers.batchNormalization(`${name}.bn1`, x));
  const projects = stride !== 1 || layers.channelsOf(x) !== channels;
  const shortcut = projects ? layers.conv(`${name}.shortcut`, activated, channels, 1, { strides }) : x;
  const first = layers.conv(`${name}.conv1`, activated, channels, 3, { strides });
  const second = layers.relu(layers.batchNormalization(`${name}.bn2`, first));
  return builder.add(layers.conv(`${name}.conv2`, second, channels, 3), shortcut);
}
