/** The L0 ball: at most so many pixels, or elements, changed at all. */
import type { Ball, Center } from './ball.ts';
import { clampToBounds, eachExample, exampleSizeOf } from './ball.ts';

/** What L0 counts: a pixel is all channels at one place of an image [channels, height, width]. */
export type Counted = 'pixels' | 'elements';

/** The number of things counted in one example, and how many elements each has. */
export function countedParts(
  inputShape: readonly number[],
  counted: Counted,
): { readonly parts: number; readonly channels: number } {
  const size = exampleSizeOf(inputShape);
  const [channels = 1] = counted === 'pixels' && inputShape.length === 3 ? inputShape : [1];
  return { parts: size / channels, channels };
}

/** The projection keeps the greatest changes, by their squares within the bounds, and undoes all others. */
export function createL0Ball({ inputs, inputShape, bounds }: Center, radius: number, counted: Counted): Ball {
  const size = exampleSizeOf(inputShape);
  const { parts, channels } = countedParts(inputShape, counted);
  const project = (points: Float32Array): void => {
    clampToBounds(points, bounds);
    eachExample(points.length, size, (start) => {
      const changes = Float64Array.from({ length: parts }, (_, part) => {
        let squares = 0;
        for (let channel = 0; channel < channels; channel++) {
          const place = start + channel * parts + part;
          squares += ((points[place] ?? NaN) - (inputs[place] ?? NaN)) ** 2;
        }
        return squares;
      });
      const order = Array.from(changes.keys()).sort((a, b) => (changes[b] ?? 0) - (changes[a] ?? 0) || a - b);
      for (const part of order.slice(radius)) {
        for (let channel = 0; channel < channels; channel++) {
          const place = start + channel * parts + part;
          // A change that is no number is kept, for the caller to see.
          if (!Number.isNaN(points[place] ?? NaN)) points[place] = inputs[place] ?? NaN;
        }
      }
    });
  };
  return {
    norm: 'l0',
    radius,
    project,
    // Without a steepest direction of its own, the gradient over its L1 norm (Croce and Hein 2019).
    stepDirection(gradients) {
      const direction = new Float32Array(gradients.length);
      eachExample(gradients.length, size, (start, end) => {
        let sum = 0;
        for (let index = start; index < end; index++) sum += Math.abs(gradients[index] ?? NaN);
        if (sum === 0) return;
        for (let index = start; index < end; index++) direction[index] = (gradients[index] ?? NaN) / sum;
      });
      return direction;
    },
    randomPoints(streams) {
      const points = inputs.slice();
      streams.forEach((stream, example) => {
        for (let draw = 0; draw < radius; draw++) {
          const part = stream.integer(parts);
          for (let channel = 0; channel < channels; channel++) {
            points[example * size + channel * parts + part] =
              bounds.lower + stream.uniform() * (bounds.upper - bounds.lower);
          }
        }
      });
      project(points);
      return points;
    },
  };
}
