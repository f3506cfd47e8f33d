/** Decodes TensorProto messages, in each of the forms that ONNX allows for the elements. */
import { InputError } from '../../core/errors.ts';
import { dataTypeOf, elementArrays, type NumericType } from '../data-types.ts';
import { narrowTypeOf } from '../narrow-types.ts';
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
  27: 'float6e2m3',
  28: 'float6e3m2',
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
      `${where} has the data type ${narrowTypeOf(number)?.name ?? otherTypes[number] ?? String(number)}, which is not supported: convert the model to float32`,
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

/** The code of a tensor's type where its numbers are narrow (narrow-types.ts); undefined where they are not. */
export function narrowCodeOf(message: Message): number | undefined {
  const code = Number(message.integer(tensorField.dataType) ?? 0n);
  return narrowTypeOf(code) === undefined ? undefined : code;
}

/**
 * A tensor of narrow numbers, in the type that holds them. Of several in a byte the lowest bits are the first.
 *
 * @throws InputError as decodeTensor
 */
export function decodeNarrow(
  message: Message,
  code: number,
  where: string,
  external: ExternalData | undefined,
): Tensor {
  const { bits = 8, heldAs = 'uint8', numberOf = (held: number) => held } = narrowTypeOf(code) ?? {};
  const dims = dimsOf(message, where);
  const size = sizeOf(dims);
  const inByte = 8 / bits;
  const packed = decodeAs('uint8', message, where, external, [Math.ceil(size / inByte)]).data as Uint8Array;
  const data = new elementArrays[heldAs](size);
  for (let index = 0; index < size; index++) {
    const byte = packed[Math.floor(index / inByte)] ?? 0;
    data[index] = numberOf((byte >> (bits * (index % inByte))) % 2 ** bits);
  }
  return { dataType: heldAs, dims, data };
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

/** Sparse tensors are made dense: with fewer values for their size a small file would fill the memory. */
const MOST_ELEMENTS_PER_VALUE = 256;
const ALWAYS_ALLOWED = 4096;

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
  if (heldValues === undefined || !dims.every((dim) => dim >= 0)) {
    throw new InputError(`${where} is sparse, and has no values or an impossible shape`);
  }
  const values = decodeTensor(heldValues, where, external);
  if (values.dataType === 'string') throw new InputError(`${where} is sparse and holds texts`);
  const mostElements = Math.max(ALWAYS_ALLOWED, MOST_ELEMENTS_PER_VALUE * values.data.length);
  if (!(sizeOf(dims) <= mostElements)) {
    throw new InputError(
      `${where} is sparse, with ${String(values.data.length)} values for the shape [${dims.join(', ')}]: too few to make it dense, as the toolkit does`,
    );
  }
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
