/** What all minimum-norm attacks do with the points they come by: keep the nearest adversarial one of each example. */
import { predictions } from '../../classifier/oracle.ts';
import type { AttackTask } from '../attack.ts';
import { clampToBounds, exampleSizeOf } from '../balls/ball.ts';
import { perturbationSizes, roundingTolerance } from '../balls/sizes.ts';

export interface Nearest {
  /** The distance of the nearest adversarial example so far, [n], in the units of the bounds; Infinity where none is. */
  readonly distances: Float64Array;
  /**
   * Takes note of points that the attack has seen.
   *
   * @param points one for each of the rows, [rows, ...inputShape]
   * @param logits [rows, classCount]
   * @param rows the examples they belong to; all of the task where absent
   * @returns whether each is adversarial, however far it is, [rows]
   */
  offer(points: Float32Array, logits: Float32Array, rows?: readonly number[]): Uint8Array;
}

/** How much further from the clean input a point is tried that the last check does not confirm. */
const PUSHES = [1.0001, 1.001, 1.01];

/**
 * Searches for the nearest adversarial example of every example that is not misclassified as it is.
 *
 * @param search is given those examples alone, and a memory for what it comes by
 * @returns the nearest adversarial example within the task's radius, else the clean input
 */
export async function searchNearest<P>(
  task: AttackTask<P>,
  search: (active: AttackTask<P>, nearest: Nearest) => Promise<void>,
): Promise<Float32Array> {
  const result = task.inputs.slice();
  if (task.radius === 0) return result;
  const alreadyWrong = task.succeeded(await task.oracle.decisions(task.inputs));
  const rows = Array.from(alreadyWrong.keys()).filter((row) => alreadyWrong[row] === 0);
  if (rows.length === 0) return result;
  const active = rows.length < alreadyWrong.length ? task.select(rows) : task;
  const nearest = createNearest(active);
  await search(active, nearest);
  const size = exampleSizeOf(task.inputShape);
  const confirmed = await nearest.confirmed();
  rows.forEach((row, place) => {
    result.set(confirmed.subarray(place * size, (place + 1) * size), row * size);
  });
  return result;
}

interface Kept extends Nearest {
  /** The nearest that the classifier's decisions confirm, [n, ...inputShape]. */
  confirmed(): Promise<Float32Array>;
}

function createNearest(task: AttackTask<unknown>): Kept {
  const { inputs, labels, targets, norm, radius, radiusUnit, bounds, inputShape, oracle } = task;
  const size = exampleSizeOf(inputShape);
  const greatest = radius + roundingTolerance(norm, bounds, size);
  const distances = new Float64Array(labels.length).fill(Infinity);
  const nearest = inputs.slice();
  const isUnknown = new Uint8Array(labels.length);
  const place = (values: Float32Array, row: number): Float32Array =>
    values.subarray(row * size, (row + 1) * size);
  const distance = (point: Float32Array, row: number): number =>
    perturbationSizes(
      norm,
      place(inputs, row),
      point,
      inputShape,
      radiusUnit === 'elements' ? 'elements' : 'pixels',
    )[0] ?? NaN;
  const isWon = (row: number, predicted: number | undefined): boolean =>
    targets === null ? predicted !== labels[row] : predicted === targets[row];
  return {
    distances,
    offer(points, logits, rows = Array.from(labels.keys())) {
      const predicted = predictions(logits, oracle.classCount);
      return Uint8Array.from(rows, (row, at) => {
        const point = place(points, at);
        if (isUnknown[row] === 1) return 0;
        if (point.some(Number.isNaN)) {
          // Kept for the caller to see: the gradient was no number.
          isUnknown[row] = 1;
          distances[row] = Infinity;
          place(nearest, row).set(point);
          return 0;
        }
        if (!isWon(row, predicted[at])) return 0;
        const length = distance(point, row);
        if (length <= greatest && length < (distances[row] ?? NaN)) {
          distances[row] = length;
          place(nearest, row).set(point);
        }
        return 1;
      });
    },
    /** The logits beside a gradient may differ in the last bit from those alone, and a nearest example is a near tie. */
    async confirmed() {
      let rows = Array.from(distances.keys()).filter((row) => distances[row] !== Infinity);
      let tried = nearest.slice();
      for (const push of [...PUSHES, null]) {
        if (rows.length === 0) break;
        const chosen = new Float32Array(rows.length * size);
        rows.forEach((row, at) => {
          chosen.set(place(tried, row), at * size);
        });
        const decided = await oracle.select(rows).decisions(chosen);
        const failed = rows.filter((row, at) => {
          const point = place(tried, row);
          const holds = isWon(row, decided[at]) && distance(point, row) <= greatest;
          if (holds) place(nearest, row).set(point);
          return !holds;
        });
        rows = failed;
        if (push === null) break;
        tried = tried.slice();
        for (const row of rows) {
          const clean = place(inputs, row);
          place(tried, row).set(
            place(nearest, row).map((value, index) => {
              const from = clean[index] ?? NaN;
              return from + push * (value - from);
            }),
          );
        }
        clampToBounds(tried, bounds);
      }
      for (const row of rows) {
        distances[row] = Infinity;
        place(nearest, row).set(place(inputs, row));
      }
      return nearest;
    },
  };
}
