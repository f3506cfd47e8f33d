/**
 * The set an attack may search: all points within a radius of the clean inputs that also lie within the bounds. A ball
 * knows its norm's projection and steepest direction; an attack loop knows neither.
 */
import type { Bounds } from '../../classifier/classifier.ts';
import type { RandomStream } from '../../core/random.ts';

/** A norm that a perturbation is measured by; L0 counts what is changed at all. */
export type Norm = 'linf' | 'l2' | 'l1' | 'l0';

export const norms: readonly Norm[] = ['linf', 'l2', 'l1', 'l0'];

/** How norms are written in text. */
export const normTitles: Readonly<Record<Norm, string>> = { linf: 'L∞', l2: 'L2', l1: 'L1', l0: 'L0' };

/** What a ball is made around. */
export interface Center {
  /** The clean inputs, [n, ...inputShape]; not changed. */
  readonly inputs: Float32Array;
  readonly inputShape: readonly number[];
  readonly bounds: Bounds;
}

export interface Ball {
  readonly norm: Norm;
  /** In the units of the bounds, a float32 number; in L0 a count of pixels or elements. */
  readonly radius: number;
  /** Moves every point, in place, to the nearest or a near point within the radius and the bounds. */
  project(points: Float32Array): void;
  /** The direction of unit norm along which a linear function with this gradient grows fast; 0 where the gradient is. */
  stepDirection(gradients: Float32Array): Float32Array;
  /** A random point of the ball for each example. */
  randomPoints(streams: readonly RandomStream[]): Float32Array;
}

/** The number of elements of one example. */
export function exampleSizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Calls for each example with where its elements begin and end. */
export function eachExample(length: number, size: number, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < length; start += size) visit(start, start + size);
}

/** Brings every value into the bounds, in place; NaN stays, for the caller to see. */
export function clampToBounds(points: Float32Array, bounds: Bounds): void {
  const lower = Math.fround(bounds.lower);
  const upper = Math.fround(bounds.upper);
  for (let index = 0; index < points.length; index++) {
    const value = points[index] ?? NaN;
    points[index] = value < lower ? lower : value > upper ? upper : value;
  }
}
