/**
 * Resizing with antialiasing, separably: each output pixel is a weighted mean of the input pixels under a kernel that
 * is widened by the factor of reduction. Bytes are computed in the fixed-point arithmetic of the Python Imaging
 * Library (ImagingResample), horizontally, then vertically, each rounded to bytes, so that images are the same to the
 * bit as those that torchvision gives to models. Levels of 16 bits are computed in double precision in the same order,
 * each step rounded to whole levels.
 */

export type Interpolation = 'bilinear' | 'bicubic';

/** A rectangle of pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Levels of 8 bits, 0 … 255, or of 16, 0 … 65535. */
export type Levels = Uint8Array | Uint16Array;

/** An image, its channels interleaved: [height, width, channels]. */
export interface PixelImage {
  readonly data: Levels;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Bits after the binary point of a weight: 8 are a pixel's, 2 are left for sums beyond its range. */
const precisionBits = 32 - 8 - 2;

/** The weights of an axis: output k is the sum over j of weights[k·taps + j] · input[first[k] + j], j < count[k]. */
interface AxisWeights {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float64Array;
}

const kernels: Readonly<Record<Interpolation, { support: number; at: (x: number) => number }>> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  // R. Keys, Cubic convolution interpolation for digital image processing, 1981, with a = −0.5.
  bicubic: {
    support: 2,
    at: (value) => {
      const a = -0.5;
      const x = Math.abs(value);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
};

/** The part of an axis's output that is computed: all of it when left out. */
interface Span {
  readonly start: number;
  readonly length: number;
}

/** The weights of the outputs of a span; output k of the span is output span.start + k of the axis. */
function axisWeights(
  inputSize: number,
  outputSize: number,
  interpolation: Interpolation,
  span: Span = { start: 0, length: outputSize },
): AxisWeights {
  const { support, at } = kernels[interpolation];
  const scale = inputSize / outputSize;
  const widening = Math.max(scale, 1);
  const shrinking = 1 / widening;
  const reach = support * widening;
  const taps = Math.min(inputSize, Math.ceil(reach) * 2 + 1);
  const first = new Int32Array(span.length);
  const count = new Int32Array(span.length);
  const weights = new Float64Array(span.length * taps);
  for (let k = 0; k < span.length; k++) {
    const center = (span.start + k + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach + 0.5));
    const length = Math.min(inputSize, Math.trunc(center + reach + 0.5)) - start;
    let sum = 0;
    for (let j = 0; j < length; j++) {
      const weight = at((j + start - center + 0.5) * shrinking);
      weights[k * taps + j] = weight;
      sum += weight;
    }
    for (let j = 0; j < length; j++) weights[k * taps + j] = (weights[k * taps + j] ?? 0) / sum;
    first[k] = start;
    count[k] = length;
  }
  return { taps, first, count, weights };
}

/** How weighted sums of levels are computed and brought back to levels. */
interface LevelArithmetic {
  readonly weights: Int32Array | Float64Array;
  /** What a sum begins with, so that it is rounded and not cut off. */
  readonly half: number;
  /** Sums of a row's length. */
  readonly sums: (length: number) => Int32Array | Float64Array;
  readonly level: (sum: number) => number;
}

const clamp = (value: number, greatest: number): number => Math.min(greatest, Math.max(0, value));

/** For bytes weights are whole numbers of 2^−22, rounded half away from zero. */
function arithmeticOf(data: Levels, { weights }: AxisWeights): LevelArithmetic {
  if (data instanceof Uint16Array) {
    return {
      weights,
      half: 0.5,
      sums: (length) => new Float64Array(length),
      level: (sum) => clamp(Math.floor(sum), 65535),
    };
  }
  return {
    weights: Int32Array.from(weights, (weight) =>
      Math.trunc(weight * 2 ** precisionBits + (weight < 0 ? -0.5 : 0.5)),
    ),
    half: 1 << (precisionBits - 1),
    sums: (length) => new Int32Array(length),
    level: (sum) => clamp(sum >> precisionBits, 255),
  };
}

/** New levels of as many bits as the given ones. */
export function levelsLike(data: Levels, length: number): Levels {
  return data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

/**
 * Resizes a region of an image as if it were cut out first.
 *
 * @param region within the image
 * @param window the part of the resized region that is wanted; all of it when left out. Only the window is computed,
 *   so that a region however long costs no more than what is taken of it
 * @returns [window.height, window.width, channels], of as many bits as the image
 */
export function resizePixels(
  image: PixelImage,
  region: Region,
  height: number,
  width: number,
  interpolation: Interpolation,
  window: Region = { top: 0, left: 0, height, width },
): PixelImage {
  const across = axisWeights(region.width, width, interpolation, {
    start: window.left,
    length: window.width,
  });
  const down = axisWeights(region.height, height, interpolation, {
    start: window.top,
    length: window.height,
  });
  // The rows that the window's outputs are made of.
  const firstRow = down.first[0] ?? 0;
  const lastRow = (down.first.at(-1) ?? 0) + (down.count.at(-1) ?? 0);
  const rows = { ...region, top: region.top + firstRow, height: lastRow - firstRow };
  const relative = { ...down, first: down.first.map((row) => row - firstRow) };
  const { channels } = image;
  const resized = resizeRows(image, rows, window.width, across);
  const data = resizeColumns(resized, window.height, window.width * channels, relative);
  return { data, height: window.height, width: window.width, channels };
}

/** The rows of a region, each resized to a width: [region.height, width, channels]. */
function resizeRows(
  { data, width: sourceWidth, channels }: PixelImage,
  { top, left, height }: Region,
  width: number,
  axis: AxisWeights,
): Levels {
  const output = levelsLike(data, height * width * channels);
  const { taps, first, count } = axis;
  const { weights, half, level } = arithmeticOf(data, axis);
  for (let y = 0; y < height; y++) {
    const row = ((top + y) * sourceWidth + left) * channels;
    for (let x = 0; x < width; x++) {
      const start = row + (first[x] ?? 0) * channels;
      const length = count[x] ?? 0;
      const target = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = half;
        let from = start + channel;
        for (let j = 0; j < length; j++, from += channels) {
          sum += (data[from] ?? 0) * (weights[x * taps + j] ?? 0);
        }
        output[target + channel] = level(sum);
      }
    }
  }
  return output;
}

/** The columns of an image [·, rowLength], each resized to a height: [height, rowLength]. */
function resizeColumns(data: Levels, height: number, rowLength: number, axis: AxisWeights): Levels {
  const output = levelsLike(data, height * rowLength);
  const { taps, first, count } = axis;
  const arithmetic = arithmeticOf(data, axis);
  const { weights, half, level } = arithmetic;
  const sums = arithmetic.sums(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    const length = count[y] ?? 0;
    for (let j = 0; j < length; j++) {
      const weight = weights[y * taps + j] ?? 0;
      const from = ((first[y] ?? 0) + j) * rowLength;
      for (let k = 0; k < rowLength; k++) {
        sums[k] = (sums[k] ?? 0) + (data[from + k] ?? 0) * weight;
      }
    }
    const target = y * rowLength;
    for (let k = 0; k < rowLength; k++) output[target + k] = level(sums[k] ?? 0);
  }
  return output;
}

/**
 * Resizes a region of every channel of an image of floating-point values back to the image's size, without rounding;
 * what a bicubic kernel overshoots is clipped to [0, 1].
 *
 * @param source [channels, height, width], in [0, 1]
 * @param target of the same size; not the source
 */
export function resizeChannels(
  source: Float32Array,
  target: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
  region: Region,
  interpolation: Interpolation,
): void {
  const across = axisWeights(region.width, width, interpolation);
  const down = axisWeights(region.height, height, interpolation);
  const rows = new Float32Array(region.height * width);
  for (let start = 0; start < source.length; start += height * width) {
    for (let y = 0; y < region.height; y++) {
      const row = start + (region.top + y) * width + region.left;
      for (let x = 0; x < width; x++) rows[y * width + x] = weightedSum(source, row, 1, across, x);
    }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = weightedSum(rows, x, width, down, y);
        target[start + y * width + x] = Math.min(1, Math.max(0, value));
      }
    }
  }
}

/** Output k of an axis whose input element i lies at data[start + i·stride]. */
function weightedSum(
  data: Float32Array,
  start: number,
  stride: number,
  { taps, first, count, weights }: AxisWeights,
  k: number,
): number {
  const length = count[k] ?? 0;
  let from = start + (first[k] ?? 0) * stride;
  let sum = 0;
  for (let j = 0; j < length; j++, from += stride) sum += (data[from] ?? 0) * (weights[k * taps + j] ?? 0);
  return sum;
}
