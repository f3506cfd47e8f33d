/**
 * Thrift's compact protocol, in which Parquet writes its headers, read within bounds: a damaged length is refused
 * where it is read, before anything is made of it.
 */

/** What is wrong with a file; it becomes an InputError that names the file. */
export class ParquetFault extends Error {}

export type ThriftValue = boolean | number | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** Fields by their numbers. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** Deeper nesting than any header has. */
const deepest = 32;

/** The bytes end before the structure does. */
export class ThriftEnd extends ParquetFault {
  constructor() {
    super('a header of it is cut off');
  }
}

/** Reads one structure; whole numbers of 64 bits as doubles, which hold all that sizes and counts can be. */
export function readThrift(bytes: Uint8Array): { readonly struct: ThriftStruct; readonly end: number } {
  const reader = new Reader(bytes);
  return { struct: reader.struct(0), end: reader.position };
}

class Reader {
  position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  struct(depth: number): ThriftStruct {
    if (depth > deepest) throw new ParquetFault('a header of it is nested too deeply');
    const fields = new Map<number, ThriftValue>();
    let field = 0;
    for (;;) {
      const byte = this.byte();
      const type = byte & 15;
      if (type === 0) return fields;
      field = byte >> 4 === 0 ? this.zigZag() : field + (byte >> 4);
      fields.set(field, this.value(type, depth));
    }
  }

  private value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
      case 2:
        return type === 1;
      case 3:
        return this.byte();
      case 4:
      case 5:
      case 6:
        return this.zigZag();
      case 7:
        return this.skip(8).length;
      case 8:
        return this.skip(this.varint());
      case 9:
        return this.list(depth);
      case 12:
        return this.struct(depth + 1);
      default:
        throw new ParquetFault(`a header of it has a field of the unknown type ${String(type)}`);
    }
  }

  private list(depth: number): readonly ThriftValue[] {
    const byte = this.byte();
    const type = byte & 15;
    const size = byte >> 4 === 15 ? this.varint() : byte >> 4;
    // Every element takes a byte at least.
    if (size > this.bytes.length - this.position) throw new ThriftEnd();
    return Array.from({ length: size }, () =>
      type === 1 || type === 2 ? this.byte() === 1 : this.value(type, depth),
    );
  }

  private byte(): number {
    const byte = this.bytes[this.position++];
    if (byte === undefined) throw new ThriftEnd();
    return byte;
  }

  private skip(length: number): Uint8Array {
    if (length > this.bytes.length - this.position) throw new ThriftEnd();
    const part = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return part;
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (scale > 2 ** 63) throw new ParquetFault('a header of it holds a number beyond 64 bits');
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  private zigZag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
