/**
 * NumPy's .npy format, read and written (numpy.lib.format, versions 1.0, 2.0 and 3.0): a magic string, a header that
 * is a Python dictionary literal, then the elements.
 */
import { InputError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import {
  type ElementType,
  type NumericArray,
  type NumericData,
  countOf,
  elementSize,
  elementsOf,
  littleEndianBytes,
} from './numeric-array.ts';

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY

/** The code that follows the byte order in `descr`. */
const codes = {
  bool: 'b1',
  int8: 'i1',
  uint8: 'u1',
  int16: 'i2',
  uint16: 'u2',
  int32: 'i4',
  uint32: 'u4',
  int64: 'i8',
  uint64: 'u8',
  float32: 'f4',
  float64: 'f8',
} as const satisfies Record<ElementType, string>;

const typeOfCode = new Map(
  Object.entries(codes).map(([type, code]) => [code as string, type as ElementType]),
);

/** An array of a .npy file in row-major order; `bool` is bytes of 0 and 1. */
export type NpyArray = NumericArray;

/**
 * Reads a .npy file.
 *
 * @throws InputError when it is missing, truncated, or of a kind that holds no plain numbers
 */
export async function readNpy(path: string): Promise<NpyArray> {
  return decodeNpy(await readInputFile(path, '.npy file'), path);
}

/**
 * Decodes the bytes of a .npy file. Little-endian row-major elements share the given bytes where alignment allows;
 * Fortran order is brought to row-major order.
 *
 * @param source names the file in messages
 * @throws InputError when the bytes are no .npy file, truncated or too long, or hold no plain numbers
 */
export function decodeNpy(bytes: Uint8Array, source: string): NpyArray {
  const { header, start } = splitHeader(bytes, source);
  const { dataType, order, dims, fortran, isHalf } = parseHeader(header, source);
  const count = countOf(dims);
  const expected = count * (isHalf ? 2 : elementSize(dataType));
  const given = bytes.byteLength - start;
  if (given !== expected) {
    throw new InputError(
      `${source}: its header promises ${String(expected)} bytes of data (${isHalf ? 'float16' : dataType} [${dims.join(', ')}]) and ` +
        `${String(given)} follow: the file is ${given < expected ? 'truncated, fetch or write it again' : 'not a single .npy array'}`,
    );
  }
  const stored = isHalf
    ? widenHalves(elementsOf(bytes.subarray(start), 'uint16', order) as Uint16Array)
    : elementsOf(bytes.subarray(start), dataType, order);
  return { dims, dataType, data: fortran && dims.length > 1 ? rowMajor(stored, dims) : stored };
}

/** The bytes of a .npy file (little-endian, row-major, version 1.0 unless the header needs 2.0). */
export function encodeNpy({ dims, dataType, data }: NpyArray): Uint8Array {
  if (countOf(dims) !== data.length) {
    throw new RangeError(`${String(data.length)} elements do not fill the shape [${dims.join(', ')}]`);
  }
  const header = encodeNpyHeader(dims, dataType);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(littleEndianBytes(data), header.length);
  return bytes;
}

/** What stands before the elements in a .npy file. */
export function encodeNpyHeader(dims: readonly number[], dataType: ElementType): Uint8Array {
  const order = elementSize(dataType) === 1 ? '|' : '<';
  const shape = `(${dims.map((dim) => `${String(dim)},`).join(' ')})`.replace(/(, \d+),\)$/, '$1)');
  const text = `{'descr': '${order}${codes[dataType]}', 'fortran_order': False, 'shape': ${shape}, }`;
  const prefix = text.length + 1 + 10 + 64 > 0xffff ? 12 : 10;
  // The data start at a multiple of 64 bytes, so that they can be mapped.
  const start = Math.ceil((prefix + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint8(6, prefix === 10 ? 1 : 2);
  if (prefix === 10) view.setUint16(8, start - prefix, true);
  else view.setUint32(8, start - prefix, true);
  bytes.set(Buffer.from(`${text.padEnd(start - prefix - 1)}\n`, 'latin1'), prefix);
  return bytes;
}

function splitHeader(bytes: Uint8Array, source: string): { header: string; start: number } {
  if (bytes.length < 10 || !magic.every((byte, index) => bytes[index] === byte)) {
    throw new InputError(`${source} is not a .npy file: it does not begin with \\x93NUMPY`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getUint8(6);
  if (major < 1 || major > 3) {
    throw new InputError(`${source}: .npy version ${String(major)} is unknown; versions 1 to 3 are read`);
  }
  const prefix = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : bytes.length >= 12 ? view.getUint32(8, true) : NaN;
  const start = prefix + length;
  if (!(start <= bytes.length)) {
    throw new InputError(
      `${source}: the file ends within its header: it is truncated, fetch or write it again`,
    );
  }
  const encoding = major === 3 ? 'utf8' : 'latin1';
  return { header: Buffer.from(bytes.subarray(prefix, start)).toString(encoding), start };
}

interface Header {
  readonly dataType: ElementType;
  readonly order: 'LE' | 'BE';
  readonly dims: readonly number[];
  readonly fortran: boolean;
  /** Whether elements are stored as 16-bit floats, which are read as 32-bit ones. */
  readonly isHalf: boolean;
}

function parseHeader(header: string, source: string): Header {
  const descr = /['"]descr['"]\s*:\s*(['"])(.*?)\1/.exec(header)?.[2];
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(header)?.[1];
  if (descr === undefined && /['"]descr['"]\s*:\s*\[/.test(header)) {
    throw new InputError(
      `${source} holds records with named fields; save each field as a plain numeric array`,
    );
  }
  if (descr === undefined || fortran === undefined || shape === undefined) {
    throw new InputError(
      `${source}: the .npy header is malformed: descr, fortran_order and shape are needed`,
    );
  }
  const isHalf = descr.slice(1) === 'f2';
  const dataType = isHalf ? 'float32' : typeOfCode.get(descr.slice(1));
  if (dataType === undefined || !'<>|='.includes(descr.charAt(0))) {
    throw new InputError(
      `${source}: the element type '${descr}' ${/^.?[OSU]/.test(descr) ? 'holds text or objects' : 'is not read'}; ` +
        `save it as numbers of one of the types f2, ${Object.values(codes).join(', ')}`,
    );
  }
  const dims = shape
    .split(',')
    .map((dim) => dim.trim())
    .filter((dim) => dim !== '')
    .map((dim) => (/^\d+L?$/.test(dim) ? Number.parseInt(dim, 10) : NaN));
  // NumPy itself knows 64 axes.
  if (Number.isNaN(countOf(dims)) || dims.length > 64) {
    throw new InputError(
      `${source}: the .npy header has the impossible shape (${shape.trim().slice(0, 80)})`,
    );
  }
  return { dataType, order: descr.startsWith('>') ? 'BE' : 'LE', dims, fortran: fortran === 'True', isHalf };
}

/** 16-bit floats (IEEE 754 binary16) as 32-bit ones, which hold them exactly. */
function widenHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}

/** A copy in row-major order of elements whose first axis varies fastest. */
function rowMajor(data: NumericData, dims: readonly number[]): NumericData {
  const copy = data.slice();
  // The elements move as bit patterns in whole words: no value is converted on the way.
  const words = data.BYTES_PER_ELEMENT === 8 ? 2 : 1;
  const from = wordsOf(data);
  const to = wordsOf(copy);
  const strides = dims.map(
    (_, axis) => words * dims.slice(0, axis).reduce((product, dim) => product * dim, 1),
  );
  const position = dims.map(() => 0);
  let source = 0;
  for (let target = 0; target < to.length; target += words) {
    to[target] = from[source] ?? 0;
    if (words === 2) to[target + 1] = from[source + 1] ?? 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (dims[axis] ?? 0)) {
        position[axis] = next;
        source += stride;
        break;
      }
      position[axis] = 0;
      source -= (next - 1) * stride;
    }
  }
  return copy;
}

function wordsOf({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size }: NumericData) {
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
