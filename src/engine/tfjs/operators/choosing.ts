/** Operators that keep elements by what they are: the sizes of their outputs are known only when they run. */
import { sizeOf } from '../../../graph/tensor.ts';
import { attribute } from '../../../graph/attributes.ts';
import type { Handler, Handlers } from '../operator.ts';
import { hostValue } from './host.ts';
import { asNumbers } from './shape.ts';

/** The slices whose condition is true; without an axis, elements of the flattened value. */
const compress: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const given = attribute(call.node, 'axis', 'int');
  const kept = call
    .input(1)
    .numbers()
    .flatMap((keep, place) => (keep === 0 ? [] : [place]));
  const axis = given === undefined ? 0 : call.axis(given, x.rank);
  const size = given === undefined ? sizeOf(x.dims) : (x.dims[axis] ?? 0);
  const beyond = kept.find((place) => place >= size);
  if (beyond !== undefined) {
    throw call.error(`the condition keeps place ${String(beyond)} of an axis of size ${String(size)}`);
  }
  const from = given === undefined ? tf.reshape(x.first(), [size]) : x.first();
  const places = tf.tensor1d(kept, 'int32');
  return call.value(
    x.dataType,
    asNumbers(call, from, (tensor) => tf.gather(tensor, places, axis)),
  );
};

/** For each element of a shape its coordinates, the last axis the fastest. */
function* placesIn(dims: readonly number[]): Generator<readonly number[]> {
  const [size, ...inner] = dims;
  if (size === undefined) {
    yield [];
    return;
  }
  for (let place = 0; place < size; place++) for (const rest of placesIn(inner)) yield [place, ...rest];
}

/** The coordinates of the elements that are not 0, a column each. */
const nonZero: Handler = (call) => {
  const x = call.input(0);
  const elements = x.numbers();
  // A scalar counts as a list of one.
  const dims = x.rank === 0 ? [1] : x.dims;
  const places = [...placesIn(dims)].filter((_, index) => elements[index] !== 0);
  const rows = dims.flatMap((_, axis) => places.map((place) => place[axis] ?? 0));
  return hostValue(call, 'int64', [dims.length, places.length], rows);
};

/** Two lists of numbers in the order of their first numbers that differ. */
function compare(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((each, index) => each !== b[index]);
  return differs < 0 ? 0 : (a[differs] ?? 0) - (b[differs] ?? 0);
}

/** The different elements (or slices of an axis), where each is first, which each of the input is, and how many are. */
const unique: Handler = (call) => {
  const x = call.input(0);
  const given = attribute(call.node, 'axis', 'int');
  const dims = given === undefined ? [sizeOf(x.dims)] : x.dims;
  const axis = given === undefined ? 0 : call.axis(given, x.rank);
  const [count, inner] = [dims[axis] ?? 0, sizeOf(dims.slice(axis + 1))];
  const elements = x.numbers();
  const slices: number[][] = Array.from({ length: count }, () => []);
  elements.forEach((each, index) => slices[Math.floor(index / inner) % count]?.push(each));
  const firsts = new Map<string, number>();
  slices.forEach((slice, index) => {
    const name = slice.join();
    if (!firsts.has(name)) firsts.set(name, index);
  });
  const order = [...firsts.values()];
  if (call.int('sorted') === 1) order.sort((a, b) => compare(slices[a] ?? [], slices[b] ?? []));
  const ranks = new Map(order.map((first, rank) => [(slices[first] ?? []).join(), rank]));
  const which = slices.map((slice) => ranks.get(slice.join()) ?? 0);
  const counts = order.map((_, rank) => which.filter((each) => each === rank).length);
  const outer = sizeOf(dims.slice(0, axis));
  const values = Array.from({ length: outer }, (_, row) =>
    order.flatMap((first) => (slices[first] ?? []).slice(row * inner, (row + 1) * inner)),
  ).flat();
  const list = (numbers: readonly number[]) => hostValue(call, 'int64', [numbers.length], numbers);
  return [
    hostValue(call, x.dataType, dims.with(axis, order.length), values),
    list(order),
    list(which),
    list(counts),
  ];
};

export const choosing: Handlers = { Compress: compress, NonZero: nonZero, Unique: unique };
