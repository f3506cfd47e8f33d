/** Layers that change the size of images: UpSampling, Resizing, CenterCrop, RandomCrop. */
import type { Tensor } from '../../../graph/types.ts';
import { only } from '../activations.ts';
import { croppedMatrix, resamplingMatrix } from '../resampling.ts';
import type { Interpolation, Placement } from '../resampling.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

type Size = readonly [number, number];

/** Repeats each element along each spatial axis; bilinear interpolation of images is resampling. */
const upSampling: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const x = scope.windowed(input);
  const sizes = scope.sizesAfter(x, 2);
  const factors = scope.sizes('size', sizes.length, 2);
  const interpolation = interpolationOf(scope, 'nearest');
  if (interpolation === 'nearest') return made(scope, repeated(scope, x, factors));
  const [height = 1, width = 1] = sizes.map((size, axis) => size * (factors[axis] ?? 1));
  const placement = scope.dialect === 'tfjs' ? 'corners' : keras(scope);
  return made(scope, resampled(scope, x, [height, width], interpolation, placement));
};

/** Written as a broadcast along new axes of size 1. */
function repeated(scope: LayerScope, x: string, factors: readonly number[]): string {
  const { builder } = scope;
  const [channels = 1, ...spatial] = scope.sizesAfter(x, 1);
  const opened = builder.reshape(x, [0, channels, ...spatial.flatMap((size) => [size, 1])]);
  const repeats = builder.shapeConstant([1, 1, ...factors.flatMap((factor) => [1, factor])]);
  return builder.reshape(builder.expand(opened, repeats), [
    0,
    channels,
    ...spatial.map((size, axis) => size * (factors[axis] ?? 1)),
  ]);
}

const resizing: LayerHandler = (scope, inputs) => {
  const x = scope.windowed(only(scope, inputs));
  const target: Size = [scope.size('height'), scope.size('width')];
  const interpolation = interpolationOf(scope, 'bilinear');
  const crops = scope.flag('crop_to_aspect_ratio', false);
  if (scope.dialect === 'tfjs') {
    // tfjs crops nothing: the flag says where it places its samples.
    return made(scope, resampled(scope, x, target, interpolation, crops ? 'corners' : 'aligned'));
  }
  if (scope.flag('antialias', false)) throw scope.refuse('resizes with antialiasing, which is not supported');
  const pads = scope.flag('pad_to_aspect_ratio', false);
  const shaped = crops
    ? cropped(scope, x, aspectCrop(scope, x, target))
    : pads
      ? padded(scope, x, target)
      : x;
  return made(scope, resampled(scope, shaped, target, interpolation, keras(scope)));
};

/** The middle of the image, or where the image is smaller, its middle of the wanted aspect, resized. */
const centerCrop: LayerHandler = (scope, inputs) => {
  const x = scope.windowed(only(scope, inputs));
  const target: Size = [scope.size('height'), scope.size('width')];
  const [height, width] = imageSize(scope, x);
  if (scope.dialect === 'tfjs') return made(scope, tfjsCrop(scope, x, target));
  const margin: Size = [height - target[0], width - target[1]];
  if (margin[0] < 0 || margin[1] < 0) return made(scope, smartResized(scope, x, target));
  const begin: Size = [Math.floor(margin[0] / 2), Math.floor(margin[1] / 2)];
  return made(scope, cropped(scope, x, { begin, size: target }));
};

/** tfjs cuts by a box over the whole image whose elements it rounds to, and enlarges what is smaller. */
function tfjsCrop(scope: LayerScope, x: string, target: Size): string {
  const sizes = imageSize(scope, x);
  const [top, left] = sizes.map((size, axis) => Math.floor((size - (target[axis] ?? 1)) / 2));
  const begins: Size = [top ?? 0, left === 0 && sizes[1] !== target[1] ? 1 : (left ?? 0)];
  if (begins.some((begin) => begin < 0)) return resampled(scope, x, target, 'bilinear', 'corners');
  const matrices = sizes.map((size, axis) => {
    const [begin = 0, wanted = 1] = [begins[axis], target[axis]];
    return croppedMatrix(size, wanted, { begin: begin / size, end: (wanted + begin) / size }, 'nearest');
  });
  return product(scope, x, [matrices[0], matrices[1]]);
}

/** Random in training; in inference Keras 2 resizes the middle, Keras 3 leaves the image alone. */
const randomCrop: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const x = scope.windowed(input);
  const target: Size = [scope.size('height'), scope.size('width')];
  if (scope.dialect !== 'Keras 3') return made(scope, smartResized(scope, x, target));
  if (imageSize(scope, x).some((size, axis) => size !== target[axis])) {
    throw scope.refuse('leaves images of another size uncropped in inference; export the model without it');
  }
  return input;
};

/** Keras's smart_resize: the middle of the wanted aspect, resized bilinearly. */
function smartResized(scope: LayerScope, x: string, target: Size): string {
  return resampled(scope, cropped(scope, x, aspectCrop(scope, x, target)), target, 'bilinear', 'centres');
}

interface Crop {
  readonly begin: Size;
  readonly size: Size;
}

/** The largest middle part that has the aspect of the target, rounded down as Keras does in single precision. */
function aspectCrop(scope: LayerScope, x: string, target: Size): Crop {
  const [height, width] = imageSize(scope, x);
  const size: Size = [
    Math.max(Math.min(height, quotient(width * target[0], target[1])), 1),
    Math.max(Math.min(width, quotient(height * target[1], target[0])), 1),
  ];
  return { begin: [Math.floor((height - size[0]) / 2), Math.floor((width - size[1]) / 2)], size };
}

function quotient(dividend: number, divisor: number): number {
  return Math.floor(Math.fround(Math.fround(dividend) / divisor));
}

function cropped(scope: LayerScope, x: string, { begin, size }: Crop): string {
  const sizes = imageSize(scope, x);
  if (sizes.every((whole, axis) => whole === size[axis])) return x;
  const ends = begin.map((first, axis) => first + (size[axis] ?? 0));
  return scope.builder.slice(x, { starts: begin, ends, axes: [2, 3] });
}

/** Filled on both sides alike until it has the aspect of the target. */
function padded(scope: LayerScope, x: string, target: Size): string {
  const [height, width] = imageSize(scope, x);
  const tall = Math.max(height, quotient(width * target[0], target[1]));
  const wide = Math.max(width, quotient(height * target[1], target[0]));
  const [above, left] = [Math.floor((tall - height) / 2), Math.floor((wide - width) / 2)];
  if (above === 0 && left === 0) return x;
  const pads = [0, 0, above, left, 0, 0, above, left];
  return scope.builder.pad(x, pads, scope.number('fill_value', 0));
}

function resampled(
  scope: LayerScope,
  x: string,
  target: Size,
  interpolation: Interpolation,
  placement: Placement,
): string {
  const [rows, columns] = imageSize(scope, x).map((size, axis) => {
    const wanted = target[axis] ?? 1;
    return size === wanted ? undefined : resamplingMatrix(size, wanted, interpolation, placement);
  });
  return product(scope, x, [rows, columns]);
}

/** rows · x · columnsᵀ for each channel; undefined leaves an axis alone. */
function product(
  scope: LayerScope,
  x: string,
  [rows, columns]: readonly [Tensor<'float32'> | undefined, Tensor<'float32'> | undefined],
): string {
  const { builder } = scope;
  let value = x;
  if (rows !== undefined) value = builder.matMul(builder.constant(rows), value);
  if (columns === undefined) return value;
  return builder.matMul(value, builder.transpose(builder.constant(columns), [1, 0]));
}

/** Keras samples at the centres of pixels; tfjs, which may run the same file, does not. */
function keras(scope: LayerScope): Placement {
  scope.note(
    `${scope.layer.className} was computed as ${scope.dialect} does; tfjs places its samples elsewhere`,
  );
  return 'centres';
}

function interpolationOf(scope: LayerScope, fallback: Interpolation): Interpolation {
  const interpolation = scope.text('interpolation', fallback);
  if (interpolation === 'nearest' || interpolation === 'bilinear') return interpolation;
  throw scope.refuse(`interpolates by ${interpolation}, expected nearest or bilinear`);
}

/** Height and width of a value [N, C, H, W]. */
function imageSize(scope: LayerScope, x: string): Size {
  const [height, width, ...more] = scope.sizesAfter(x, 2);
  if (height === undefined || width === undefined || more.length > 0) {
    throw scope.refuse('resizes images, and its input is of another shape');
  }
  return [height, width];
}

function made(scope: LayerScope, value: string): LayerValue {
  return { value, order: scope.channelsOrder() };
}

export const resizingLayers: Readonly<Record<string, LayerHandler>> = {
  UpSampling1D: upSampling,
  UpSampling2D: upSampling,
  UpSampling3D: upSampling,
  Resizing: resizing,
  CenterCrop: centerCrop,
  RandomCrop: randomCrop,
};
