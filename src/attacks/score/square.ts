/**
 * Square (Andriushchenko et al. 2020): random search on the margin, by squares that shrink. In L∞ and L2, with the
 * constants of AutoAttack. What differs: each example draws its own squares, where the authors' code draws them once for
 * a batch; a square may touch the last row and column, as in the paper; the first point counts as a query. An input of
 * one dimension is changed in stretches of it.
 */
import { predictions } from '../../classifier/oracle.ts';
import type { AttackTask } from '../attack.ts';
import { exampleSizeOf } from '../balls/ball.ts';
import { createAttack } from '../create-attack.ts';
import { onSurvivors } from '../loops/survivors.ts';
import { numberBetween, switched, wholeNumber } from '../parameters.ts';
import { l2Squares } from './l2-squares.ts';
import { linfSquares } from './linf-squares.ts';
import { shortfalls } from './shortfall.ts';
import { layoutOf } from './windows.ts';

/** The proposals, of 10 000, after which the share halves. */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];
const SCHEDULE_LENGTH = 10_000;

interface SquareParameters {
  readonly queries: number;
  readonly share: number;
  readonly rescale: boolean;
}

export const square = createAttack({
  id: 'square',
  title: 'Square',
  citation:
    'Andriushchenko et al. 2020, Square Attack: A Query-Efficient Black-Box Adversarial Attack via Random Search',
  access: 'scores',
  norms: ['linf', 'l2'],
  aim: 'bounded',
  parameters: {
    queries: wholeNumber('number of points to ask for', 5000),
    share: numberBetween('share p of the pixels in the first squares', 0.8, 0, 1),
    rescale: switched(
      'whether the schedule of p, made for 10 000 queries, is scaled to those there are',
      true,
    ),
  },
  run: (task) => onSurvivors({ task, count: 1, round: search }),
});

async function search(task: AttackTask<SquareParameters>): Promise<Float32Array> {
  const { queries, share: first, rescale } = task.parameters;
  const size = exampleSizeOf(task.inputShape);
  const layout = layoutOf(task.inputShape);
  const squares = (task.norm === 'linf' ? linfSquares : l2Squares)(layout, task.radius);
  const streams = Array.from(task.labels, (_, example) => task.stream(example, 'squares'));
  const best = task.inputs.slice();
  const losses = new Float64Array(task.labels.length).fill(Infinity);
  const of = (points: Float32Array, place: number): Float32Array =>
    points.subarray(place * size, (place + 1) * size);
  let rows = Array.from(task.labels.keys());
  let active = task;
  for (let query = 0; query < queries && rows.length > 0; query++) {
    const proposal = query - 1;
    const share = shareAt(first, rescale ? Math.floor((proposal * SCHEDULE_LENGTH) / queries) : proposal);
    const points = new Float32Array(rows.length * size);
    rows.forEach((row, place) => {
      const stream = streams[row];
      if (stream === undefined) throw new RangeError(`example ${String(row)} has no random stream`);
      const clean = of(task.inputs, row);
      const point =
        query === 0
          ? squares.start(clean, stream)
          : squares.propose({ clean, best: of(best, row), share, stream });
      of(points, place).set(point);
    });
    active.ball.project(points);
    const logits = await active.oracle.logits(points);
    const won = active.succeeded(predictions(logits, task.oracle.classCount));
    const found = shortfalls(active, logits);
    rows.forEach((row, place) => {
      const loss = found[place] ?? NaN;
      if (query > 0 && won[place] === 0 && !(loss < (losses[row] ?? NaN))) return;
      losses[row] = loss;
      of(best, row).set(of(points, place));
    });
    if (!won.includes(1)) continue;
    rows = rows.filter((_, place) => won[place] === 0);
    active = task.select(rows);
  }
  return best;
}

/** The share of the pixels that a proposal of the schedule changes, counted from 0. */
export function shareAt(first: number, proposal: number): number {
  return first / 2 ** HALVINGS.filter((after) => proposal > after).length;
}
