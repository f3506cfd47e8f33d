/**
 * What an attack sees of a classifier: no more than its access allows, and every answer counted for the example it was
 * given for. So gradients and queries in a result are measured, not claimed.
 */
import { InputError } from '../core/errors.ts';
import { joined } from './batched.ts';
import type { Bounds, Classifier, LossGradient } from './classifier.ts';
import { objectiveRows, type LossName, type Objective } from './objective.ts';

/** What is asked of a classifier: input gradients, logits, or the predicted class alone; each gives the next as well. */
export type Access = 'gradient' | 'scores' | 'decisions';

export interface Oracle {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly bounds: Bounds;
  /** The losses that `gradient` takes. */
  readonly losses: ReadonlySet<LossName>;
  /** The number of examples that it answers for: each call has one row for each. */
  readonly count: number;
  /** The predicted classes, [n], of points [n, ...inputShape]. */
  decisions(points: Float32Array): Promise<Int32Array>;
  /**
   * [n, classCount].
   *
   * @throws RangeError when the attack has access to decisions alone
   */
  logits(points: Float32Array): Promise<Float32Array>;
  /**
   * @param objective of the same n examples
   * @throws RangeError when the attack has no access to gradients; InputError when the classifier has none
   */
  gradient(points: Float32Array, objective: Objective): Promise<LossGradient>;
  /**
   * The oracle of some of its examples.
   *
   * @param rows places among its examples, in any order; one may occur twice, for an attack that asks for it twice at once
   */
  select(rows: ArrayLike<number>): Oracle;
}

/** What was answered for each example, [n] each. */
export interface Meter {
  /** Gradients taken. */
  readonly gradients: Int32Array;
  /** Logits or decisions given, those beside gradients not counted. */
  readonly queries: Int32Array;
  /** 1 where the first gradient that was taken is zero everywhere, so that the attack had nothing to follow. */
  readonly zeroGradients: Uint8Array;
}

export function createMeter(count: number): Meter {
  return {
    gradients: new Int32Array(count),
    queries: new Int32Array(count),
    zeroGradients: new Uint8Array(count),
  };
}

/** Opens a classifier for an attack of the given access on as many examples as the meter counts for. */
export function createOracle(classifier: Classifier, access: Access, meter: Meter): Oracle {
  const rows = Int32Array.from(meter.queries.keys());
  return oracleOf(classifier, access, meter, rows);
}

function oracleOf(classifier: Classifier, access: Access, meter: Meter, rows: Int32Array): Oracle {
  const { name, inputShape, classCount, bounds } = classifier;
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  const count = (what: Int32Array): void => {
    for (const row of rows) what[row] = (what[row] ?? 0) + 1;
  };
  const logitsOf = async (points: Float32Array): Promise<Float32Array> => {
    count(meter.queries);
    return inHalves(points, size, (part) => classifier.logits(part), joined);
  };
  return {
    name,
    inputShape,
    classCount,
    bounds,
    losses: classifier.losses ?? new Set(['cross-entropy']),
    count: rows.length,
    decisions: async (points) => predictions(await logitsOf(points), classCount),
    logits(points) {
      if (access === 'decisions') throw new RangeError('an attack on decisions may not ask for logits');
      return logitsOf(points);
    },
    async gradient(points, objective) {
      if (access !== 'gradient') throw new RangeError(`an attack on ${access} may not ask for gradients`);
      const result = await inHalves(
        points,
        size,
        (part, start) =>
          gradientOf(
            classifier,
            part,
            part === points
              ? objective
              : objectiveRows(objective, range(start, part.length / size), classCount),
          ),
        (parts) => ({
          losses: joined(parts.map(({ losses }) => losses)),
          gradients: joined(parts.map(({ gradients }) => gradients)),
          logits: joined(parts.map(({ logits }) => logits)),
        }),
      );
      for (const [place, row] of rows.entries()) {
        if (meter.gradients[row] !== 0) continue;
        const own = result.gradients.subarray(place * size, (place + 1) * size);
        meter.zeroGradients[row] = own.every((value) => value === 0) ? 1 : 0;
      }
      count(meter.gradients);
      return result;
    },
    select: (chosen) =>
      oracleOf(
        classifier,
        access,
        meter,
        Int32Array.from(chosen, (row) => rows[row] ?? -1),
      ),
  };
}

async function gradientOf(
  classifier: Classifier,
  points: Float32Array,
  objective: Objective,
): Promise<LossGradient> {
  if (classifier.gradient === undefined) throw new InputError(`the model ${classifier.name} has no gradient`);
  const result = await classifier.gradient(points, objective);
  if (result.gradients.length === points.length) return result;
  throw new InputError(
    `the model ${classifier.name} returned ${String(result.gradients.length)} gradient elements for ` +
      `${String(points.length)} input elements: its gradient must have the shape of its inputs`,
  );
}

/** The class of the greatest logit of each example, the first of equals, [n]. */
export function predictions(logits: Float32Array, classCount: number): Int32Array {
  return Int32Array.from({ length: logits.length / classCount }, (_, example) => {
    const row = logits.subarray(example * classCount, (example + 1) * classCount);
    return row.reduce((best, logit, index) => (logit > (row[best] ?? -Infinity) ? index : best), 0);
  });
}

/**
 * Asks for all rows at once and, where memory does not suffice, for each half by itself: outcomes of examples do not
 * depend on their batch, so the answer is the same.
 */
async function inHalves<T>(
  points: Float32Array,
  size: number,
  ask: (points: Float32Array, start: number) => Promise<T>,
  join: (parts: readonly T[]) => T,
  start = 0,
): Promise<T> {
  try {
    return await ask(points, start);
  } catch (error) {
    const count = points.length / size;
    if (count < 2 || !isOutOfMemory(error)) throw error;
    const middle = Math.ceil(count / 2);
    const first = await inHalves(points.slice(0, middle * size), size, ask, join, start);
    const second = await inHalves(points.slice(middle * size), size, ask, join, start + middle);
    return join([first, second]);
  }
}

/** Runtimes say it in words of their own. */
function isOutOfMemory(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return /out of memory|bad_alloc|bad allocation|failed to allocate|allocation failed|OOM when allocating/i.test(
    message,
  );
}

function range(start: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => start + index);
}
