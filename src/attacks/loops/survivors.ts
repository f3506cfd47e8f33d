/** Repeats work on the examples that are not adversarial yet: the one mechanism of restarts, targets and ensembles. */
import type { AttackTask } from '../attack.ts';
import { exampleSizeOf } from '../balls/ball.ts';

export interface Rounds<P> {
  readonly task: AttackTask<P>;
  readonly count: number;
  /**
   * Makes examples of the survivors, which are all of its task.
   *
   * @param rows the survivors' places in the whole task
   */
  readonly round: (survivors: AttackTask<P>, round: number, rows: readonly number[]) => Promise<Float32Array>;
}

/**
 * Runs rounds, each on those examples that no earlier one has made adversarial; clean inputs that are misclassified
 * already are never touched. An example that survives all rounds is what the first one made of it, the last where that
 * left it clean.
 */
export async function onSurvivors<P>({ task, count, round }: Rounds<P>): Promise<Float32Array> {
  const size = exampleSizeOf(task.inputShape);
  const result = task.inputs.slice();
  const alreadyWrong = task.succeeded(await task.oracle.decisions(task.inputs));
  let rows = Array.from(task.labels.keys()).filter((row) => alreadyWrong[row] === 0);
  const touched = new Uint8Array(task.labels.length);
  for (let index = 0; index < count && rows.length > 0; index++) {
    const survivors = task.select(rows);
    const made = await round(survivors, index, rows);
    const won = survivors.succeeded(await survivors.oracle.decisions(made));
    rows.forEach((row, place) => {
      const example = made.subarray(place * size, (place + 1) * size);
      if (won[place] === 0 && touched[row] === 1) return;
      result.set(example, row * size);
      if (example.some((value, at) => value !== task.inputs[row * size + at])) touched[row] = 1;
    });
    rows = rows.filter((_, place) => won[place] === 0);
  }
  return result;
}
