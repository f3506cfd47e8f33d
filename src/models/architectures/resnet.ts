/**
 * Residual networks for large images (He et al. 2016, Deep residual learning) and ResNeXt (Xie et al. 2017), with the
 * stride in the 3×3 convolution of a bottleneck. They start as Goyal et al. 2017, section 5.1: He-normal kernels, a last
 * layer of N(0, 0.01²), and 0 as the scale of each block's last normalization, so that a block is its shortcut at first.
 * Parameters are named as torchvision names them.
 */
import { listedFamily, type Architecture } from './architecture.ts';
import { heNormal, ZERO } from './initialization.ts';
import type { ConvolutionLayerSettings, Layers } from './layers.ts';

interface BlockSettings {
  /** Of a basic block's convolutions; a bottleneck gives four times as many. */
  readonly channels: number;
  readonly stride: number;
  /** Of the block's one dropout, after the activation that feeds its last convolution. */
  readonly dropout: number;
}

interface Block {
  /** Output channels by `channels`. */
  readonly expansion: number;
  /** Adds the convolutions, without shortcut and last activation. */
  readonly add: (layers: Layers, name: string, x: string, settings: BlockSettings) => string;
}

const basic: Block = {
  expansion: 1,
  add: (layers, name, x, { channels, stride, dropout }) => {
    const first = conv(layers, `${name}.conv1`, x, channels, 3, { strides: [stride, stride] });
    const activated = layers.relu(layers.batchNormalization(`${name}.bn1`, first));
    const kept = layers.dropout(`${name}.dropout`, activated, dropout);
    return layers.batchNormalization(`${name}.bn2`, conv(layers, `${name}.conv2`, kept, channels, 3), 0);
  },
};

/**
 * @param cardinality the groups of the 3×3 convolution; 1 is ResNet
 * @param groupWidth channels of a group in the first stage of the published width, 64
 */
function bottleneck(cardinality = 1, groupWidth = PUBLISHED_WIDTH): Block {
  const expansion = 4;
  return {
    expansion,
    add: (layers, name, x, { channels, stride, dropout }) => {
      const inner = ((channels * groupWidth) / PUBLISHED_WIDTH) * cardinality;
      const first = conv(layers, `${name}.conv1`, x, inner, 1);
      const activated = layers.relu(layers.batchNormalization(`${name}.bn1`, first));
      const second = conv(layers, `${name}.conv2`, activated, inner, 3, {
        strides: [stride, stride],
        ...(cardinality === 1 ? {} : { group: cardinality }),
      });
      const again = layers.relu(layers.batchNormalization(`${name}.bn2`, second));
      const kept = layers.dropout(`${name}.dropout`, again, dropout);
      const third = conv(layers, `${name}.conv3`, kept, expansion * channels, 1);
      return layers.batchNormalization(`${name}.bn3`, third, 0);
    },
  };
}

const PUBLISHED_WIDTH = 64;

/** The width is the number of channels of the stem and the first stage; each later stage has twice as many. */
function resnet(block: Block, blocks: readonly number[], widthStep = 1): Architecture {
  return {
    width: PUBLISHED_WIDTH,
    widthStep,
    input: { leastSide: 1 },
    add: (layers, x, { width, dropout, classCount }) => {
      const stem = conv(layers, 'conv1', x, width, 7, { strides: [2, 2] });
      let value = layers.maxPool('maxpool', layers.relu(layers.batchNormalization('bn1', stem)), {
        kernelShape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
      });
      blocks.forEach((count, stage) => {
        const channels = width * 2 ** stage;
        for (let position = 0; position < count; position++) {
          const stride = stage > 0 && position === 0 ? 2 : 1;
          const name = `layer${String(stage + 1)}.${String(position)}`;
          value = residual(layers, name, value, block, { channels, stride, dropout });
        }
      });
      return layers.linear('fc', layers.globalAveragePool(value), classCount, {
        weight: { kind: 'normal', deviation: 0.01 },
        bias: ZERO,
      });
    },
  };
}

function residual(layers: Layers, name: string, x: string, block: Block, settings: BlockSettings): string {
  const { channels, stride } = settings;
  const outputs = block.expansion * channels;
  const sum = block.add(layers, name, x, settings);
  const projects = stride !== 1 || layers.channelsOf(x) !== outputs;
  const shortcut = projects
    ? layers.batchNormalization(
        `${name}.downsample.1`,
        conv(layers, `${name}.downsample.0`, x, outputs, 1, { strides: [stride, stride] }),
      )
    : x;
  return layers.relu(layers.builder.add(sum, shortcut));
}

function conv(
  layers: Layers,
  name: string,
  x: string,
  channels: number,
  kernel: number,
  settings: ConvolutionLayerSettings = {},
): string {
  return layers.conv(name, x, channels, kernel, { ...settings, initialization: heNormal });
}

/** With fewer channels than 16 to a step, a group of the first stage would have a broken number of channels. */
const RESNEXT_STEP = 16;

export const resnets = listedFamily({
  resnet18: resnet(basic, [2, 2, 2, 2]),
  resnet34: resnet(basic, [3, 4, 6, 3]),
  resnet50: resnet(bottleneck(), [3, 4, 6, 3]),
  resnet101: resnet(bottleneck(), [3, 4, 23, 3]),
  resnet152: resnet(bottleneck(), [3, 8, 36, 3]),
  'resnext50-32x4d': resnet(bottleneck(32, 4), [3, 4, 6, 3], RESNEXT_STEP),
  'resnext101-32x4d': resnet(bottleneck(32, 4), [3, 4, 23, 3], RESNEXT_STEP),
  'resnext101-64x4d': resnet(bottleneck(64, 4), [3, 4, 23, 3], RESNEXT_STEP),
});
