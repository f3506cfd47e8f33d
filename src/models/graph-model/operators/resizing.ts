/** Resizing of images, by neighbours or bilinearly, with TensorFlow's three ways of placing the corners. */
import { ints, text } from '../../../graph/attributes.ts';
import { int64s } from '../../../graph/tensor.ts';
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

export const resizingOperators: Handlers = {
  ResizeBilinear: bilinear,
  ResizeNearestNeighbor: nearest,
};
