/** Evaluates operators that move elements. */
import { attribute } from '../attributes.ts';
import { sizeOf } from '../tensor.ts';
import type { Tensor } from '../types.ts';
import { axisOf, integersOf, type Evaluation, type Evaluators } from './evaluation.ts';
import { broadcastStrides, elementsOf, offsetsOf, pick, stridesOf, zeros } from './storage.ts';

/** The same storage under another shape. */
function reshaped({ inputs: [x], dims }: Evaluation): Tensor | undefined {
  return x === undefined ? undefined : { ...x, dims };
}

function transpose({ node, inputs: [x], dims }: Evaluation): Tensor | undefined {
  if (x === undefined) return undefined;
  const strides = stridesOf(x.dims);
  const order = attribute(node, 'perm', 'ints') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  return pick(
    x,
    dims,
    offsetsOf(
      dims,
      order.map((axis) => strides[axis] ?? 0),
    ),
  );
}

function slice(evaluation: Evaluation): Tensor | undefined {
  const [x] = evaluation.inputs;
  const starts = integersOf(evaluation, 1);
  if (x === undefined || starts === undefined) return undefined;
  const axes = integersOf(evaluation, 3) ?? starts.map((_, axis) => axis);
  const steps = integersOf(evaluation, 4) ?? starts.map(() => 1);
  const strides = stridesOf(x.dims);
  let first = 0;
  axes.forEach((given, at) => {
    const axis = given < 0 ? given + x.dims.length : given;
    const [size = 0, step = 1, start = 0, stride = 0] = [x.dims[axis], steps[at], starts[at], strides[axis]];
    const placed = Math.max(start < 0 ? start + size : start, 0);
    first += Math.min(placed, step < 0 ? size - 1 : size) * stride;
    strides[axis] = stride * step;
  });
  return pick(x, evaluation.dims, offsetsOf(evaluation.dims, strides, first));
}

function gather(evaluation: Evaluation): Tensor | undefined {
  const [x] = evaluation.inputs;
  const places = integersOf(evaluation, 1);
  if (x === undefined || places === undefined) return undefined;
  const axis = axisOf(evaluation);
  const size = x.dims[axis] ?? 0;
  if (places.some((place) => place < -size || place >= size)) return undefined;
  const inner = sizeOf(x.dims.slice(axis + 1));
  const offsets = new Int32Array(sizeOf(evaluation.dims));
  let index = 0;
  for (let outer = 0; outer < sizeOf(x.dims.slice(0, axis)); outer++) {
    for (const place of places) {
      const start = (outer * size + (place < 0 ? place + size : place)) * inner;
      for (let step = 0; step < inner; step++) offsets[index++] = start + step;
    }
  }
  return pick(x, evaluation.dims, offsets);
}

function concat(evaluation: Evaluation): Tensor | undefined {
  const { inputs, dataType, dims } = evaluation;
  const axis = axisOf(evaluation);
  const result = zeros(dataType, dims);
  const to = elementsOf(result);
  const row = sizeOf(dims.slice(axis));
  let begin = 0;
  for (const part of inputs) {
    if (part === undefined) return undefined;
    const from = elementsOf(part);
    const partRow = sizeOf(part.dims.slice(axis));
    for (let index = 0; index < from.length; index++) {
      const outer = Math.floor(index / partRow);
      to[outer * row + begin + (index - outer * partRow)] = from[index] ?? 0;
    }
    begin += partRow;
  }
  return result;
}

function expand({ inputs: [x], dims }: Evaluation): Tensor | undefined {
  return x === undefined ? undefined : pick(x, dims, offsetsOf(dims, broadcastStrides(x.dims, dims)));
}

export const movingEvaluators: Evaluators = {
  Identity: reshaped,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Slice: slice,
  Gather: gather,
  Concat: concat,
  Expand: expand,
};
