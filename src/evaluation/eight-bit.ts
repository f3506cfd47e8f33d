/**
 * Adversarial examples as 8-bit pixels. Rounding alone would carry them out of the ball: at ε of 0.6 levels every
 * change became one of a whole level. So each pixel is the nearest level within the ball.
 */
import { roundingTolerance } from '../attacks/balls/sizes.ts';
import type { Bounds } from '../classifier/classifier.ts';

/** The range of 8-bit levels, which stand for the bounds from end to end. */
export const levelRange: Bounds = { lower: 0, upper: 255 };

export interface EightBitTask {
  /** In the units of the bounds, as many as the adversarial values. */
  readonly clean: Float32Array;
  readonly adversarial: Float32Array;
  readonly bounds: Bounds;
  /** The radius of an L∞ ball as a part of the range; null for any other ball. */
  readonly epsilon: number | null;
}

/**
 * The level of each adversarial value that is nearest to it among the whole levels from ⌈x − ε⌉ to ⌊x + ε⌋, where x is
 * the clean value in levels, itself perhaps not whole. In other norms, where no radius bounds an element by itself, no level
 * is further from x than the adversarial value was. Where no whole level is that near to x, it is the one nearest to x: such a
 * pixel cannot stay within ε, which the measured size of the perturbation says.
 *
 * @returns 0 … 255 each, half way between two levels up
 * @throws RangeError on NaN, which no level can stand for
 */
export function levelsWithinBall({ clean, adversarial, bounds, epsilon }: EightBitTask): Uint8Array {
  const { lower, upper } = bounds;
  const width = upper - lower;
  const inLevels = (value: number): number => ((value - lower) / width) * 255;
  // The clean and the adversarial value are each stored with this much rounding; a level on the very edge must stay.
  const slack = (2 * roundingTolerance('linf', bounds, 1) * 255) / width;
  const levels = new Uint8Array(adversarial.length);
  for (let index = 0; index < adversarial.length; index++) {
    const origin = inLevels(clean[index] ?? NaN);
    const value = inLevels(adversarial[index] ?? NaN);
    if (Number.isNaN(origin + value)) {
      throw new RangeError(`element ${String(index)} is NaN: it has no 8-bit level`);
    }
    const reach = (epsilon === null ? Math.abs(value - origin) : epsilon * 255) + slack;
    const least = Math.max(0, Math.ceil(origin - reach));
    const greatest = Math.min(255, Math.floor(origin + reach));
    const [nearest, from, to] =
      least <= greatest
        ? [Math.floor(value + 0.5), least, greatest]
        : [Math.floor(origin + 0.5), levelRange.lower, levelRange.upper];
    levels[index] = Math.min(Math.max(nearest, from), to);
  }
  return levels;
}
