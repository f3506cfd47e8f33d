/**
 * Two ways to the same logits must agree: the forward graph, the graph that computes gradients, the runtime without its
 * optimisations, the file as it was exported. A runtime's rewriting, or ours, that changes what a model computes would
 * otherwise show up as robustness, or as its lack.
 */
import type { Bounds } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { randomStream } from '../core/random.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Graph } from '../graph/types.ts';

/** Above rounding: float32 sums in other orders differ by less in networks of a thousand layers. */
const TOLERANCE = 1e-3;
/** Where activations are rounded to 8 bits, one level more or less is rounding too. */
const TOLERANCE_QUANTIZED = 0.1;

/** How far two ways may be apart on a graph. */
export function toleranceOf(graph: Graph): number {
  const rounds = graph.nodes.some(({ operator }) =>
    /^((Dynamic)?QuantizeLinear|QLinear.*|Round)$/.test(operator),
  );
  return rounds ? TOLERANCE_QUANTIZED : TOLERANCE;
}

/** Images to compare on where no others are given: whole levels, drawn by a fixed seed. */
export function probeImages(shape: readonly number[], { lower, upper }: Bounds, count: number): Float32Array {
  const size = sizeOf(shape);
  const images = new Float32Array(size * count);
  for (let example = 0; example < count; example++) {
    const stream = randomStream(0, 'self-check', example);
    for (let place = 0; place < size; place++) {
      images[example * size + place] = lower + ((upper - lower) * stream.integer(256)) / 255;
    }
  }
  return images;
}

/**
 * The same images, each value moved to the next float32 number, or the one so many steps away. What this does to the
 * logits and gradients is what rounding may do.
 */
export function nextFloats(images: Float32Array, steps = 1): Float32Array {
  const moved = images.slice();
  const bits = new Int32Array(moved.buffer);
  // The numbers of the next magnitudes; 0 goes to the smallest above it.
  bits.forEach((word, index) => {
    bits[index] = word + steps;
  });
  return moved;
}

/** Steps to other numbers that are the same but for rounding. */
export const NEIGHBOURS = [1, 2, 4, 8];

/** Where no tie is met, gradients of two ways may differ by so much more than logits. */
const GRADIENT_FACTOR = 10;
/** How much farther apart than its neighbours a gradient at a tie may be. */
const JUMP_FACTOR = 2;
/** No rounding explains more, as a part of a gradient's length. */
const GREATEST_JUMP = 0.1;

/** The class of each example with the least finite logit: the gradient of its loss never vanishes beside rounding. */
export function leastLikely(logits: Float32Array, count: number): Int32Array {
  const width = logits.length / count;
  return Int32Array.from({ length: count }, (_, example) => {
    let least = 0;
    let value = Infinity;
    for (let place = 0; place < width; place++) {
      const logit = logits[example * width + place] ?? NaN;
      if (Number.isFinite(logit) && logit < value) [least, value] = [place, logit];
    }
    return least;
  });
}

/**
 * Whether two ways give every example the same gradient. It jumps where a ReLU or a max-pool is at a tie, which rounding
 * decides: an example's gradients may be as far apart as that of the images beside it, which are the same but for
 * rounding, though never by much.
 *
 * @param moves gradients at such images, taken where the two differ
 */
export async function areSameGradients(
  own: Float32Array,
  its: Float32Array,
  {
    count,
    tolerance,
    moves,
  }: {
    readonly count: number;
    readonly tolerance: number;
    readonly moves: () => Promise<readonly Float32Array[]>;
  },
): Promise<boolean> {
  const least = GRADIENT_FACTOR * tolerance;
  const apart = distances(own, its, count);
  if (apart.every((distance) => distance <= least)) return true;
  const jumps = (await moves()).map((moved) => distances(moved, its, count));
  return apart.every((distance, example) => {
    const jump = Math.max(...jumps.map((each) => each[example] ?? 0));
    return distance <= Math.max(least, Math.min(JUMP_FACTOR * jump, GREATEST_JUMP));
  });
}

/** Of each example, the length of the difference as a part of the second's. */
function distances(a: Float32Array, b: Float32Array, count: number): number[] {
  const size = b.length / count;
  return Array.from({ length: count }, (_, example) => {
    let [apart, length] = [0, 0];
    for (let place = example * size; place < (example + 1) * size; place++) {
      const right = b[place] ?? NaN;
      apart += ((a[place] ?? NaN) - right) ** 2;
      length += right ** 2;
    }
    return apart === 0 ? 0 : Math.sqrt(apart / length);
  });
}

/** How much more than the least move of the input may make of rounding in every operator. */
export const SENSITIVITY = 10;

/** The greatest difference of two arrays, as a part of the largest finite value; infinities must stand in the same places. */
export function greatestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let difference = 0;
  let largest = 0;
  a.forEach((value, index) => {
    const other = b[index] ?? NaN;
    if (value === other) return;
    difference = Math.max(difference, Math.abs(value - other));
    if (Number.isNaN(value - other)) difference = Infinity;
  });
  for (const value of a) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return difference === 0 ? 0 : difference / largest;
}

/**
 * Refuses a model whose numbers depend on the way they are computed.
 *
 * @throws InputError that names the two ways
 */
export function assertAgreement(name: string, difference: number, tolerance: number, ways: string): void {
  if (difference <= tolerance) return;
  throw new InputError(
    `${name}: the logits of ${ways} differ by ${(100 * difference).toPrecision(2)} % of the largest, which is no rounding: its numbers cannot be trusted; try --engine tfjs, and report the file`,
  );
}
