/**
 * Tells probabilities from logits by their numbers. An attack on probabilities follows the gradient of a second
 * softmax, which is flat where the model is sure, and the model looks robust that is not.
 */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { exactSums, type OutputExtremes } from '../core/probability-finding.ts';

/** What a model's outputs were over rows: enough to tell probabilities, and joined exactly for rows in parts. */
export interface OutputRanges extends OutputExtremes {
  /** The first rows, as many as this, are nonnegative and sum to 1. */
  readonly leading: number;
  /** The least and the greatest output of each class, [classCount]. */
  readonly least: Float32Array;
  readonly greatest: Float32Array;
}

/** Rows after which probabilities are refused. */
const refusedAfter = 8;

/** @param logits [n, classCount] */
export function outputRanges(logits: Float32Array, classCount: number): OutputRanges {
  const least = new Float32Array(classCount).fill(Infinity);
  const greatest = new Float32Array(classCount).fill(-Infinity);
  let leastSum = Infinity;
  let greatestSum = -Infinity;
  let rows = 0;
  let leading = 0;
  for (let start = 0; start < logits.length; start += classCount) {
    let sum = 0;
    let lowest = Infinity;
    for (let index = 0; index < classCount; index++) {
      const value = logits[start + index] ?? NaN;
      sum += value;
      lowest = Math.min(lowest, value);
      least[index] = Math.min(least[index] ?? NaN, value);
      greatest[index] = Math.max(greatest[index] ?? NaN, value);
    }
    if (leading === rows && lowest >= 0 && Math.abs(sum - 1) <= exactSums) leading += 1;
    rows += 1;
    leastSum = Math.min(leastSum, sum);
    greatestSum = Math.max(greatestSum, sum);
  }
  return { rows, leading, least, greatest, leastSum, greatestSum };
}

/** The ranges of rows that follow one another. */
export function joinRanges(first: OutputRanges, second: OutputRanges): OutputRanges {
  return {
    rows: first.rows + second.rows,
    leading: first.leading === first.rows ? first.rows + second.leading : first.leading,
    least: first.least.map((value, index) => Math.min(value, second.least[index] ?? NaN)),
    greatest: first.greatest.map((value, index) => Math.max(value, second.greatest[index] ?? NaN)),
    leastSum: Math.min(first.leastSum, second.leastSum),
    greatestSum: Math.max(first.greatestSum, second.greatestSum),
  };
}

/**
 * Refuses a model that gives probabilities where an attack needs logits, once eight rows, or all there are, are
 * nonnegative and sum to 1.
 *
 * @param count examples of the whole evaluation
 * @throws InputError that says what to give instead
 */
export function assertLogitsNotProbabilities(
  { name }: Pick<Classifier, 'name'>,
  { leading }: OutputRanges,
  count: number,
): void {
  if (leading < Math.min(refusedAfter, count)) return;
  throw new InputError(
    `the outputs of the model ${name} are probabilities (each row sums to 1) and attacks need logits: ` +
      'give the model without its final softmax (from a function: the logarithms), or declare its outputs (--outputs probabilities, ' +
      'or --outputs logits if they are logits all the same)',
  );
}
