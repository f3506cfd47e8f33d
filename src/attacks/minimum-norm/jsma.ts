/**
 * JSMA, the Jacobian saliency map attack (Papernot et al. 2016): raises (θ > 0) or lowers (θ < 0) two elements at a time,
 * those pairs that raise the target's logit and lower the sum of all others the most, until the class changes or a share γ
 * of all elements is spent. Each element is changed once.
 *
 * The attack is one towards a class. Without one, the classes of the greatest clean logits are tried in turn, any other
 * class than the label counts, and the example with the fewest changes is kept.
 */
import type { AttackTask } from '../attack.ts';
import { createAttack } from '../create-attack.ts';
import { searchNearest, type Nearest } from '../loops/nearest.ts';
import { perturbationsOf, rowsOf } from '../loops/perturbations.ts';
import { numberBetween, wholeNumber } from '../parameters.ts';
import { otherClasses } from './boundaries.ts';

/** Elements nearer than this to the end they are moved to are left alone, in ranges. */
const LEAST_ROOM = 0.01;

const parameters = {
  theta: numberBetween('θ: by how much an element is changed, in ranges', 1, -1, 1),
  gamma: numberBetween('γ: the greatest share of elements changed', 0.1, 0, 1),
  targets: wholeNumber('number of classes tried; all others where there are fewer', 9),
} as const;

type Parameters = Readonly<Record<keyof typeof parameters, number>>;

export const jsma = createAttack({
  id: 'jsma',
  title: 'JSMA',
  citation: 'Papernot et al. 2016, The Limitations of Deep Learning in Adversarial Settings',
  access: 'gradient',
  norms: ['l0'],
  aim: 'minimum-norm',
  parameters,
  run: (task) =>
    searchNearest(task, async (active, nearest) => {
      const classes =
        active.targets === null ? await otherClasses(active, task.parameters.targets) : [active.targets];
      for (const towards of classes) await saturate(active, nearest, towards);
    }),
});

async function saturate(task: AttackTask<Parameters>, nearest: Nearest, towards: Int32Array): Promise<void> {
  const { theta, gamma } = task.parameters;
  const { classCount } = task.oracle;
  const whole = perturbationsOf(task, 'JSMA', ['weighted-logits']);
  const { size } = whole;
  const moves = new Float32Array(whole.count * size);
  const room = theta > 0 ? whole.greatest : whole.least.map((least) => -least);
  const free = Uint8Array.from(room, (length) => (length > LEAST_ROOM ? 1 : 0));
  let rows = Array.from(task.labels.keys());
  for (let step = 0; step < Math.ceil((size * gamma) / 2) && rows.length > 0; step++) {
    const part = task.select(rows);
    const space = perturbationsOf(part, 'JSMA', ['weighted-logits']);
    const points = space.points(rowsOf(moves, size, rows));
    const weightsOf = (ofTarget: number, ofOthers: number): Float32Array => {
      const weights = new Float32Array(rows.length * classCount).fill(ofOthers);
      rows.forEach((row, place) => {
        weights[place * classCount + (towards[row] ?? 0)] = ofTarget;
      });
      return weights;
    };
    const raised = await space.gradient(points, { loss: 'weighted-logits', weights: weightsOf(1, 0) });
    const lowered = await space.gradient(points, { loss: 'weighted-logits', weights: weightsOf(0, 1) });
    const moved = rows.filter((row, place) => {
      const [from, to] = [row * size, (row + 1) * size];
      const pair = salientPair({
        target: raised.gradients.subarray(place * size, (place + 1) * size),
        others: lowered.gradients.subarray(place * size, (place + 1) * size),
        free: free.subarray(from, to),
        sign: Math.sign(theta),
      });
      for (const index of pair) {
        // A gradient that is no number is passed on, for the caller to see.
        const slope =
          (raised.gradients[place * size + index] ?? NaN) + (lowered.gradients[place * size + index] ?? NaN);
        moves[from + index] = Number.isNaN(slope) ? NaN : theta;
        free[from + index] = 0;
      }
      return pair.length > 0;
    });
    rows = moved;
    if (rows.length === 0) return;
    const next = task.select(rows);
    const tried = perturbationsOf(next, 'JSMA', ['weighted-logits']).points(rowsOf(moves, size, rows));
    const won = nearest.offer(tried, await next.oracle.logits(tried), rows);
    rows = rows.filter((_, place) => won[place] === 0);
  }
}

interface Saliency {
  /** Gradient of the target's logit. */
  readonly target: Float32Array;
  /** Gradient of the sum of all others. */
  readonly others: Float32Array;
  /** 1 where an element may be changed. */
  readonly free: Uint8Array;
  readonly sign: number;
}

/** The pair with the greatest product of what it raises and what it lowers; none where no pair does both. */
function salientPair({ target, others, free, sign }: Saliency): number[] {
  const places = Array.from(free.keys()).filter((place) => free[place] === 1);
  const up = Float64Array.from(places, (place) => sign * (target[place] ?? NaN));
  const down = Float64Array.from(places, (place) => -sign * (others[place] ?? NaN));
  let greatest = 0;
  let chosen: readonly [number, number] | undefined;
  for (let first = 0; first < places.length; first++) {
    const ownUp = up[first] ?? NaN;
    const ownDown = down[first] ?? NaN;
    if (Number.isNaN(ownUp + ownDown)) return [places[first] ?? 0];
    for (let second = first + 1; second < places.length; second++) {
      const raise = ownUp + (up[second] ?? NaN);
      const lower = ownDown + (down[second] ?? NaN);
      if (raise > 0 && lower > 0 && raise * lower > greatest) {
        greatest = raise * lower;
        chosen = [first, second];
      }
    }
  }
  return chosen === undefined ? [] : chosen.map((place) => places[place] ?? 0);
}
