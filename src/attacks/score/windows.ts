/** The windows that Square changes an input in: squares of an image; of an input that is none, stretches of it. */
import type { RandomStream } from '../../core/random.ts';
import { exampleSizeOf } from '../balls/ball.ts';

/** How an input is laid out: planes of rows. An input of one dimension is one plane of one row. */
export interface Layout {
  readonly planes: number;
  readonly height: number;
  readonly width: number;
}

/** The same part of all planes. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

export function layoutOf(inputShape: readonly number[]): Layout {
  const width = inputShape.at(-1) ?? 1;
  const height = inputShape.at(-2) ?? 1;
  return { planes: exampleSizeOf(inputShape) / (width * height), height, width };
}

/**
 * How large a window of a share of the pixels is.
 *
 * @param share in (0, 1]
 * @param least the least side; where it is 3, sides are odd
 */
export function windowSize(
  { height, width }: Layout,
  share: number,
  least: 1 | 3,
): Pick<Window, 'rows' | 'columns'> {
  const side = (length: number): number => {
    const rounded = Math.max(Math.round(length), least);
    return least === 3 && rounded % 2 === 0 ? rounded + 1 : rounded;
  };
  if (height === 1) return { rows: 1, columns: Math.min(side(share * width), width) };
  const square = Math.min(side(Math.sqrt(share * height * width)), height, width);
  return { rows: square, columns: square };
}

/** A window of the size, anywhere. */
export function drawWindow(
  { height, width }: Layout,
  size: Pick<Window, 'rows' | 'columns'>,
  stream: RandomStream,
): Window {
  const top = stream.integer(height - size.rows + 1);
  const left = stream.integer(width - size.columns + 1);
  return { ...size, top, left };
}

/** Calls for each element of the window in a plane with its index in the input and its place in the window. */
export function eachInWindow(
  { height, width }: Layout,
  { top, left, rows, columns }: Window,
  plane: number,
  visit: (index: number, place: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    const start = (plane * height + top + row) * width + left;
    for (let column = 0; column < columns; column++) visit(start + column, row * columns + column);
  }
}
