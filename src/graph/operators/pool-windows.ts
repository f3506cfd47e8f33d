/**
 * Pools in ceil mode, written with the padding that their last windows need. A window that would start in the padding
 * is none, but the shape inference of runtimes before opset 22 counts it, and then refuses what follows.
 */
import { attribute, int, ints } from '../attributes.ts';
import type { Dimension, Node } from '../types.ts';
import { intOf, textOf } from './definitions.ts';

/** The same pool without ceil_mode, where its sizes are known and its padding can say what ceil_mode does. */
export function withoutCeilMode(pool: Node, input: readonly Dimension[], output: readonly Dimension[]): Node {
  const isPool = pool.operator === 'MaxPool' || pool.operator === 'AveragePool';
  if (!isPool || intOf(pool, 'ceil_mode') === 0) return pool;
  if (textOf(pool, 'auto_pad') !== 'NOTSET') return pool;
  const node = withinInput(pool, input);
  const { kernel, pads, strides, dilations } = windowsOf(node);
  const ends = kernel.map((size, axis) => {
    const [wide, count, begin = 0] = [input[axis + 2], output[axis + 2], pads[axis]];
    if (typeof wide !== 'number' || typeof count !== 'number') return undefined;
    const span = (size - 1) * (dilations[axis] ?? 1) + 1;
    return Math.max((count - 1) * (strides[axis] ?? 1) + span - wide - begin, 0);
  });
  if (!ends.every((end) => end !== undefined)) return node;
  // Runtimes pad by less than a window has elements, however far they lie apart.
  if (ends.some((end, axis) => end >= (kernel[axis] ?? 1))) return node;
  // Where padding counts, what a last window reaches beyond the declared padding does not.
  const declared = pads.slice(kernel.length);
  const counts = node.operator === 'AveragePool' && intOf(node, 'count_include_pad') === 1;
  if (counts && ends.some((end, axis) => end > (declared[axis] ?? 0))) return node;
  const written = counts ? declared : ends;
  return {
    ...node,
    attributes: {
      ...node.attributes,
      ceil_mode: int(0),
      pads: ints([...pads.slice(0, kernel.length), ...written]),
    },
  };
}

interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of each spatial axis, then end of each. */
  readonly pads: readonly number[];
}

function windowsOf(node: Node): Windows {
  const kernel = attribute(node, 'kernel_shape', 'ints') ?? [];
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: attribute(node, 'strides', 'ints') ?? ones,
    dilations: attribute(node, 'dilations', 'ints') ?? ones,
    pads: attribute(node, 'pads', 'ints') ?? [...kernel, ...kernel].map(() => 0),
  };
}

/**
 * A window that is larger than the padded input sees no more than that: it is the only one along its axis, and what it
 * has beyond counts in no mean. As long as the input it costs no more than what it sees.
 */
function withinInput(node: Node, input: readonly Dimension[]): Node {
  const { kernel, strides, dilations, pads } = windowsOf(node);
  const axes = kernel.map((size, axis) => {
    const [wide, dilation = 1, stride = 1] = [input[axis + 2], dilations[axis], strides[axis]];
    if (typeof wide !== 'number') return { size, stride };
    const padded = wide + (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    const taps = Math.floor((padded - 1) / dilation) + 1;
    return taps < size ? { size: taps, stride: padded } : { size, stride };
  });
  if (axes.every(({ size }, axis) => size === kernel[axis])) return node;
  const attributes = {
    ...node.attributes,
    kernel_shape: ints(axes.map(({ size }) => size)),
    strides: ints(axes.map(({ stride }) => stride)),
  };
  return { ...node, attributes };
}
