/** Resizing and cropping of images, by neighbours or bilinearly, with TensorFlow's three ways of placing the corners. */
import { ints, text } from '../../../graph/attributes.ts';
import { float32, int64s } from '../../../graph/tensor.ts';
import type { Tensor } from '../../../graph/types.ts';
import { croppedMatrix } from '../../layers-model/resampling.ts';
import { inOrder } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';

interface Corners {
  readonly aligned: boolean;
  readonly halfPixels: boolean;
}

function cornersOf(scope: OperatorScope): Corners {
  const corners = { aligned: scope.flag('align_corners'), halfPixels: scope.flag('half_pixel_centers') };
  if (corners.aligned && corners.halfPixels) {
    throw scope.refuse('has both align_corners and half_pixel_centers, which exclude each other');
  }
  return corners;
}

function sizeOf(scope: OperatorScope): readonly [number, number] {
  const [height, width] = scope.numbers(1, 'size');
  if (height === undefined || width === undefined) throw scope.refuse('has no height and width as its size');
  return [height, width];
}

const bilinear: Handler = (scope) => {
  const { builder } = scope;
  const x = scope.operand(0);
  const order = scope.channelsFirst(x);
  const image = inOrder(builder, x, order);
  const size = sizeOf(scope);
  if (scope.spatial(image).every((from, axis) => from === size[axis])) return { value: image, order };
  const { aligned, halfPixels } = cornersOf(scope);
  const value = builder.apply('Resize', [image, '', '', builder.shapeConstant(size)], {
    axes: ints([2, 3]),
    mode: text('linear'),
    coordinate_transformation_mode: text(
      aligned ? 'align_corners' : halfPixels ? 'half_pixel' : 'asymmetric',
    ),
  });
  return { value, order };
};

/** The neighbours' places follow from the sizes alone, so each axis is a gather, exact whatever the ratio. */
const nearest: Handler = (scope) => {
  const { builder } = scope;
  const x = scope.operand(0);
  const size = sizeOf(scope);
  let { value } = x;
  for (const [at, to] of size.entries()) {
    const from = scope.dims(x)[at + 1];
    if (typeof from !== 'number') throw scope.refuse('resizes an image whose size is not known');
    const places = Array.from({ length: to }, (_, place) => neighbour(place, from, to, cornersOf(scope)));
    if (from === to && places.every((place, index) => place === index)) continue;
    value = builder.gather(value, builder.constant(int64s(places)), x.order.indexOf(at + 1));
  }
  return { value, order: x.order };
};

/** The place in an axis of `from` elements of which element `place` of `to` is a copy. */
function neighbour(place: number, from: number, to: number, { aligned, halfPixels }: Corners): number {
  const isAligned = aligned && to > 1;
  const ratio = isAligned ? (from - 1) / (to - 1) : from / to;
  const source = ratio * (halfPixels ? place + 0.5 : place);
  return Math.min(from - 1, aligned ? Math.round(source) : Math.floor(source));
}

/**
 * Crops by constant boxes [top, left, bottom, right] of one image, one after the other: rows · image · columnsᵀ, and
 * a constant where a place is beyond the image.
 */
const cropAndResize: Handler = (scope) => {
  const { builder } = scope;
  const x = scope.operand(0);
  const order = scope.channelsFirst(x);
  const image = inOrder(builder, x, order);
  const [height = 0, width = 0] = scope.spatial(image);
  const corners = scope.numbers(1, 'boxes');
  const images = scope.numbers(2, 'images of the boxes');
  const [rows = 0, columns = 0] = scope.numbers(3, 'size');
  if (builder.dims(image)[0] !== 1 || images.some((place) => place !== 0)) {
    throw scope.refuse('takes its crops from several images, which mixes the examples of a batch');
  }
  const method = scope.text('method', 'bilinear');
  if (method !== 'bilinear' && method !== 'nearest') throw scope.refuse(`interpolates by ${method}`);
  const beyond = scope.attribute('extrapolation_value', 0);
  const crops = images.map((_, box) => {
    const [top = 0, left = 0, bottom = 0, right = 0] = corners.slice(4 * box, 4 * box + 4);
    const vertical = croppedMatrix(height, rows, { begin: top, end: bottom }, method);
    const across = croppedMatrix(width, columns, { begin: left, end: right }, method);
    const taken = builder.matMul(builder.constant(vertical), image);
    const turned = builder.transpose(builder.constant(across), [1, 0]);
    const crop = builder.matMul(taken, turned);
    if (beyond === 0) return crop;
    const inside = [vertical, across].map(rowsTaken);
    const filling = float32(
      [rows, columns],
      inside[0]?.flatMap((a) => (inside[1] ?? []).map((b) => (a && b ? 0 : beyond))) ?? [],
    );
    return builder.add(crop, builder.constant(filling));
  });
  return { value: crops.length === 1 ? (crops[0] ?? image) : builder.concat(crops, 0), order };
};

/** Whether each row of a matrix takes anything. */
function rowsTaken({ dims, data }: Tensor<'float32'>): boolean[] {
  const [rows = 0, columns = 0] = dims;
  return Array.from({ length: rows }, (_, row) =>
    data.subarray(row * columns, (row + 1) * columns).some((weight) => weight !== 0),
  );
}

export const resizingOperators: Handlers = {
  CropAndResize: cropAndResize,
  ResizeBilinear: bilinear,
  ResizeNearestNeighbor: nearest,
};
