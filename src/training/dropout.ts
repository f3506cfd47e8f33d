/**
 * The masks of dropout (Srivastava et al. 2014, in the inverted form: what is kept is divided by the probability of
 * being kept). An element's fate depends on the seed, the epoch, the step, the layer and the example's place in the
 * minibatch alone: not on the parts that the minibatch goes through the network in.
 */
import { drawKey, fillBernoulli } from '../core/fast-random.ts';
import { randomStream, type Seed } from '../core/random.ts';
import { float32, sizeOf } from '../graph/tensor.ts';
import type { Tensor } from '../graph/types.ts';
import type { Dropout } from '../models/architectures/layers.ts';

export interface MaskDraw {
  readonly seed: Seed;
  readonly epoch: number;
  readonly step: number;
  /** The place in the minibatch of the first example. */
  readonly first: number;
  readonly count: number;
}

/** @returns by graph input, masks [count, ...dims] of 0 and 1/(1 − rate) */
export function dropoutMasks(
  layers: readonly Dropout[],
  { seed, epoch, step, first, count }: MaskDraw,
): Record<string, Tensor> {
  if (layers.length === 0) return {};
  const key = drawKey(randomStream(seed, 'dropout', epoch, step));
  return Object.fromEntries(
    layers.map(({ mask, dims, rate }, layer) => {
      const size = sizeOf(dims);
      const values = new Float32Array(count * size);
      for (let row = 0; row < count; row++) {
        const example = values.subarray(row * size, (row + 1) * size);
        fillBernoulli(example, key, [layer, first + row], 1 - rate, 1 / (1 - rate));
      }
      return [mask, float32([count, ...dims], values)] as const;
    }),
  );
}
