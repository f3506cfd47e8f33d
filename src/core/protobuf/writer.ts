/**
 * Writes protocol buffers in two passes. A message is first a tree of fields that know their size; then one buffer
 * is filled from it, so that large contents are copied exactly once.
 */

/** One field of a message, tag included. `size` is what it takes in the file, in bytes. */
export interface Field {
  readonly size: number;
  write(to: Cursor): void;
}

interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();

/** An int64, int32, bool or enum field. Negative numbers take ten bytes, as the format wants. */
export function varint(number: number, value: bigint): Field {
  const bits = BigInt.asUintN(64, value);
  return {
    size: tagSize(number) + bigVarintSize(bits),
    write: (to) => {
      writeTag(to, number, VARINT);
      writeBigVarint(to, bits);
    },
  };
}

/** A float field. */
export function float32(number: number, value: number): Field {
  return {
    size: tagSize(number) + 4,
    write: (to) => {
      writeTag(to, number, FIXED32);
      to.view.setFloat32(to.at, value, true);
      to.at += 4;
    },
  };
}

/** A double field. */
export function float64(number: number, value: number): Field {
  return {
    size: tagSize(number) + 8,
    write: (to) => {
      writeTag(to, number, FIXED64);
      to.view.setFloat64(to.at, value, true);
      to.at += 8;
    },
  };
}

/** A bytes field; the bytes are copied when the message is written. */
export function bytes(number: number, content: Uint8Array): Field {
  return {
    size: tagSize(number) + varintSize(content.length) + content.length,
    write: (to) => {
      writeTag(to, number, BYTES);
      writeVarint(to, content.length);
      to.bytes.set(content, to.at);
      to.at += content.length;
    },
  };
}

/** A string field. */
export function string(number: number, value: string): Field {
  return bytes(number, utf8.encode(value));
}

/** A field that is a message of its own. */
export function message(number: number, fields: readonly Field[]): Field {
  const length = sizeOfFields(fields);
  return {
    size: tagSize(number) + varintSize(length) + length,
    write: (to) => {
      writeTag(to, number, BYTES);
      writeVarint(to, length);
      for (const field of fields) field.write(to);
    },
  };
}

/** The bytes of a whole file made of these fields take; what `encodeMessage` will allocate. */
export function sizeOfFields(fields: readonly Field[]): number {
  return fields.reduce((total, field) => total + field.size, 0);
}

/** The bytes of the message with these fields. */
export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const buffer = new ArrayBuffer(sizeOfFields(fields));
  const cursor: Cursor = { bytes: new Uint8Array(buffer), view: new DataView(buffer), at: 0 };
  for (const field of fields) field.write(cursor);
  return cursor.bytes;
}

function tagSize(number: number): number {
  return varintSize(number * 8);
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function bigVarintSize(value: bigint): number {
  let size = 1;
  for (let rest = value; rest >= 128n; rest >>= 7n) size++;
  return size;
}

function writeTag(to: Cursor, number: number, wireType: number): void {
  writeVarint(to, number * 8 + wireType);
}

function writeVarint(to: Cursor, value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) to.bytes[to.at++] = (rest % 128) + 128;
  to.bytes[to.at++] = rest;
}

function writeBigVarint(to: Cursor, value: bigint): void {
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) to.bytes[to.at++] = Number(rest & 127n) + 128;
  to.bytes[to.at++] = Number(rest);
}
