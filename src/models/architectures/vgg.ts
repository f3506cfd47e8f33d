/**
 * VGG-11 in the form that speech commands are recognized with (adiyoss/GCommandsPytorch; Simonyan and Zisserman 2015,
 * configuration A): batch normalization after every convolution, and a head of two linear layers with nothing between
 * them but the dropout that is asked for. The head takes all that the last pool gives: 512·5·3 values of [1, 160, 101].
 */
import { listedFamily } from './architecture.ts';

/** Channels of the convolutions between one pool and the next, in widths. */
const STAGES = [[1], [2], [4, 4], [8, 8], [8, 8]];

export const vggs = listedFamily({
  vgg11: {
    // The channels of the first convolution; the head's hidden layer has eight times as many units.
    width: 64,
    // Five pools halve the sides.
    input: { leastSide: 32 },
    add: (layers, x, { width, dropout, classCount }) => {
      let value = x;
      let index = 0;
      STAGES.forEach((stage, place) => {
        for (const factor of stage) {
          const number = String(++index);
          const sums = layers.conv(`conv${number}`, value, factor * width, 3, { bias: true });
          value = layers.relu(layers.batchNormalization(`bn${number}`, sums));
        }
        const settings = { kernelShape: [2, 2], strides: [2, 2] };
        value = layers.maxPool(`pool${String(place + 1)}`, value, settings);
      });
      const hidden = layers.linear('fc1', layers.builder.flatten(value), 8 * width);
      return layers.linear('fc2', layers.dropout('dropout', hidden, dropout), classCount);
    },
  },
});
