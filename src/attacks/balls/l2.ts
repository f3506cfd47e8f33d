/** The L2 ball: √Σδ² within the radius. */
import type { Ball, Center } from './ball.ts';
import { clampToBounds, eachExample, exampleSizeOf } from './ball.ts';

/**
 * A point outside the radius is moved straight towards the clean input, then to the bounds, which only shortens the
 * perturbation.
 */
export function createL2Ball({ inputs, inputShape, bounds }: Center, epsilon: number): Ball {
  const radius = Math.fround(epsilon);
  const size = exampleSizeOf(inputShape);
  const project = (points: Float32Array): void => {
    eachExample(points.length, size, (start, end) => {
      let squares = 0;
      for (let index = start; index < end; index++) {
        squares += ((points[index] ?? NaN) - (inputs[index] ?? NaN)) ** 2;
      }
      const length = Math.sqrt(squares);
      if (length <= radius) return;
      for (let index = start; index < end; index++) {
        const clean = inputs[index] ?? NaN;
        points[index] = clean + (((points[index] ?? NaN) - clean) * radius) / length;
      }
    });
    clampToBounds(points, bounds);
  };
  return {
    norm: 'l2',
    radius,
    project,
    stepDirection(gradients) {
      const direction = new Float32Array(gradients.length);
      eachExample(gradients.length, size, (start, end) => {
        // Scaled by the greatest first: the squares of tiny gradients are 0 in no precision.
        let greatest = 0;
        for (let index = start; index < end; index++) {
          greatest = Math.max(greatest, Math.abs(gradients[index] ?? NaN));
        }
        if (greatest === 0) return;
        let squares = 0;
        for (let index = start; index < end; index++) squares += ((gradients[index] ?? NaN) / greatest) ** 2;
        const length = Math.sqrt(squares);
        for (let index = start; index < end; index++) {
          direction[index] = (gradients[index] ?? NaN) / greatest / length;
        }
      });
      return direction;
    },
    randomPoints(streams) {
      const points = inputs.slice();
      streams.forEach((stream, example) => {
        const normals = Float64Array.from({ length: size }, () => stream.normal());
        const length = Math.sqrt(normals.reduce((sum, value) => sum + value * value, 0));
        const distance = radius * stream.uniform() ** (1 / size);
        normals.forEach((value, index) => {
          const place = example * size + index;
          points[place] = (points[place] ?? NaN) + (distance * value) / length;
        });
      });
      project(points);
      return points;
    },
  };
}
