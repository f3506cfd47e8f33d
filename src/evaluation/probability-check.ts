/**
 * Tells probabilities from logits by their numbers. An attack on probabilities follows the gradient of a second
 * softmax, which is flat where the model is sure, and the model looks robust that is not.
 */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { exactSums, probabilityFinding, type ProbabilityFinding } from '../core/probability-finding.ts';

export interface ProbabilityCheck {
  /** Takes the logits of a batch, [n, classCount]. */
  record(logits: Float32Array): void;
  /** Whether the first rows, as many as this, are nonnegative and sum to 1. */
  beginsWithProbabilities(rows: number): boolean;
  /** What all rows so far look like; null for logits. */
  finding(): ProbabilityFinding | null;
}

/** Rows after which probabilities are refused. */
const refusedAfter = 8;

/** Examines the outputs of a model, batch by batch; its findings do not depend on how the rows are batched. */
export function createProbabilityCheck(classCount: number): ProbabilityCheck {
  const least = new Float64Array(classCount).fill(Infinity);
  const greatest = new Float64Array(classCount).fill(-Infinity);
  let leastSum = Infinity;
  let greatestSum = -Infinity;
  let rows = 0;
  let leading = 0;
  return {
    record(logits) {
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
    },
    beginsWithProbabilities: (count) => count > 0 && leading >= count,
    finding: () => probabilityFinding({ least, greatest, leastSum, greatestSum }),
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
  { name }: Classifier,
  check: ProbabilityCheck,
  count: number,
): void {
  if (!check.beginsWithProbabilities(Math.min(refusedAfter, count))) return;
  throw new InputError(
    `the outputs of the model ${name} are probabilities (each row sums to 1) and attacks need logits: ` +
      'give the model without its final softmax (from a function: the logarithms), or declare its outputs (--outputs probabilities, ' +
      'or --outputs logits if they are logits all the same)',
  );
}
