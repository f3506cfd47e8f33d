/**
 * Snappy's raw format (github.com/google/snappy, format_description.txt), undone within bounds: every element advances
 * and none reaches beyond its input or the promised output.
 */
import { ParquetFault } from './thrift.ts';

/**
 * @param length what the page promises to become
 * @throws ParquetFault when the bytes are damaged or become anything else
 */
export function snappyDecompress(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  let position = 0;
  let filled = 0;
  const byte = (): number => {
    const value = input[position++];
    if (value === undefined) throw damaged();
    return value;
  };
  /** A little-endian number of some bytes. */
  const number = (bytes: number): number => {
    let value = 0;
    for (let k = 0; k < bytes; k++) value += byte() * 256 ** k;
    return value;
  };
  // The length stands first, seven bits a byte.
  let promised = 0;
  for (let scale = 1, more = true; more; scale *= 128) {
    const part = byte();
    promised += (part & 127) * scale;
    more = part > 127;
    if (scale > 2 ** 32) throw damaged();
  }
  if (promised !== length) throw damaged();
  while (position < input.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === 0) {
      const upper = tag >> 2;
      const size = 1 + (upper < 60 ? upper : number(upper - 59));
      if (size > input.length - position || size > length - filled) throw damaged();
      output.set(input.subarray(position, position + size), filled);
      position += size;
      filled += size;
      continue;
    }
    const size = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const back = kind === 1 ? (tag >> 5) * 256 + byte() : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > filled || size > length - filled) throw damaged();
    // A copy may reach into what it writes: byte by byte then.
    if (back >= size) output.copyWithin(filled, filled - back, filled - back + size);
    else for (let k = 0; k < size; k++) output[filled + k] = output[filled - back + k] ?? 0;
    filled += size;
  }
  if (filled !== length) throw damaged();
  return output;
}

function damaged(): ParquetFault {
  return new ParquetFault('its snappy compression is damaged');
}
