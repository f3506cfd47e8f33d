/**
 * Pre-activation residual networks (He et al. 2016, Identity mappings in deep residual networks) in the variant that the
 * mixup paper cites for CIFAR: plain 3×3 stem, and no normalization after the last block.
 */
import { listedFamily, type Architecture } from './architecture.ts';
import { preactBasicBlock, preactBottleneckBlock, type PreactBlock } from './preact-block.ts';

/**
 * The width is the number of channels of the first stage; each later stage has twice as many.
 *
 * @param blocks of each stage: [2, 2, 2, 2] is PreAct ResNet-18
 */
function preactResnet(block: PreactBlock, blocks: readonly number[]): Architecture {
  return {
    width: 64,
    input: { leastSide: 1 },
    add: (layers, x, { width, dropout, classCount }) => {
      let value = layers.conv('conv1', x, width, 3);
      let index = 0;
      blocks.forEach((count, stage) => {
        const channels = width * 2 ** stage;
        for (let position = 0; position < count; position++) {
          const stride = stage > 0 && position === 0 ? 2 : 1;
          value = block(layers, `blocks.${String(index++)}`, value, { channels, stride, dropout });
        }
      });
      return layers.linear('linear', layers.globalAveragePool(value), classCount);
    },
  };
}

export const preactResnets = listedFamily({
  'preact-resnet18': preactResnet(preactBasicBlock, [2, 2, 2, 2]),
  'preact-resnet34': preactResnet(preactBasicBlock, [3, 4, 6, 3]),
  'preact-resnet50': preactResnet(preactBottleneckBlock, [3, 4, 6, 3]),
});
