/**
 * Reads protocol buffers. A message is scanned once for where its fields stand; contents are decoded when asked for,
 * and byte contents are views of the file, so that a large file is not copied.
 */

/** The bytes are no protocol buffer, or end too early. The message says what is wrong, without the file's name. */
export class WireFormatError extends Error {
  override name = 'WireFormatError';
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Where a field's content stands: at its length for byte contents. */
interface Position {
  readonly wireType: number;
  readonly at: number;
}

/**
 * One message. A field asked for with the wrong kind, or one whose content does not decode, is a WireFormatError; of a
 * field that is given more than once and asked for singly the last counts, as the format wants.
 */
export class Message {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fields = new Map<number, Position[]>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const cursor = new Cursor(bytes);
    while (cursor.at < bytes.length) {
      const tag = cursor.varint();
      const wireType = tag % 8;
      const number = Math.floor(tag / 8);
      if (number === 0 || number >= 2 ** 29) throw new WireFormatError('a field has an impossible number');
      const position = { wireType, at: cursor.at };
      cursor.skip(wireType);
      const positions = this.#fields.get(number);
      if (positions === undefined) this.#fields.set(number, [position]);
      else positions.push(position);
    }
  }

  has(number: number): boolean {
    return this.#fields.has(number);
  }

  /** A bytes field, as a view. */
  bytes(number: number): Uint8Array | undefined {
    const position = this.#fields.get(number)?.at(-1);
    return position === undefined ? undefined : this.#content(number, position);
  }

  message(number: number): Message | undefined {
    const content = this.bytes(number);
    return content === undefined ? undefined : new Message(content);
  }

  *messages(number: number): Generator<Message> {
    for (const position of this.#positions(number)) yield new Message(this.#content(number, position));
  }

  string(number: number): string | undefined {
    const content = this.bytes(number);
    return content === undefined ? undefined : decodeText(content);
  }

  strings(number: number): string[] {
    return this.#positions(number).map((position) => decodeText(this.#content(number, position)));
  }

  /** An int64, int32 or enum field. */
  integer(number: number): bigint | undefined {
    return this.integers(number).at(-1);
  }

  /** A repeated integer field, packed or not, as signed 64-bit numbers. */
  integers(number: number): bigint[] {
    const values: bigint[] = [];
    for (const position of this.#positions(number)) {
      if (position.wireType === VARINT) {
        values.push(new Cursor(this.#bytes, position.at).int64());
      } else {
        const cursor = new Cursor(this.#content(number, position));
        while (cursor.at < cursor.bytes.length) values.push(cursor.int64());
      }
    }
    return values;
  }

  float(number: number): number | undefined {
    return this.floats(number).at(-1);
  }

  /** A repeated float field, packed or not. */
  floats(number: number): Float32Array {
    const packed = this.#packed(number, 4);
    if (packed !== undefined) return new Float32Array(packed);
    return Float32Array.from(this.#fixed(number, FIXED32, 4, (view, at) => view.getFloat32(at, true)));
  }

  /** A repeated double field, packed or not. */
  doubles(number: number): Float64Array {
    const packed = this.#packed(number, 8);
    if (packed !== undefined) return new Float64Array(packed);
    return Float64Array.from(this.#fixed(number, FIXED64, 8, (view, at) => view.getFloat64(at, true)));
  }

  /** A copy of the numbers of a field that is one packed run, which is how large ones come. */
  #packed(number: number, size: number): ArrayBuffer | undefined {
    const [only, ...others] = this.#positions(number);
    if (only?.wireType !== BYTES || others.length > 0) return undefined;
    const content = this.#content(number, only);
    return content.length % size === 0 ? new Uint8Array(content).buffer : undefined;
  }

  #fixed(
    number: number,
    wireType: number,
    size: number,
    read: (view: DataView, at: number) => number,
  ): number[] {
    const values: number[] = [];
    for (const position of this.#positions(number)) {
      if (position.wireType === wireType) {
        values.push(read(this.#view, position.at));
        continue;
      }
      const content = this.#content(number, position);
      if (content.length % size !== 0) {
        throw new WireFormatError(`field ${String(number)} holds a part of a number`);
      }
      const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
      for (let at = 0; at < content.length; at += size) values.push(read(view, at));
    }
    return values;
  }

  #positions(number: number): readonly Position[] {
    return this.#fields.get(number) ?? [];
  }

  #content(number: number, position: Position): Uint8Array {
    if (position.wireType !== BYTES) {
      throw new WireFormatError(`field ${String(number)} is of another kind than ONNX gives it`);
    }
    const cursor = new Cursor(this.#bytes, position.at);
    const length = cursor.varint();
    return this.#bytes.subarray(cursor.at, cursor.at + length);
  }
}

class Cursor {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  /** A tag or a length. Beyond 2⁵³ it is not exact, which no tag or length of a real file reaches. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.#next();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw new WireFormatError('a number takes more than ten bytes');
  }

  int64(): bigint {
    const start = this.at;
    const value = this.varint();
    if (value <= Number.MAX_SAFE_INTEGER) return BigInt(value);
    let exact = 0n;
    for (let at = this.at - 1; at >= start; at--) exact = exact * 128n + BigInt((this.bytes[at] ?? 0) % 128);
    return BigInt.asIntN(64, exact);
  }

  skip(wireType: number): void {
    switch (wireType) {
      case VARINT:
        this.varint();
        return;
      case FIXED64:
        this.#advance(8);
        return;
      case BYTES:
        this.#advance(this.varint());
        return;
      case FIXED32:
        this.#advance(4);
        return;
      default:
        throw new WireFormatError(`a field is of the unknown kind ${String(wireType)}`);
    }
  }

  #next(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new WireFormatError('it ends within a field');
    return byte;
  }

  #advance(length: number): void {
    this.at += length;
    if (this.at > this.bytes.length) throw new WireFormatError('it ends within a field');
  }
}

function decodeText(content: Uint8Array): string {
  try {
    return utf8.decode(content);
  } catch {
    throw new WireFormatError('a text is not UTF-8');
  }
}
