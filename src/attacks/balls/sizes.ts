/** Measures perturbations from the examples themselves, as stored. */
import type { Bounds } from '../../classifier/classifier.ts';
import type { Norm } from './ball.ts';
import { exampleSizeOf } from './ball.ts';
import { countedParts, type Counted } from './l0.ts';

/**
 * The size of each example's perturbation in a norm, [n], in the units of the inputs; in L0 a count.
 *
 * @param clean [n, ...inputShape]
 * @param adversarial the same shape
 * @param counted what L0 counts; of no matter to the other norms
 */
export function perturbationSizes(
  norm: Norm,
  clean: Float32Array,
  adversarial: Float32Array,
  inputShape: readonly number[],
  counted: Counted = 'elements',
): Float64Array {
  const size = exampleSizeOf(inputShape);
  const { parts, channels } = countedParts(inputShape, counted);
  return Float64Array.from({ length: clean.length / size }, (_, example) => {
    const start = example * size;
    if (norm === 'l0') return changedParts(clean, adversarial, start, parts, channels);
    let greatest = 0;
    let sum = 0;
    let squares = 0;
    for (let index = start; index < start + size; index++) {
      const distance = Math.abs((adversarial[index] ?? NaN) - (clean[index] ?? NaN));
      greatest = Math.max(greatest, distance);
      sum += distance;
      squares += distance * distance;
    }
    return norm === 'linf' ? greatest : norm === 'l1' ? sum : Math.sqrt(squares);
  });
}

function changedParts(
  clean: Float32Array,
  adversarial: Float32Array,
  start: number,
  parts: number,
  channels: number,
): number {
  let changed = 0;
  for (let part = 0; part < parts; part++) {
    for (let channel = 0; channel < channels; channel++) {
      const place = start + channel * parts + part;
      if (clean[place] === adversarial[place]) continue;
      changed += 1;
      break;
    }
  }
  return changed;
}

/**
 * How far a measured size may exceed the radius: the stored element x + δ is rounded once to float32, which moves it by
 * at most 2⁻²⁴ of its magnitude, and its magnitude is at most that of the larger bound. For [0, 1] that is 6·10⁻⁸. In
 * L2 and L1 every element may be off by as much; a count is exact.
 */
export function roundingTolerance(norm: Norm, bounds: Bounds, exampleSize: number): number {
  const perElement = Math.max(Math.abs(bounds.lower), Math.abs(bounds.upper)) * 2 ** -24;
  const elements = { linf: 1, l2: Math.sqrt(exampleSize), l1: exampleSize, l0: 0 };
  return perElement * elements[norm];
}
