/** Wide residual networks (Zagoruyko and Komodakis 2016): three stages of basic pre-activation blocks. */
import { assertDepth, type Architecture, type Family } from './architecture.ts';
import { heNormalOverFanIn, ZERO } from './initialization.ts';
import { preactBasicBlock } from './preact-block.ts';

/** `wrn-D-K`: depth D = 6·n + 4 for n blocks a stage, widening factor K. */
export const wideResnets: Family = {
  names: ['wrn-D-K'],
  find: (name) => {
    const [, depth, factor] = /^wrn-(\d+)-([1-9]\d*)$/.exec(name) ?? [];
    if (depth === undefined || factor === undefined) return undefined;
    assertDepth(name, Number(depth), 10, 6);
    return wideResnet((Number(depth) - 4) / 6, Number(factor));
  },
};

/**
 * The width is the number of channels of the stem; the stages have K, 2·K and 4·K times as many. Kernels start over
 * their fan-in, as in the authors' code since its correction of September 2016; scales of normalizations start at 1,
 * where that code draws them uniformly from [0, 1).
 */
function wideResnet(blocks: number, factor: number): Architecture {
  return {
    width: 16,
    input: { leastSide: 1 },
    add: (layers, x, { width, dropout, classCount }) => {
      const initialization = heNormalOverFanIn;
      let value = layers.conv('conv1', x, width, 3, { initialization });
      for (let index = 0; index < 3 * blocks; index++) {
        const stage = Math.floor(index / blocks);
        const stride = stage > 0 && index % blocks === 0 ? 2 : 1;
        const channels = width * factor * 2 ** stage;
        const settings = { channels, stride, dropout, initialization };
        value = preactBasicBlock(layers, `blocks.${String(index)}`, value, settings);
      }
      const activated = layers.relu(layers.batchNormalization('bn', value));
      return layers.linear('linear', layers.globalAveragePool(activated), classCount, { bias: ZERO });
    },
  };
}
