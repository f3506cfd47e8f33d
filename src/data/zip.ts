/**
 * Zip files (PKWARE's APPNOTE.TXT), read by their directory: entries that are stored or deflated, with the 64-bit
 * extension. Every size is checked before it is acted on, and every content against its checksum.
 */
import { inflateRawSync } from 'node:zlib';
import { crc32 } from './crc32.ts';
import { DIRECTORY_ENTRY, END, END_64, LOCAL_HEADER, LOCATOR_64 } from './zip-records.ts';

/** What is wrong with a zip file; it becomes an InputError that names the file. */
export class ZipFault extends Error {}

export interface ZipEntry {
  readonly name: string;
  /** 0 where it is stored, 8 where it is deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its content begins. */
  readonly start: number;
}

const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
const longestComment = 0xffff;

/**
 * The entries in the order of the directory.
 *
 * @throws ZipFault when there is no directory, or it contradicts itself or the file's size
 */
export function readZipDirectory(bytes: Uint8Array): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { start, base, count } = directoryOf(view);
  const entries: ZipEntry[] = [];
  const headers: { readonly from: number; readonly to: number }[] = [];
  let position = start;
  for (let index = 0; index < count; index++) {
    if (position + entryBytes > bytes.length || view.getUint32(position, true) !== DIRECTORY_ENTRY) {
      throw new ZipFault(`its directory ends after ${String(index)} of ${String(count)} entries`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((at) =>
      view.getUint16(position + at, true),
    );
    const nameEnd = position + entryBytes + (nameBytes ?? 0);
    const next = nameEnd + (extraBytes ?? 0) + (commentBytes ?? 0);
    if (next > bytes.length) throw new ZipFault('its directory is cut off');
    const flags = view.getUint16(position + 8, true);
    const sizes = sizesOf(view, position, nameEnd, nameEnd + (extraBytes ?? 0));
    const from = base + sizes.offset;
    const content = contentAt(view, from, sizes.compressedSize, start);
    headers.push({ from, to: content + sizes.compressedSize });
    entries.push({
      name: Buffer.from(bytes.subarray(position + entryBytes, nameEnd)).toString(
        flags & 0x800 ? 'utf8' : 'latin1',
      ),
      method: view.getUint16(position + 10, true),
      encrypted: (flags & 1) !== 0,
      crc: view.getUint32(position + 16, true),
      compressedSize: sizes.compressedSize,
      size: sizes.size,
      start: content,
    });
    position = next;
  }
  assertApart(headers);
  return entries;
}

/**
 * The content of an entry.
 *
 * @throws ZipFault when it is encrypted, compressed in another way, or not what the directory says
 */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const { name, method, encrypted, crc, compressedSize, size, start } = entry;
  if (encrypted) throw new ZipFault(`${name} in it is encrypted`);
  if (method !== 0 && method !== 8) {
    throw new ZipFault(
      `${name} in it is compressed by method ${String(method)}; stored and deflated entries are read`,
    );
  }
  const held = bytes.subarray(start, start + compressedSize);
  const content = method === 0 ? held : inflated(held, size, name);
  if (content.length !== size || crc32(content) !== crc) {
    throw new ZipFault(`${name} in it is not what its size and checksum say`);
  }
  return content;
}

/** Deflate makes 258 bytes of two bits at most, which is 1032 of a byte. */
const greatestRatio = 1032;

function inflated(held: Uint8Array, size: number, name: string): Uint8Array {
  if (size > greatestRatio * held.length)
    throw new ZipFault(`${name} in it promises more bytes than it can hold`);
  try {
    return inflateRawSync(held, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw new ZipFault(`${name} in it cannot be inflated`);
  }
}

interface Directory {
  readonly start: number;
  /** Where the zip file begins in the bytes: something may stand before it. */
  readonly base: number;
  readonly count: number;
}

function directoryOf(view: DataView): Directory {
  const end = endOf(view);
  let count = view.getUint16(end + 10, true);
  let size = view.getUint32(end + 12, true);
  let offset = view.getUint32(end + 16, true);
  let behind = end;
  const locator = end - 20;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
    // The record of 64 bits stands right before its locator unless something stands before the zip file.
    const at = locator - 56;
    if (at < 0 || view.getUint32(at, true) !== END_64) throw new ZipFault('its 64-bit directory is damaged');
    [count, size, offset] = [32, 40, 48].map((field) => wholeAt(view, at + field)) as [
      number,
      number,
      number,
    ];
    behind = at;
  }
  const start = behind - size;
  const base = start - offset;
  if (start < 0 || base < 0 || count * entryBytes > size) {
    throw new ZipFault('the place of its directory is not in it');
  }
  return { start, base, count };
}

/** Where the end record begins; a comment may follow it. */
function endOf(view: DataView): number {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= 0 && at >= last - longestComment; at--) {
    if (view.getUint32(at, true) === END && at + endBytes + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  throw new ZipFault('it has no directory');
}

const inExtension = 0xffffffff;

/** The sizes and the place of an entry, those of more than 32 bits out of its extension. */
function sizesOf(view: DataView, position: number, extra: number, extraEnd: number) {
  const fields = [24, 20, 42].map((at) => view.getUint32(position + at, true));
  let extension = extra;
  while (extension + 4 <= extraEnd && view.getUint16(extension, true) !== 1) {
    extension += 4 + view.getUint16(extension + 2, true);
  }
  let next = extension + 4;
  const [size = 0, compressedSize = 0, offset = 0] = fields.map((value) => {
    if (value !== inExtension) return value;
    if (next + 8 > extraEnd) throw new ZipFault('its directory lacks a size of 64 bits');
    next += 8;
    return wholeAt(view, next - 8);
  });
  return { size, compressedSize, offset };
}

function wholeAt(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new ZipFault('its directory holds a size that nothing has');
  return value;
}

/** Where the content behind a local header begins. */
function contentAt(view: DataView, header: number, length: number, end: number): number {
  if (header + localBytes > end || view.getUint32(header, true) !== LOCAL_HEADER) {
    throw new ZipFault('its directory names a place where nothing begins');
  }
  const start = header + localBytes + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (start + length > end) throw new ZipFault('an entry reaches beyond its end');
  return start;
}

/** Entries that share bytes would make a small file endless. */
function assertApart(entries: readonly { readonly from: number; readonly to: number }[]): void {
  const sorted = [...entries].sort((a, b) => a.from - b.from);
  for (const [index, { to }] of sorted.entries()) {
    if (to > (sorted[index + 1]?.from ?? Infinity)) throw new ZipFault('entries of it overlap');
  }
}
