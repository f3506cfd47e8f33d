/** Probabilities in place of logits: their logarithms are logits that give them back under softmax. */
import { InputError } from '../core/errors.ts';

/** How far from 1 a row may sum: room for float16 and for printed decimals. */
const SUM_TOLERANCE = 1e-3;

/** Taken for a probability of 0, whose logarithm is not finite: the smallest normal float32 number, exp(−87.34). */
const LEAST_PROBABILITY = 2 ** -126;

/**
 * The logarithms of probabilities in float32; a probability below 2⁻¹²⁶ counts as 2⁻¹²⁶. Losses, margins and
 * confidences depend on differences of logits alone, so rows need not sum to 1 exactly.
 *
 * @param probabilities [n, classCount]
 * @param what names the array in messages
 * @throws InputError when one is below 0 or a row does not sum to 1 within 0.001
 */
export function logitsOfProbabilities(
  probabilities: Float32Array,
  classCount: number,
  what: string,
): Float32Array {
  const place = faultyRow(probabilities, classCount);
  if (place >= 0) {
    const row = probabilities.subarray(place * classCount, (place + 1) * classCount);
    const sum = row.reduce((total, value) => total + value, 0);
    const least = row.reduce((a, b) => Math.min(a, b), Infinity);
    throw new InputError(
      `${what}: the row of example ${String(place)} ${least < 0 ? `holds ${String(least)}` : `sums to ${String(sum)}`}: ` +
        'probabilities are at least 0 and sum to 1; name the array logits if it holds what goes into softmax',
    );
  }
  return probabilities.map((value) => Math.log(Math.max(value, LEAST_PROBABILITY)));
}

/** Whether every row would pass as probabilities: logits never do, but for a contrived model. */
export function looksLikeProbabilities(values: Float32Array, classCount: number): boolean {
  return faultyRow(values, classCount) < 0;
}

/** The first row that is no probability distribution, −1 where all are. */
function faultyRow(values: Float32Array, classCount: number): number {
  for (let start = 0; start < values.length; start += classCount) {
    let sum = 0;
    let least = 0;
    for (let index = start; index < start + classCount; index++) {
      const value = values[index] ?? NaN;
      sum += value;
      if (value < least) least = value;
    }
    if (least < 0 || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) return start / classCount;
  }
  return -1;
}
