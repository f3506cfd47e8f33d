/** Reads the operands of a pickle's instructions. */
import { PickleFault } from './values.ts';

export class Cursor {
  private position = 0;

  constructor(private readonly buffer: Buffer) {}

  /** The next bytes, shared. */
  bytes(length: number): Buffer {
    const end = this.position + length;
    if (!(length >= 0) || end > this.buffer.length) throw new PickleFault('the pickle is truncated');
    const part = this.buffer.subarray(this.position, end);
    this.position = end;
    return part;
  }

  /** A little-endian number without sign of 1, 2 or 4 bytes. */
  unsigned(size: number): number {
    return this.bytes(size).readUIntLE(0, size);
  }

  /** A little-endian length of 8 bytes. */
  length8(): number {
    return Number(this.bytes(8).readBigUInt64LE());
  }

  /** A line without its end, each byte a character. */
  line(): string {
    const end = this.buffer.indexOf(0x0a, this.position);
    if (end < 0) throw new PickleFault('the pickle is truncated');
    const text = this.buffer.toString('latin1', this.position, end);
    this.position = end + 1;
    return text;
  }
}

/** A little-endian number in two's complement of any length that a double holds exactly. */
export function longOf(bytes: Buffer): number {
  if (bytes.length === 0) return 0;
  if (bytes.length > 8) throw new PickleFault('the pickle holds a number beyond 64 bits');
  const padded = Buffer.alloc(8, (bytes.at(-1) ?? 0) > 127 ? 0xff : 0);
  padded.set(bytes);
  return Number(padded.readBigInt64LE());
}

/** A quoted string of protocol 0, as Python 2's repr writes it. */
export function unquote(line: string): Buffer {
  const [, quoted] = /^(?:'(.*)'|".*")$/s.exec(line) ?? [];
  const body = quoted ?? line.slice(1, -1);
  const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  const text = body.replace(
    /\\(?:x([0-9a-f]{2})|(.))/gis,
    (_, hex: string | undefined, sign: string | undefined) =>
      hex === undefined
        ? (controls[sign ?? ''] ?? sign ?? '')
        : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(text, 'latin1');
}

/** A line of text of protocol 0, in Python's raw-unicode-escape. */
export function unescapeUnicode(line: string): string {
  // A backslash before anything else stands for itself, and so does what follows it.
  return line.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (whole, short: string | undefined, long: string | undefined, other: string | undefined) => {
      const code = Number.parseInt(short ?? long ?? '', 16);
      if (code <= 0x10ffff) return String.fromCodePoint(code);
      if (other === undefined || other === 'u' || other === 'U') {
        throw new PickleFault('the pickle holds text with a damaged escape');
      }
      return whole;
    },
  );
}
