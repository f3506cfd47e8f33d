/**
 * The nearest point of a hyperplane within the bounds: the least step d in L∞, L2 or L1 with w·d = c and every element
 * in its room (Croce and Hein 2020, section 2.1, solved exactly). Where the bounds cut the hyperplane off, all elements
 * go as far towards it as they can.
 */
import type { Norm } from '../balls/ball.ts';

export interface Hyperplane {
  readonly norm: Exclude<Norm, 'l0'>;
  /** w. */
  readonly normal: Float32Array;
  /** c: by how much w·x has to grow; may be negative. */
  readonly change: number;
  /** Where the elements are, and between which ends they may move. */
  readonly at: Float32Array;
  readonly least: Float32Array;
  readonly greatest: Float32Array;
}

/** @returns d, of the length of w */
export function stepToHyperplane(hyperplane: Hyperplane): Float64Array {
  const { norm, normal, change, at, least, greatest } = hyperplane;
  const sign = change >= 0 ? 1 : -1;
  const weights = Float64Array.from(normal, Math.abs);
  const directions = Float64Array.from(normal, (weight) => sign * Math.sign(weight));
  const rooms = directions.map((direction, index) => {
    const here = at[index] ?? NaN;
    return Math.max(direction > 0 ? (greatest[index] ?? NaN) - here : here - (least[index] ?? NaN), 0);
  });
  const steps =
    norm === 'l1'
      ? greatestFirst(weights, rooms, Math.abs(change))
      : evenly(weights, norm === 'l2' ? weights : weights.map(() => 1), rooms, Math.abs(change));
  return steps.map((step, index) => step * (directions[index] ?? NaN));
}

/**
 * d_i = min(λ·pace_i, room_i) with the λ that makes Σ w_i d_i the change. The sum is concave and piecewise linear in λ, so
 * Newton's method from λ = 0 climbs to it in as many steps as it has pieces at most, and mostly in a few.
 */
function evenly(
  weights: Float64Array,
  paces: Float64Array,
  rooms: Float64Array,
  change: number,
): Float64Array {
  let lambda = 0;
  for (let step = 0; step <= weights.length; step++) {
    let sum = 0;
    let slope = 0;
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index] ?? NaN;
      const pace = paces[index] ?? NaN;
      const room = rooms[index] ?? NaN;
      if (lambda * pace < room) {
        sum += weight * lambda * pace;
        slope += weight * pace;
      } else sum += weight * room;
    }
    if (slope === 0) {
      // Nothing is left to move: the hyperplane is out of reach, or just reached.
      return rooms.map((room, index) => ((weights[index] ?? NaN) > 0 ? room : 0));
    }
    const next = lambda + (change - sum) / slope;
    if (!(next > lambda)) break;
    lambda = next;
  }
  return rooms.map((room, index) =>
    (weights[index] ?? NaN) > 0 ? Math.min(lambda * (paces[index] ?? NaN), room) : 0,
  );
}

/** Elements of the greatest weights move as far as they can, until the change is made. */
function greatestFirst(weights: Float64Array, rooms: Float64Array, change: number): Float64Array {
  const steps = new Float64Array(weights.length);
  const sorted = weights.slice().sort();
  const made = (least: number): number =>
    weights.reduce((sum, weight, index) => (weight >= least ? sum + weight * (rooms[index] ?? NaN) : sum), 0);
  // The greatest weight down to which all must move: more than enough with it, not enough with those above.
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (made(sorted[middle] ?? NaN) >= change) low = middle;
    else high = middle - 1;
  }
  const last = sorted[low] ?? NaN;
  let left = change;
  weights.forEach((weight, index) => {
    if (weight <= last) return;
    steps[index] = rooms[index] ?? NaN;
    left -= weight * (rooms[index] ?? NaN);
  });
  weights.forEach((weight, index) => {
    if (weight !== last || weight === 0 || left <= 0) return;
    const step = Math.min(rooms[index] ?? NaN, left / weight);
    steps[index] = step;
    left -= weight * step;
  });
  return steps;
}
