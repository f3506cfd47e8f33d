/** Decodes TensorProto messages, in each of the forms that ONNX allows for the elements. */
import { InputError } from '../../core/errors.ts';
import { dataTypeOf, elementArrays, type NumericType } from '../data-types.ts';
import { elementsOf, zeros } from '../simplify/storage.ts';
import { sizeOf } from '../tensor.ts';
import type { DataOf, DataType, Tensor } from '../types.ts';
import type { ExternalData } from './external-data.ts';
import { entryField, sparseTensorField, tensorField } from './fields.ts';
import type { Message } from '../../core/protobuf/reader.ts';

type NumericArray = DataOf[NumericType];

interface ArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray;
}

const arrays: Readonly<Record<NumericType, ArrayConstructor>> = elementArrays;

/** Names for messages of the types that ONNX has and this toolkit does not hold. */
const otherTypes: Readonly<Record<number, string>> = {
  0: 'undefined',
  14: 'complex64',
  15: 'complex128',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
};

/**
 * The data type of a code in a file.
 *
 * @throws InputError naming the type where the toolkit does not hold it
 */
export function heldDataType(code: bigint | undefined, where: string): DataType {
  const number = Number(code ?? 0n);
  const dataType = dataTypeOf(number);
  if (dataType === undefined) {
    throw new InputError(
      `${where} has the data type ${otherTypes[number] ?? String(number)}, which is not supported: convert the model to float32`,
    );
  }
  return dataType;
}

/**
 * The tensor of a TensorProto. Raw elements become a view of the file where their place in it is aligned, and one
 * copy otherwise.
 *
 * @param where names the tensor in messages
 * @throws InputError when its type is not held or its elements do not fill its shape
 */
export function decodeTensor(message: Message, where: string, external: ExternalData | undefined): Tensor {
  return decodeAs(heldDataType(message.integer(tensorField.dataType), where), message, where, external);
}

/** Types of half a byte by their codes, and what holds their numbers. */
const HALF_BYTES: Readonly<Record<number, 'uint8' | 'int8'>> = { 21: 'uint8', 22: 'int8' };

/** Whether a tensor's numbers take half a byte. */
export function isHalfByte(message: Message): boolean {
  return Object.hasOwn(HALF_BYTES, Number(message.integer(tensorField.dataType) ?? 0n));
}

/** The numbers of a tensor of half bytes, one a byte: of two in a byte the lower is the first. */
export function decodeHalfBytes(message: Message, where: string, external: ExternalData | undefined): Tensor {
  const dataType = HALF_BYTES[Number(message.integer(tensorField.dataType) ?? 0n)] ?? 'uint8';
  const dims = dimsOf(message, where);
  const size = sizeOf(dims);
  const packed = decodeAs('uint8', message, where, external, [Math.ceil(size / 2)]).data as Uint8Array;
  const data = new elementArrays[dataType](size);
  for (let index = 0; index < size; index++) {
    const half = ((packed[index >> 1] ?? 0) >> (index % 2 === 0 ? 0 : 4)) & 15;
    data[index] = dataType === 'int8' && half > 7 ? half - 16 : half;
  }
  return { dataType, dims, data };
}

function decodeAs(
  dataType: DataType,
  message: Message,
  where: string,
  external: ExternalData | undefined,
  dims = dimsOf(message, where),
): Tensor {
  if (message.has(tensorField.segment)) {
    throw new InputError(`${where} is stored in segments, which is not supported: export the model again`);
  }
  const size = sizeOf(dims);
  if (dataType === 'string') {
    const data = message.strings(tensorField.stringData);
    assertCount(data.length, size, dims, where);
    return { dataType, dims, data };
  }
  return { dataType, dims, data: numericData(message, dataType, dims, where, external) };
}

function dimsOf(message: Message, where: string): number[] {
  const dims = message.integers(tensorField.dims).map(Number);
  if (dims.some((dim) => dim < 0 || dim > Number.MAX_SAFE_INTEGER)) {
    throw new InputError(`${where} has the impossible shape [${dims.join(', ')}]`);
  }
  return dims;
}

/** Sparse tensors are made dense; beyond this many elements that would not be what the file's author had in mind. */
const MOST_DENSE_ELEMENTS = 2 ** 28;

/**
 * The dense tensor of a SparseTensorProto: values, and their places as positions in C order or as coordinates.
 *
 * @throws InputError as decodeTensor, and when a place lies outside the shape
 */
export function decodeSparseTensor(
  message: Message,
  where: string,
  external: ExternalData | undefined,
): Tensor {
  const [heldValues, heldIndices] = [sparseTensorField.values, sparseTensorField.indices].map((field) =>
    message.message(field),
  );
  const dims = message.integers(sparseTensorField.dims).map(Number);
  if (heldValues === undefined || dims.some((dim) => dim < 0) || sizeOf(dims) > MOST_DENSE_ELEMENTS) {
    throw new InputError(`${where} is sparse, and has no values or an impossible shape`);
  }
  const values = decodeTensor(heldValues, where, external);
  if (values.dataType === 'string') throw new InputError(`${where} is sparse and holds texts`);
  const indices =
    heldIndices === undefined ? { dims: [0], data: [] } : decodeTensor(heldIndices, where, external);
  const coordinates = Array.from(indices.data as ArrayLike<bigint | number>, Number);
  const count = values.data.length;
  const rank = indices.dims.length === 2 ? dims.length : 1;
  const sizes = rank === 1 ? [sizeOf(dims)] : dims;
  if (coordinates.length !== count * rank) {
    throw new InputError(`${where} is sparse, with ${String(count)} values and places for another number`);
  }
  const result = zeros(values.dataType, dims);
  const [from, to] = [elementsOf(values), elementsOf(result)];
  for (let index = 0; index < count; index++) {
    const place = sizes.reduce((offset, size, axis) => {
      const at = coordinates[index * rank + axis] ?? -1;
      if (!(at >= 0 && at < size)) throw new InputError(`${where} is sparse, with a place outside its shape`);
      return offset * size + at;
    }, 0);
    to[place] = from[index] ?? 0;
  }
  return result;
}

function numericData(
  message: Message,
  dataType: NumericType,
  dims: readonly number[],
  where: string,
  external: ExternalData | undefined,
): NumericArray {
  const isExternal = message.integer(tensorField.dataLocation) === 1n;
  const raw = isExternal ? externalBytes(message, where, external) : message.bytes(tensorField.rawData);
  if (raw !== undefined && (raw.length > 0 || isExternal)) {
    const { BYTES_PER_ELEMENT: width } = arrays[dataType];
    assertCount(raw.length / width, sizeOf(dims), dims, where);
    return arrayOver(raw, dataType);
  }
  const data = typedData(message, dataType);
  assertCount(data.length, sizeOf(dims), dims, where);
  return data;
}

function assertCount(count: number, size: number, dims: readonly number[], where: string): void {
  if (count !== size) {
    throw new InputError(
      `${where} of shape [${dims.join(', ')}] needs ${String(size)} elements, and the file holds ${String(count)}`,
    );
  }
}

function arrayOver(raw: Uint8Array, dataType: NumericType): NumericArray {
  const array = arrays[dataType];
  const width = array.BYTES_PER_ELEMENT;
  const aligned = raw.byteOffset % width === 0 ? raw : new Uint8Array(raw);
  return new array(aligned.buffer, aligned.byteOffset, aligned.length / width);
}

/** Elements in the field that ONNX gives their type; narrow integers and float16 bits stand in int32_data. */
function typedData(message: Message, dataType: NumericType): NumericArray {
  const int32s = (): number[] => message.integers(tensorField.int32Data).map(Number);
  switch (dataType) {
    case 'float32':
      return message.floats(tensorField.floatData);
    case 'float64':
      return message.doubles(tensorField.doubleData);
    case 'int64':
      return BigInt64Array.from(message.integers(tensorField.int64Data));
    case 'uint64':
      return BigUint64Array.from(message.integers(tensorField.uint64Data));
    case 'uint32':
      return Uint32Array.from(message.integers(tensorField.uint64Data).map(Number));
    case 'int32':
      return Int32Array.from(int32s());
    case 'int16':
      return Int16Array.from(int32s());
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(int32s());
    case 'int8':
      return Int8Array.from(int32s());
    case 'uint8':
    case 'bool':
      return Uint8Array.from(int32s());
  }
}

function externalBytes(message: Message, where: string, external: ExternalData | undefined): Uint8Array {
  const entries = new Map<string, string>();
  for (const entry of message.messages(tensorField.externalData)) {
    entries.set(entry.string(entryField.key) ?? '', entry.string(entryField.value) ?? '');
  }
  const location = entries.get('location');
  if (location === undefined || location === '' || location.includes('\0')) {
    throw new InputError(`${where} stands in another file, which the model does not name`);
  }
  if (external === undefined) {
    throw new InputError(`${where} stands in the file ${location}: read the model by its path`);
  }
  const length = entries.get('length');
  return external(
    location,
    byteCount(entries.get('offset') ?? '0', `${where}: the offset`),
    length === undefined ? undefined : byteCount(length, `${where}: the length`),
  );
}

function byteCount(value: string, what: string): number {
  const count = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!Number.isSafeInteger(count)) {
    throw new InputError(`${what} "${value}" of its external data is not a number of bytes`);
  }
  return count;
}
