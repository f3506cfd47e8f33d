/**
 * The framing of a zip file of stored entries (PKWARE's APPNOTE.TXT): local headers with sizes of 64 bits always, the
 * directory with them where they are needed, as NumPy's files have them. The date is a fixed one, so that the same
 * content gives the same bytes.
 */
import { DIRECTORY_ENTRY, END, END_64, LOCAL_HEADER, LOCATOR_64 } from './zip-records.ts';

export interface StoredEntry {
  /** ASCII. */
  readonly name: string;
  readonly crc: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** The version that brought sizes of 64 bits. */
const VERSION = 45;
/** 1 January 1980, as far back as dates go. */
const DATE = 0x21;
/** Stands for a number that is given in 64 bits elsewhere. */
const BEYOND = 0xffffffff;
const BEYOND_COUNT = 0xffff;

/** How many bytes `localHeader` gives for a name. */
export function localHeaderSize(name: string): number {
  return 30 + name.length + 20;
}

/** What stands before an entry's content. */
export function localHeader({ name, crc, size }: Omit<StoredEntry, 'offset'>): Uint8Array {
  const record = createRecord();
  record.uint32(LOCAL_HEADER);
  record.uint16(VERSION, 0, 0, 0, DATE);
  record.uint32(crc, BEYOND, BEYOND);
  record.uint16(name.length, 20);
  record.text(name);
  record.uint16(1, 16);
  record.uint64(size, size);
  return record.bytes();
}

/**
 * What stands behind the last entry's content.
 *
 * @param start where it begins
 */
export function directory(entries: readonly StoredEntry[], start: number): Uint8Array {
  const record = createRecord();
  for (const { name, crc, size, offset } of entries) {
    const wide = [...(size >= BEYOND ? [size, size] : []), ...(offset >= BEYOND ? [offset] : [])];
    record.uint32(DIRECTORY_ENTRY);
    record.uint16(VERSION, VERSION, 0, 0, 0, DATE);
    record.uint32(crc, Math.min(size, BEYOND), Math.min(size, BEYOND));
    record.uint16(name.length, wide.length === 0 ? 0 : 4 + 8 * wide.length, 0, 0, 0);
    record.uint32(0, Math.min(offset, BEYOND));
    record.text(name);
    if (wide.length === 0) continue;
    record.uint16(1, 8 * wide.length);
    record.uint64(...wide);
  }
  const size = record.length();
  const count = entries.length;
  if (start >= BEYOND || size >= BEYOND || count >= BEYOND_COUNT) {
    record.uint32(END_64);
    record.uint64(44);
    record.uint16(VERSION, VERSION);
    record.uint32(0, 0);
    record.uint64(count, count, size, start);
    record.uint32(LOCATOR_64, 0);
    record.uint64(start + size);
    record.uint32(1);
  }
  record.uint32(END);
  record.uint16(0, 0, Math.min(count, BEYOND_COUNT), Math.min(count, BEYOND_COUNT));
  record.uint32(Math.min(size, BEYOND), Math.min(start, BEYOND));
  record.uint16(0);
  return record.bytes();
}

interface Record {
  uint16(...values: readonly number[]): void;
  uint32(...values: readonly number[]): void;
  uint64(...values: readonly number[]): void;
  text(text: string): void;
  length(): number;
  bytes(): Uint8Array;
}

/** Little-endian numbers behind one another. */
function createRecord(): Record {
  const parts: Buffer[] = [];
  const put = (size: number, write: (buffer: Buffer) => void): void => {
    const buffer = Buffer.alloc(size);
    write(buffer);
    parts.push(buffer);
  };
  return {
    uint16(...values) {
      for (const value of values) put(2, (buffer) => buffer.writeUInt16LE(value));
    },
    uint32(...values) {
      for (const value of values) put(4, (buffer) => buffer.writeUInt32LE(value));
    },
    uint64(...values) {
      for (const value of values) put(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)));
    },
    text(text) {
      parts.push(Buffer.from(text, 'latin1'));
    },
    length: () => parts.reduce((sum, part) => sum + part.length, 0),
    bytes: () => Buffer.concat(parts),
  };
}
