/** The mean of a sample. */

/**
 * The mean, within the values; of equal values exactly that value, where rounding of the sum could put it beside them.
 *
 * @param values finite, at least one
 */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    sum += value;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return Math.min(greatest, Math.max(least, sum / values.length));
}
