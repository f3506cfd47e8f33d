/**
 * LeNet in the form that speech commands are recognized with (adiyoss/GCommandsPytorch; LeCun et al. 1998): two 5×5
 * convolutions, each followed by a 2×2 maximum, and a hidden layer; spectrograms [1, 160, 101] there, any image here.
 */
import { listedFamily } from './architecture.ts';

const HALVES = { kernelShape: [2, 2], strides: [2, 2] };
const UNPADDED = { bias: true, pads: [0, 0, 0, 0] };

export const lenets = listedFamily({
  lenet: {
    // The channels of the convolutions; the hidden layer has 50 times as many units.
    width: 20,
    // 16 → 12 → 6 → 2 → 1.
    input: { leastSide: 16 },
    add: (layers, x, { width, dropout, classCount }) => {
      const { builder } = layers;
      const first = layers.maxPool('pool1', layers.conv('conv1', x, width, 5, UNPADDED), HALVES);
      const second = layers.conv('conv2', layers.relu(first), width, 5, UNPADDED);
      const kept = layers.dropout('dropout1', second, dropout, 'channels');
      const features = layers.relu(layers.maxPool('pool2', kept, HALVES));
      const hidden = layers.relu(layers.linear('fc1', builder.flatten(features), 50 * width));
      return layers.linear('fc2', layers.dropout('dropout2', hidden, dropout), classCount);
    },
  },
});
