/**
 * Resizing with antialiasing, separably: each output pixel is a weighted mean of the input pixels under a kernel that
 * is widened by the factor of reduction. Bytes are computed in the fixed-point arithmetic of the Python Imaging
 * Library (ImagingResample), horizontally, then vertically, each rounded to bytes, so that images are the same to the
 * bit as those that torchvision gives to models.
 */

export type Interpolation = 'bilinear' | 'bicubic';

/** A rectangle of pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** An 8-bit image, its channels interleaved: [height, width, channels]. */
export interface PixelImage {
  readonly data: Uint8Array;
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

function axisWeights(inputSize: number, outputSize: number, interpolation: Interpolation): AxisWeights {
  const { support, at } = kernels[interpolation];
  const scale = inputSize / outputSize;
  const widening = Math.max(scale, 1);
  const shrinking = 1 / widening;
  const reach = support * widening;
  const taps = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Float64Array(outputSize * taps);
  for (let k = 0; k < outputSize; k++) {
    const center = (k + 0.5) * scale;
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

/** Weights as whole numbers of 2^−22, rounded half away from zero. */
function fixedPoint(weights: Float64Array): Int32Array {
  return Int32Array.from(weights, (weight) =>
    Math.trunc(weight * 2 ** precisionBits + (weight < 0 ? -0.5 : 0.5)),
  );
}

/**
 * Resizes a region of an image as if it were cut out first.
 *
 * @param region within the image
 * @returns [height, width, channels] of the asked size
 */
export function resizePixels(
  image: PixelImage,
  region: Region,
  height: number,
  width: number,
  interpolation: Interpolation,
): PixelImage {
  const across = resizeRows(image, region, width, interpolation);
  const data = resizeColumns(across, region.height, height, width * image.channels, interpolation);
  return { data, height, width, channels: image.channels };
}

/** The rows of the region, each resized to a width: [region.height, width, channels]. */
function resizeRows(
  { data, width: sourceWidth, channels }: PixelImage,
  { top, left, height, width: regionWidth }: Region,
  width: number,
  interpolation: Interpolation,
): Uint8Array {
  const output = new Uint8ClampedArray(height * width * channels);
  const { taps, first, count, weights } = axisWeights(regionWidth, width, interpolation);
  const fixed = fixedPoint(weights);
  const half = 1 << (precisionBits - 1);
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
          sum += Math.imul(data[from] ?? 0, fixed[x * taps + j] ?? 0);
        }
        output[target + channel] = sum >> precisionBits;
      }
    }
  }
  return new Uint8Array(output.buffer);
}

/** The columns of an image [sourceHeight, rowLength], each resized to a height: [height, rowLength]. */
function resizeColumns(
  data: Uint8Array,
  sourceHeight: number,
  height: number,
  rowLength: number,
  interpolation: Interpolation,
): Uint8Array {
  const output = new Uint8ClampedArray(height * rowLength);
  const { taps, first, count, weights } = axisWeights(sourceHeight, height, interpolation);
  const fixed = fixedPoint(weights);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (precisionBits - 1));
    const length = count[y] ?? 0;
    for (let j = 0; j < length; j++) {
      const weight = fixed[y * taps + j] ?? 0;
      const from = ((first[y] ?? 0) + j) * rowLength;
      for (let k = 0; k < rowLength; k++) {
        sums[k] = (sums[k] ?? 0) + Math.imul(data[from + k] ?? 0, weight);
      }
    }
    const target = y * rowLength;
    for (let k = 0; k < rowLength; k++) output[target + k] = (sums[k] ?? 0) >> precisionBits;
  }
  return new Uint8Array(output.buffer);
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
