/**
 * IDX files (yann.lecun.com/exdb/mnist): two zero bytes, an element type, the number of axes, the axes as big-endian
 * 32-bit numbers, then big-endian elements in row-major order. Files may be gzipped.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { InputError, messageOf } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { greatestByte } from './inputs.ts';
import { type ElementType, type NumericArray, countOf, elementSize, elementsOf } from './numeric-array.ts';
import { dim } from './value-range.ts';

const types: Readonly<Record<number, ElementType>> = {
  0x08: 'uint8',
  0x09: 'int8',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
};

/** More axes than any data set has: as much of a file is read to find its header. */
const greatestHeader = 4 + 4 * 16;

export interface IdxHeader {
  readonly dims: readonly number[];
  readonly dataType: ElementType;
  /** Where the elements begin. */
  readonly start: number;
}

/**
 * Reads a whole IDX file, inflated where it is gzipped.
 *
 * @throws InputError when it is missing, truncated or no IDX file
 */
export async function readIdx(path: string): Promise<NumericArray> {
  const bytes = await readInputFile(path, 'IDX file');
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return decodeIdx(zipped ? await inflate(bytes, path) : bytes, path);
}

/** Decodes the bytes of an IDX file; bytes are shared, wider elements copied. */
export function decodeIdx(bytes: Uint8Array, source: string): NumericArray {
  const { dims, dataType, start } = parseHeader(bytes, bytes.length, source);
  return { dims, dataType, data: elementsOf(bytes.subarray(start), dataType, 'BE') };
}

/**
 * The header of an IDX file that is not gzipped, with the file's length checked against it; undefined for a gzipped
 * one, which can only be read whole.
 */
export async function readIdxHeader(path: string): Promise<IdxHeader | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) throw new InputError(`cannot read the IDX file ${path}: there is no such file`);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(greatestHeader), 0, greatestHeader, 0);
    if (buffer[0] === 0x1f && buffer[1] === 0x8b) return undefined;
    return parseHeader(buffer.subarray(0, bytesRead), (await file.stat()).size, path);
  } finally {
    await file.close();
  }
}

/** The greatest byte of a file from a place on; as soon as one is bright it is that one, see greatestByte. */
export function greatestByteIn(path: string, start: number): number {
  const slab = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  try {
    let greatest = 0;
    for (let position = start; ;) {
      const read = readSync(file, slab, 0, slab.length, position);
      if (read === 0) return greatest;
      greatest = Math.max(greatest, greatestByte(slab.subarray(0, read)));
      if (greatest >= dim) return greatest;
      position += read;
    }
  } finally {
    closeSync(file);
  }
}

function parseHeader(bytes: Uint8Array, fileLength: number, source: string): IdxHeader {
  const [zero, alsoZero, type = 0, axes = 0] = bytes;
  const dataType = types[type];
  const start = 4 + 4 * axes;
  if (bytes.length < 4 || zero !== 0 || alsoZero !== 0 || dataType === undefined || axes === 0) {
    const begin = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    throw new InputError(
      `${source} is not an IDX file: it begins with ${begin === '' ? 'nothing' : begin}, ` +
        'not with 00000803 (images) or 00000801 (labels)',
    );
  }
  if (bytes.length < start)
    throw new InputError(`${source}: the file ends within its header: it is truncated`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dims = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = countOf(dims) * elementSize(dataType);
  const given = fileLength - start;
  if (given !== expected) {
    throw new InputError(
      `${source}: its header promises ${String(expected)} bytes of data (${dataType} [${dims.join(', ')}]) and ` +
        `${String(given)} follow: the file is ${given < expected ? 'truncated' : 'not a single IDX array'}`,
    );
  }
  return { dims, dataType, start };
}

async function inflate(bytes: Uint8Array, source: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    throw new InputError(`${source} cannot be inflated (${messageOf(error)}): it is truncated or damaged`);
  }
}
