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
 * The same images, each value moved to the next float32 number. What this does to the logits is what rounding may do.
 */
export function nextFloats(images: Float32Array): Float32Array {
  const moved = images.slice();
  const bits = new Int32Array(moved.buffer);
  // The number of the next magnitude; 0 goes to the smallest above it.
  bits.forEach((word, index) => {
    bits[index] = word + 1;
  });
  return moved;
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
