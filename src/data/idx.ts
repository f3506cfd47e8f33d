/**
 * IDX files (yann.lecun.com/exdb/mnist): two zero bytes, an element type, the number of axes, the axes as big-endian
 * 32-bit numbers, then big-endian elements in row-major order. Files may be gzipped.
 */
import { closeSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError, messageOf } from '../core/errors.ts';
import { openInputFile, openInputFileSync, readInputFile } from '../core/files.ts';
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
  const file = await openInputFile(path, 'IDX file');
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
  const file = openInputFileSync(path, 'IDX file');
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

/** The length of a file that begins so, by its header. */
function promisedBy(bytes: Uint8Array, source: string): number {
  const { dims, dataType, start } = fieldsOf(bytes, source);
  return start + countOf(dims) * elementSize(dataType);
}

function parseHeader(bytes: Uint8Array, fileLength: number, source: string): IdxHeader {
  const { dims, dataType, start } = fieldsOf(bytes, source);
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

function fieldsOf(bytes: Uint8Array, source: string): IdxHeader {
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
  return { dims, dataType, start };
}

/** Deflate makes 258 bytes of two bits at most, which is 1032 of a byte. */
const greatestRatio = 1032;

/** Inflates no further than the header, which comes first, says there is. */
async function inflate(bytes: Uint8Array, source: string): Promise<Uint8Array> {
  const stream = createGunzip();
  stream.end(bytes);
  const parts: Buffer[] = [];
  let length = 0;
  let promised: number | undefined;
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length < greatestHeader) continue;
      promised ??= promisedBy(Buffer.concat(parts), source);
      if (!(promised <= greatestRatio * bytes.length) || length > promised) break;
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${source} cannot be inflated (${messageOf(error)}): it is truncated or damaged`);
  }
  // What is too short or too long is refused for that when it is decoded.
  return Buffer.concat(parts);
}
