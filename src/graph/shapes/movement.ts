/** Shapes of operators that move elements without computing: the axes change, the elements do not. */
import { attribute } from '../attributes.ts';
import type { Dimension, ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { broadcast } from './broadcast.ts';
import {
  add,
  ceilDivide,
  divideExactly,
  floorDivide,
  larger,
  multiply,
  neverLess,
  neverSame,
  product,
  same,
  shapeText,
  sizeText,
  smaller,
  subtract,
} from './dimensions.ts';

/** Output 0 with the data type of input 0. */
const moved = (site: Application, dims: readonly Dimension[]): readonly ValueType[] => [
  { dataType: site.dataType(0), dims },
];

/** The number of elements of a one-dimensional input, which is the number of axes it speaks of. */
function lengthOf(site: Application, index: number): number {
  const size = site.dims(index).length === 1 ? site.dim(index, 0) : undefined;
  if (typeof size === 'number') return size;
  return site.fail(
    `input ${String(index)} is ${shapeText(site.dims(index))}, expected a vector of known length`,
  );
}

/** Sizes of −1 stand for the rest of the elements, of 0 for the input's size at that axis unless allowzero is set. */
function reshape(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, ['int64']);
  const dims = site.dims(0);
  const target = site.elements(1);
  if (target === undefined) return moved(site, site.unknownDims(lengthOf(site, 1)));
  const explained = (): string => `cannot reshape ${shapeText(dims)} to ${shapeText(target)}`;
  const keepsZero = site.int('allowzero') !== 0;
  const sizes = target.map((size, axis) => {
    if (typeof size === 'number' && size < -1) return site.fail(`${explained()}: a size is below -1`);
    if (size !== 0 || keepsZero) return size;
    return dims[axis] ?? site.fail(`${explained()}: there is no axis ${String(axis)} to copy`);
  });
  const free = sizes.indexOf(-1);
  if (free !== sizes.lastIndexOf(-1)) site.fail(`${explained()}: expected at most one -1`);
  const total = product(dims);
  if (free < 0) {
    if (neverSame(total, product(sizes))) {
      site.fail(`${explained()}: expected ${sizeText(total)} elements, found ${sizeText(product(sizes))}`);
    }
    return moved(site, sizes);
  }
  return moved(site, sizes.with(free, quotient(site, dims, sizes.toSpliced(free, 1), explained)));
}

/** The elements of `dims` over those of `sizes`. Sizes common to both go first, so that sums need not be divided. */
function quotient(
  site: Application,
  dims: readonly Dimension[],
  sizes: readonly Dimension[],
  explained: () => string,
): Dimension {
  const above = [...dims];
  const below = sizes.filter((size) => {
    const at = above.findIndex((other) => size !== 0 && same(other, size));
    if (at >= 0) above.splice(at, 1);
    return at < 0;
  });
  const [total, known] = [product(above), product(below)];
  const exact = divideExactly(total, known);
  if (exact !== undefined) return exact;
  if (typeof total === 'number' && typeof known === 'number') {
    if (known === 0 && total === 0) return 0;
    site.fail(
      `${explained()}: ${sizeText(product(dims))} elements do not divide by ${sizeText(product(sizes))}`,
    );
  }
  return floorDivide(total, known);
}

function flatten(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  const given = site.int('axis');
  const axis = given === dims.length ? given : site.axis(given, dims.length);
  return moved(site, [product(dims.slice(0, axis)), product(dims.slice(axis))]);
}

function transpose(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  const order = site.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  if (order.length !== dims.length || site.axes(order, dims.length).some((axis, at) => axis !== order[at])) {
    site.fail(
      `perm is ${shapeText(order)}, expected an order of the ${String(dims.length)} axes of ${shapeText(dims)}`,
    );
  }
  return moved(
    site,
    order.map((axis) => site.dim(0, axis)),
  );
}

function squeeze(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  const given = site.has(1) ? site.integers(1) : undefined;
  if (given === undefined) {
    if (site.has(1)) return moved(site, site.unknownDims(dims.length - lengthOf(site, 1)));
    if (dims.some((size) => typeof size === 'string')) {
      site.fail(`which axes of ${shapeText(dims)} have size 1 is not known, expected the axes as input 1`);
    }
    return moved(
      site,
      dims.filter((size) => size !== 1),
    );
  }
  const axes = site.axes(given, dims.length);
  for (const axis of axes) {
    if (neverSame(site.dim(0, axis), 1)) {
      site.fail(
        `axis ${String(axis)} of ${shapeText(dims)} has size ${sizeText(dims[axis] ?? 1)}, expected 1`,
      );
    }
  }
  return moved(
    site,
    dims.filter((_, axis) => !axes.includes(axis)),
  );
}

function unsqueeze(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  const given = site.integers(1);
  if (given === undefined) return moved(site, site.unknownDims(dims.length + lengthOf(site, 1)));
  const rank = dims.length + given.length;
  const axes = site.axes(given, rank);
  const rest = [...dims];
  return moved(
    site,
    Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1))),
  );
}

function concat(site: Application): readonly ValueType[] {
  const all = Array.from({ length: site.inputCount }, (_, index) => index);
  const dataType = site.commonDataType(all);
  const first = site.dims(0);
  const axis = site.axis(site.int('axis'), first.length);
  let sum: Dimension = 0;
  for (const index of all) {
    const dims = site.dims(index);
    const differs = dims.some((size, at) => at !== axis && neverSame(size, first[at] ?? 0));
    if (dims.length !== first.length || differs) {
      site.fail(
        `the shapes ${shapeText(first)} and ${shapeText(dims)} do not join: expected equal sizes but for axis ${String(axis)}`,
      );
    }
    sum = add(sum, site.dim(index, axis));
  }
  const sizes = first.map((size, at) => {
    const known = all.map((index) => site.dim(index, at)).find((other) => typeof other === 'number');
    return known ?? size;
  });
  return [{ dataType, dims: sizes.with(axis, sum) }];
}

/** The parts are given by input 1, or are equal but for a smaller last one. */
function split(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  const axis = site.axis(site.int('axis'), dims.length);
  const size = site.dim(0, axis);
  const count = site.node.outputs.length;
  const part = (length: Dimension): ValueType => ({
    dataType: site.dataType(0),
    dims: dims.with(axis, length),
  });
  if (site.has(1)) {
    const lengths = site.elements(1);
    if (lengths === undefined) {
      return Array.from({ length: count }, (_, index) =>
        part(`size(${site.node.outputs[index] ?? ''},${String(axis)})`),
      );
    }
    const sum = lengths.reduce(add, 0);
    if (lengths.length !== count || neverSame(sum, size) || lengths.some((length) => neverLess(-1, length))) {
      site.fail(
        `the parts ${shapeText(lengths)} do not split axis ${String(axis)} of ${shapeText(dims)} into ${String(count)} outputs: ` +
          `expected ${String(count)} sizes that sum to ${sizeText(size)}`,
      );
    }
    return lengths.map(part);
  }
  const parts = attribute(site.node, 'num_outputs', 'int') ?? count;
  if (parts !== count) site.fail(`num_outputs is ${String(parts)}, but it has ${String(count)} outputs`);
  const length = ceilDivide(size, count);
  const last = subtract(size, multiply(length, count - 1));
  if (typeof last === 'number' && last < 0) {
    site.fail(`axis ${String(axis)} of ${shapeText(dims)} does not split into ${String(count)} parts`);
  }
  return Array.from({ length: count }, (_, index) => part(index < count - 1 ? length : last));
}

/** Exporters write the end of an axis of any size as the greatest or the least integer of 32 or 64 bits. */
const BEYOND = 2 ** 31 - 1;

/** The size of a slice from start to end, which count from the end where negative and are clamped to the axis. */
function sliceSize(size: Dimension, start: Dimension, end: Dimension, step: number): Dimension {
  if (size === 0) return 0;
  const clamped = (at: Dimension, low: number, high: Dimension): Dimension => {
    if (typeof at === 'number' && at >= BEYOND) return high;
    if (typeof at === 'number' && at <= -BEYOND) return low;
    const placed = typeof at === 'number' && at < 0 ? add(at, size) : at;
    return larger(smaller(placed, high), low);
  };
  const length =
    step > 0
      ? subtract(clamped(end, 0, size), clamped(start, 0, size))
      : subtract(clamped(start, 0, subtract(size, 1)), clamped(end, -1, subtract(size, 1)));
  return larger(ceilDivide(length, Math.abs(step)), 0);
}

/** Slice's starts, ends and steps for each axis it names. */
export function sliceRanges(
  site: Application,
): readonly { axis: number; start: Dimension; end: Dimension; step: number }[] | undefined {
  const [starts, ends] = [site.elements(1), site.elements(2)];
  const axes = site.has(3) ? site.integers(3) : starts?.map((_, axis) => axis);
  const steps = site.has(4) ? site.integers(4) : starts?.map(() => 1);
  if (starts === undefined || ends === undefined || axes === undefined || steps === undefined)
    return undefined;
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    site.fail('starts, ends, axes and steps are of different lengths, expected one of each an axis');
  }
  return site.axes(axes, site.dims(0).length).map((axis, at) => {
    const step = steps[at] ?? 1;
    if (step === 0) site.fail('a step is 0');
    const end = ends[at] ?? 0;
    // The standard and its runtimes read this differently: nothing, or everything.
    if (step < 0 && typeof end === 'number' && end >= BEYOND) {
      site.fail(`an end of ${String(end)} with a negative step is ambiguous: expected the least integer`);
    }
    return { axis, start: starts[at] ?? 0, end, step };
  });
}

function slice(site: Application): readonly ValueType[] {
  for (const index of [1, 2, 3, 4].filter((input) => site.has(input)))
    site.dataTypeAmong(index, ['int64', 'int32']);
  const dims = site.dims(0);
  const ranges = sliceRanges(site);
  if (ranges === undefined) {
    const axes = site.has(3) ? site.integers(3) : undefined;
    const touched = axes === undefined ? undefined : site.axes(axes, dims.length);
    return moved(
      site,
      dims.map((size, axis) => (touched?.includes(axis) === false ? size : site.unknown(axis))),
    );
  }
  const sizes = [...dims];
  for (const { axis, start, end, step } of ranges)
    sizes[axis] = sliceSize(site.dim(0, axis), start, end, step);
  return moved(site, sizes);
}

/** Input 1 holds the begin of each axis, then the end of each; input 3 names the axes where not all are meant. */
function pad(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, ['int64']);
  if (site.has(2)) site.commonDataType([0, 2]);
  const dims = site.dims(0);
  const pads = site.elements(1);
  const named = site.has(3) ? site.integers(3) : dims.map((_, axis) => axis);
  if (pads === undefined || named === undefined) return moved(site, site.unknownDims(dims.length));
  const axes = site.axes(named, dims.length);
  if (pads.length !== 2 * axes.length) {
    site.fail(
      `pads is ${shapeText(pads)}, expected ${String(2 * axes.length)} numbers for the input ${shapeText(dims)}`,
    );
  }
  const sizes = [...dims];
  axes.forEach((axis, at) => {
    const size = add(site.dim(0, axis), add(pads[at] ?? 0, pads[at + axes.length] ?? 0));
    if (!neverLess(size, 0) && typeof size === 'number') {
      site.fail(
        `the pads ${shapeText(pads)} take away more than axis ${String(axis)} of ${shapeText(dims)} has`,
      );
    }
    sizes[axis] = size;
  });
  return moved(site, sizes);
}

function expand(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, ['int64']);
  const target = site.elements(1);
  if (target !== undefined) {
    site.assertSizes(target);
    return moved(site, broadcast(site, site.dims(0), target));
  }
  return moved(site, site.unknownDims(Math.max(site.dims(0).length, lengthOf(site, 1))));
}

function tile(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, ['int64']);
  const dims = site.dims(0);
  const repeats = site.elements(1);
  if (repeats === undefined) return moved(site, site.unknownDims(dims.length));
  if (repeats.length !== dims.length) {
    site.fail(`repeats is ${shapeText(repeats)}, expected one number an axis of ${shapeText(dims)}`);
  }
  site.assertSizes(repeats);
  return moved(
    site,
    dims.map((size, axis) => multiply(size, repeats[axis] ?? 1)),
  );
}

function trilu(site: Application): readonly ValueType[] {
  if (site.dims(0).length < 2) site.fail(`the input is ${shapeText(site.dims(0))}, expected matrices`);
  return moved(site, site.dims(0));
}

export const movementShapes = {
  Identity: (site) => moved(site, site.dims(0)),
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Expand: expand,
  Tile: tile,
  Trilu: trilu,
} satisfies ShapeRules;
