/** Adam (Kingma and Ba 2015) on perturbations: each element steps by its mean gradient over the root of its mean square. */
import { rowsOf } from './perturbations.ts';

const DECAY = { mean: 0.9, square: 0.999 };
const LEAST_DENOMINATOR = 1e-8;

export interface Adam {
  /** Descends, in place, and returns what each element's step was divided by. */
  descend(values: Float32Array, gradients: Float32Array, rate: number): Float32Array;
  /** The state of some of its rows, as a new one. */
  select(rows: readonly number[], size: number): Adam;
}

export function createAdam(length: number): Adam {
  return adamOf(new Float32Array(length), new Float32Array(length), 0);
}

function adamOf(means: Float32Array, squares: Float32Array, taken: number): Adam {
  let steps = taken;
  return {
    descend(values, gradients, rate) {
      steps += 1;
      const meanScale = 1 - DECAY.mean ** steps;
      const squareScale = Math.sqrt(1 - DECAY.square ** steps);
      const denominators = new Float32Array(values.length);
      for (let index = 0; index < values.length; index++) {
        const slope = gradients[index] ?? NaN;
        const mean = DECAY.mean * (means[index] ?? NaN) + (1 - DECAY.mean) * slope;
        const square = DECAY.square * (squares[index] ?? NaN) + (1 - DECAY.square) * slope * slope;
        means[index] = mean;
        squares[index] = square;
        const denominator = Math.sqrt(square) / squareScale + LEAST_DENOMINATOR;
        denominators[index] = denominator;
        values[index] = (values[index] ?? NaN) - ((rate / meanScale) * mean) / denominator;
      }
      return denominators;
    },
    select: (rows, size) => adamOf(rowsOf(means, size, rows), rowsOf(squares, size, rows), steps),
  };
}
