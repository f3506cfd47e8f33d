/**
 * The set an attack may search: all points within ε of the clean inputs that also lie within the bounds. A ball knows
 * its norm's projection and steepest direction; an attack loop knows neither.
 */
import type { Bounds } from '../classifier/classifier.ts';

export interface Ball {
  readonly norm: Norm;
  /** The clean inputs, [n, ...inputShape]; not changed. */
  readonly center: Float32Array;
  /** Radius in the units of the bounds, a float32 number. */
  readonly epsilon: number;
  /** Moves every point, in place, to the ball and then to the bounds. */
  project(points: Float32Array): void;
  /** The direction of unit norm along which a linear function with this gradient grows fastest. */
  stepDirection(gradients: Float32Array): Float32Array;
}

/** Sizes of each example's perturbation, [n] each, in the units of the inputs. */
export interface PerturbationSizes {
  /** max |δ|. */
  readonly linf: Float64Array;
  /** √Σδ². */
  readonly l2: Float64Array;
}

/** A norm that a perturbation is measured by. */
export type Norm = keyof PerturbationSizes;

/**
 * The L∞ ball: every element within ε of its clean value.
 *
 * Its edges x ± ε are rounded to float32, as PyTorch does, so a projected point lies within ε + {@link roundingTolerance}.
 */
export function createLinfBall(center: Float32Array, epsilon: number, bounds: Bounds): Ball {
  const radius = Math.fround(epsilon);
  const lower = Math.fround(bounds.lower);
  const upper = Math.fround(bounds.upper);
  return {
    norm: 'linf',
    center,
    epsilon: radius,
    // Plain loops: these run over every pixel in every step.
    project(points) {
      for (let index = 0; index < points.length; index++) {
        const clean = center[index] ?? NaN;
        const least = Math.max(Math.fround(clean - radius), lower);
        const greatest = Math.min(Math.fround(clean + radius), upper);
        const value = points[index] ?? NaN;
        // NaN fails both comparisons and stays, for the caller to see.
        points[index] = value < least ? least : value > greatest ? greatest : value;
      }
    },
    stepDirection(gradients) {
      const direction = new Float32Array(gradients.length);
      for (let index = 0; index < gradients.length; index++) {
        const slope = gradients[index] ?? NaN;
        // sign(0) = 0, as in PyTorch.
        direction[index] = slope > 0 ? 1 : slope < 0 ? -1 : slope;
      }
      return direction;
    },
  };
}

/**
 * Measures perturbations from the examples themselves, as stored.
 *
 * @param clean [n, ...inputShape]
 * @param adversarial the same shape
 * @param exampleSize elements of one example
 */
export function perturbationSizes(
  clean: Float32Array,
  adversarial: Float32Array,
  exampleSize: number,
): PerturbationSizes {
  const count = clean.length / exampleSize;
  const linf = new Float64Array(count);
  const l2 = new Float64Array(count);
  for (let example = 0; example < count; example++) {
    let greatest = 0;
    let squares = 0;
    for (let index = example * exampleSize; index < (example + 1) * exampleSize; index++) {
      const size = Math.abs((adversarial[index] ?? NaN) - (clean[index] ?? NaN));
      greatest = Math.max(greatest, size);
      squares += size * size;
    }
    linf[example] = greatest;
    l2[example] = Math.sqrt(squares);
  }
  return { linf, l2 };
}

/**
 * How far a measured size may exceed ε: the stored element x + δ is rounded once to float32, which moves it by at most
 * 2⁻²⁴ of its magnitude, and its magnitude is at most that of the larger bound. For [0, 1] that is 6·10⁻⁸. In L2
 * every element may be off by as much.
 */
export function roundingTolerance(norm: Norm, bounds: Bounds, exampleSize: number): number {
  const perElement = Math.max(Math.abs(bounds.lower), Math.abs(bounds.upper)) * 2 ** -24;
  return norm === 'linf' ? perElement : perElement * Math.sqrt(exampleSize);
}
