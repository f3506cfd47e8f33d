/**
 * Resize along one axis as a matrix: each place of the output a weighted sum of places of the input. Coordinates are
 * rounded to float32 after each operation, as the reference runtime computes them, so that the nearest pixel is the
 * same at ties.
 */

/** What Resize does along an axis. */
export interface AxisResize {
  readonly size: number;
  readonly resized: number;
  /** Output size over input size, as given: the output's size may be rounded. */
  readonly scale: number;
}

export interface ResizeSettings {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly excludesOutside: boolean;
  readonly antialias: boolean;
}

const f = Math.fround;

/** Where a place of the output lies in the input; undefined for a mode that is not known. */
function original(mode: string, place: number, { size, resized, scale }: AxisResize): number | undefined {
  if (scale === 1 && size === resized) return place;
  switch (mode) {
    case 'half_pixel':
      return f(f(f(place + 0.5) / scale) - 0.5);
    case 'pytorch_half_pixel':
      return resized > 1 ? f(f(f(place + 0.5) / scale) - 0.5) : 0;
    case 'asymmetric':
      return f(place / scale);
    case 'align_corners':
      return resized === 1 ? 0 : f(f(place * (size - 1)) / (resized - 1));
    case 'tf_half_pixel_for_nn':
      return f(f(place + 0.5) / scale);
    default:
      return undefined;
  }
}

/** The nearest whole place; undefined for a mode that is not known. */
function nearest(mode: string, place: number): number | undefined {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(place - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    default:
      return undefined;
  }
}

/** The cubic kernel of Keys (1981), `a` its slope at 1. */
function cubicKernel(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

const triangle = (distance: number): number => Math.max(1 - Math.abs(distance), 0);

/** The weights of places of the input, by place; those outside are given to the border or left out. */
type Taps = readonly (readonly [number, number])[];

function interpolated(at: number, axis: AxisResize, settings: ResizeSettings): Taps {
  const { mode, cubic, excludesOutside } = settings;
  if (mode === 'linear') {
    const inside = Math.min(Math.max(at, 0), axis.size - 1);
    const first = Math.floor(inside);
    return [
      [first, 1 - (inside - first)],
      [Math.min(first + 1, axis.size - 1), inside - first],
    ];
  }
  const first = Math.floor(at);
  const taps = [-1, 0, 1, 2].map((step) => {
    return [first + step, cubicKernel(at - first - step, cubic)] as const;
  });
  return excludesOutside ? normalized(withinAxis(taps, axis)) : ontoBorder(taps, axis);
}

/** With antialiasing the kernel is stretched by how much the axis shrinks. */
function smoothed(at: number, axis: AxisResize, settings: ResizeSettings): Taps {
  const { mode, cubic, excludesOutside } = settings;
  const stretch = Math.max(1 / axis.scale, 1);
  const support = (mode === 'linear' ? 1 : 2) * stretch;
  const centre = at + 0.5;
  const first = Math.floor(centre - support + 0.5);
  const end = Math.floor(centre + support + 0.5);
  const taps = Array.from({ length: Math.max(end - first, 0) }, (_, step) => {
    const distance = (first + step - at) / stretch;
    const weight = mode === 'linear' ? triangle(distance) : cubicKernel(distance, cubic);
    return [first + step, weight] as const;
  });
  return normalized(excludesOutside ? withinAxis(taps, axis) : ontoBorder(taps, axis));
}

function withinAxis(taps: Taps, { size }: AxisResize): Taps {
  return taps.filter(([place]) => place >= 0 && place < size);
}

function ontoBorder(taps: Taps, { size }: AxisResize): Taps {
  return taps.map(([place, weight]) => [Math.min(Math.max(place, 0), size - 1), weight]);
}

function normalized(taps: Taps): Taps {
  const sum = taps.reduce((total, [, weight]) => total + weight, 0);
  return taps.map(([place, weight]) => [place, weight / sum]);
}

/**
 * The matrix [resized, size] of an axis, row by row; undefined where a mode is not one of the standard's for pictures
 * as a whole.
 */
export function resizeMatrix(axis: AxisResize, settings: ResizeSettings): Float32Array | undefined {
  const { size, resized } = axis;
  const matrix = new Float32Array(resized * size);
  const add = (row: number, place: number, weight: number): void => {
    const index = row * size + place;
    matrix[index] = (matrix[index] ?? 0) + weight;
  };
  for (let row = 0; row < resized; row++) {
    const at = original(settings.coordinates, row, axis);
    if (at === undefined) return undefined;
    if (settings.mode === 'nearest') {
      const place = nearest(settings.nearest, at);
      if (place === undefined) return undefined;
      add(row, Math.min(Math.max(place, 0), size - 1), 1);
    } else {
      const taps = settings.antialias ? smoothed(at, axis, settings) : interpolated(at, axis, settings);
      for (const [place, weight] of taps) add(row, place, weight);
    }
  }
  return matrix;
}
