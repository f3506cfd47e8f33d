/**
 * Densely connected networks for small images, with bottlenecks and compression by half (Huang et al. 2017, DenseNet-BC):
 * every layer of a block takes what all earlier layers of the block gave.
 */
import { assertDepth, type Architecture, type Family } from './architecture.ts';
import { heNormal, ZERO } from './initialization.ts';
import type { Layers } from './layers.ts';

const BLOCKS = 3;
/** Channels of a bottleneck, in growth rates. */
const BOTTLENECK = 4;

/** `densenet-bc-L`: depth L = 6·n + 4 for n layers of two convolutions a block. */
export const densenets: Family = {
  names: ['densenet-bc-L'],
  find: (name) => {
    const [, depth] = /^densenet-bc-(\d+)$/.exec(name) ?? [];
    if (depth === undefined) return undefined;
    assertDepth(name, Number(depth), 10, 6);
    return densenet((Number(depth) - 4) / 6, Number(depth) === 190 ? 40 : 12);
  },
};

/** The width is the growth rate: the channels that each layer adds. Dropout follows every convolution but the stem. */
function densenet(layersPerBlock: number, growth: number): Architecture {
  return {
    width: growth,
    // Two transitions halve the sides.
    input: { leastSide: 4 },
    add: (layers, x, { width, dropout, classCount }) => {
      let value = layers.conv('conv1', x, 2 * width, 3, { initialization: heNormal });
      for (let block = 1; block <= BLOCKS; block++) {
        for (let index = 0; index < layersPerBlock; index++) {
          const name = `block${String(block)}.${String(index)}`;
          value = layers.builder.concat([value, denseLayer(layers, name, value, width, dropout)], 1);
        }
        if (block < BLOCKS) value = transition(layers, `transition${String(block)}`, value, dropout);
      }
      const activated = layers.relu(layers.batchNormalization('bn', value));
      return layers.linear('linear', layers.globalAveragePool(activated), classCount, { bias: ZERO });
    },
  };
}

function denseLayer(layers: Layers, name: string, x: string, growth: number, dropout: number): string {
  const initialization = heNormal;
  const activated = layers.relu(layers.batchNormalization(`${name}.bn1`, x));
  const narrow = layers.conv(`${name}.conv1`, activated, BOTTLENECK * growth, 1, { initialization });
  const kept = layers.dropout(`${name}.dropout1`, narrow, dropout);
  const again = layers.relu(layers.batchNormalization(`${name}.bn2`, kept));
  const added = layers.conv(`${name}.conv2`, again, growth, 3, { initialization });
  return layers.dropout(`${name}.dropout2`, added, dropout);
}

/** Halves the channels and the sides. */
function transition(layers: Layers, name: string, x: string, dropout: number): string {
  const channels = Math.floor(layers.channelsOf(x) / 2);
  const activated = layers.relu(layers.batchNormalization(`${name}.bn`, x));
  const fewer = layers.conv(`${name}.conv`, activated, channels, 1, { initialization: heNormal });
  const kept = layers.dropout(`${name}.dropout`, fewer, dropout);
  return layers.averagePool(`${name}.pool`, kept, { kernelShape: [2, 2], strides: [2, 2] });
}
