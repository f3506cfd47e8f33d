/** Square in L∞: vertical stripes of ±ε at first, then squares of ±2ε, which the projection brings to ±ε. */
import { drawSign, type Squares } from './squares.ts';
import { drawWindow, eachInWindow, windowSize, type Layout } from './windows.ts';

export function linfSquares(layout: Layout, radius: number): Squares {
  const { planes, height, width } = layout;
  return {
    start(clean, stream) {
      const point = clean.slice();
      for (let plane = 0; plane < planes; plane++) {
        for (let column = 0; column < width; column++) {
          const move = drawSign(stream) * radius;
          for (let row = 0; row < height; row++) {
            const index = (plane * height + row) * width + column;
            point[index] = (point[index] ?? NaN) + move;
          }
        }
      }
      return point;
    },
    propose({ best, share, stream }) {
      const window = drawWindow(layout, windowSize(layout, share, 1), stream);
      const point = best.slice();
      for (let plane = 0; plane < planes; plane++) {
        const move = 2 * drawSign(stream) * radius;
        eachInWindow(layout, window, plane, (index) => {
          point[index] = (point[index] ?? NaN) + move;
        });
      }
      return point;
    },
  };
}
