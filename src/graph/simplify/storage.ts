/** Element storage as constant folding sees it: numbers or big integers at offsets, whatever the data type. */
import { elementArrays, type NumericType } from '../data-types.ts';
import { sizeOf } from '../tensor.ts';
import type { DataOf, DataType, Tensor } from '../types.ts';

/** Every typed array is one of these at run time; an element written is of the kind that was read. */
interface Elements {
  readonly length: number;
  [index: number]: number | bigint;
}

export const bytesPerElement = (dataType: NumericType): number => elementArrays[dataType].BYTES_PER_ELEMENT;

export const isNumeric = (dataType: DataType): dataType is NumericType => dataType !== 'string';

export const holdsBigInts = (dataType: DataType): boolean => dataType === 'int64' || dataType === 'uint64';

/** The elements of a tensor that does not hold texts. */
export function elementsOf(value: Tensor): Elements {
  return value.data as unknown as Elements;
}

/** A tensor of zeros. */
export function zeros(dataType: NumericType, dims: readonly number[]): Tensor {
  const data = new elementArrays[dataType](sizeOf(dims)) as DataOf[NumericType];
  return { dataType, dims, data };
}

/** A tensor of the elements that lie at the given offsets of a source. */
export function pick(source: Tensor, dims: readonly number[], offsets: Int32Array): Tensor | undefined {
  if (!isNumeric(source.dataType)) return undefined;
  const result = zeros(source.dataType, dims);
  const [from, to] = [elementsOf(source), elementsOf(result)];
  offsets.forEach((offset, index) => {
    to[index] = from[offset] ?? 0;
  });
  return result;
}

/** How far apart in storage neighbours along each axis lie. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (dims[axis + 1] ?? 1);
  }
  return strides;
}

/** Strides that read a tensor as if it were broadcast to a shape: 0 along axes that repeat. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : (strides[axis - lead] ?? 0)));
}

/** The offsets, in C order over `dims`, of elements that begin at `start` and lie `strides` apart. */
export function offsetsOf(dims: readonly number[], strides: readonly number[], start = 0): Int32Array {
  let offsets = Int32Array.of(start);
  dims.forEach((size, axis) => {
    const stride = strides[axis] ?? 0;
    const longer = new Int32Array(offsets.length * size);
    offsets.forEach((offset, index) => {
      for (let step = 0; step < size; step++) longer[index * size + step] = offset + step * stride;
    });
    offsets = longer;
  });
  return offsets;
}
