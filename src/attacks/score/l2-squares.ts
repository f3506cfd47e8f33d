/**
 * Square in L2: a grid of pairs of opposite bumps at first; then the perturbation of one window is taken away, and what
 * it had, with what the radius leaves, goes to another window as a new pair added to what is there.
 */
import { drawSign, type Squares } from './squares.ts';
import { drawWindow, eachInWindow, windowSize, type Layout, type Window } from './windows.ts';

/** Into how many tiles the grid divides the height. */
const TILES = 5;
const LEAST_LENGTH = 1e-12;

export function l2Squares(layout: Layout, radius: number): Squares {
  const { planes } = layout;
  const pairs = new Map<string, Float64Array>();
  const pair = (rows: number, columns: number, splitsRows: boolean): Float64Array => {
    const key = [rows, columns, splitsRows].join();
    const known = pairs.get(key) ?? pairOfBumps(rows, columns, splitsRows);
    pairs.set(key, known);
    return known;
  };
  const addTo = (clean: Float32Array, perturbation: Float64Array): Float32Array => {
    const length = lengthOf(perturbation);
    return clean.map(
      (value, index) => value + (radius * (perturbation[index] ?? NaN)) / (length + LEAST_LENGTH),
    );
  };
  return {
    start(clean, stream) {
      const perturbation = new Float64Array(clean.length);
      for (const tile of tiles(layout)) {
        const bumps = pair(tile.rows, tile.columns, stream.uniform() < 0.5);
        for (let plane = 0; plane < planes; plane++) {
          const sign = drawSign(stream);
          eachInWindow(layout, tile, plane, (index, place) => {
            perturbation[index] = sign * (bumps[place] ?? NaN);
          });
        }
      }
      return addTo(clean, perturbation);
    },
    propose({ clean, best, share, stream }) {
      const size = windowSize(layout, share, 3);
      const window = drawWindow(layout, size, stream);
      const emptied = drawWindow(layout, size, stream);
      const bumps = pair(size.rows, size.columns, stream.uniform() < 0.5);
      const perturbation = Float64Array.from(best, (value, index) => value - (clean[index] ?? NaN));
      const unused = Math.max(radius ** 2 - lengthOf(perturbation) ** 2, 0) / planes;
      for (let plane = 0; plane < planes; plane++) {
        const sign = drawSign(stream);
        const old = new Float64Array(size.rows * size.columns);
        eachInWindow(layout, window, plane, (index, place) => {
          old[place] = perturbation[index] ?? NaN;
          perturbation[index] = 0;
        });
        let freed = 0;
        eachInWindow(layout, emptied, plane, (index) => {
          freed += (perturbation[index] ?? NaN) ** 2;
          perturbation[index] = 0;
        });
        const oldLength = lengthOf(old);
        const mixed = old.map(
          (value, place) => value / (oldLength + LEAST_LENGTH) + sign * (bumps[place] ?? NaN),
        );
        const length = Math.sqrt(unused + freed + oldLength ** 2) / (lengthOf(mixed) + LEAST_LENGTH);
        eachInWindow(layout, window, plane, (index, place) => {
          perturbation[index] = length * (mixed[place] ?? NaN);
        });
      }
      return addTo(clean, perturbation);
    },
  };
}

function tiles({ height, width }: Layout): Window[] {
  const rows = Math.max(1, Math.floor(height / TILES));
  const columns = height === 1 ? Math.max(1, Math.floor(width / TILES)) : Math.min(rows, width);
  const down = Math.floor(height / rows);
  const across = Math.floor(width / columns);
  const top = Math.floor((height - down * rows) / 2);
  const left = Math.floor((width - across * columns) / 2);
  return Array.from({ length: down * across }, (_, index) => ({
    top: top + rows * Math.floor(index / across),
    left: left + columns * (index % across),
    rows,
    columns,
  }));
}

/** A bump beside one of the opposite sign, of unit length together, one above the other or side by side. */
function pairOfBumps(rows: number, columns: number, splitsRows: boolean): Float64Array {
  const isOneRow = rows === 1;
  if ((splitsRows && !isOneRow) || columns === 1) return stacked(rows, columns);
  // The transpose of a pair that is stacked.
  const turned = stacked(columns, rows);
  return Float64Array.from(
    turned,
    (_, place) => turned[(place % columns) * rows + Math.floor(place / columns)] ?? NaN,
  );
}

function stacked(rows: number, columns: number): Float64Array {
  const upper = Math.floor(rows / 2);
  const values = Float64Array.of(
    ...bump(upper, columns),
    ...bump(rows - upper, columns).map((value) => -value),
  );
  const length = lengthOf(values);
  return values.map((value) => value / length);
}

/** Rectangles growing about the middle, the k-th of weight 1/k², of unit length together. */
function bump(rows: number, columns: number): Float64Array {
  const values = new Float64Array(rows * columns);
  if (values.length === 0) return values;
  const middleRow = Math.floor(rows / 2);
  const middleColumn = Math.floor(columns / 2);
  for (let step = 0; step <= Math.max(middleRow, middleColumn); step++) {
    for (let row = Math.max(middleRow - step, 0); row <= Math.min(middleRow + step, rows - 1); row++) {
      for (
        let column = Math.max(middleColumn - step, 0);
        column <= Math.min(middleColumn + step, columns - 1);
        column++
      ) {
        const place = row * columns + column;
        values[place] = (values[place] ?? NaN) + 1 / (step + 1) ** 2;
      }
    }
  }
  const length = lengthOf(values);
  return values.map((value) => value / length);
}

function lengthOf(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
