/**
 * Yes or no for each example, as text: one bit an example, example i in bit i mod 8, counted from the lowest, of byte
 * ⌊i / 8⌋, the last byte filled up with zeros, the bytes in base64. In Python:
 * `numpy.unpackbits(numpy.frombuffer(base64.b64decode(text), numpy.uint8), bitorder='little', count=n)`.
 */

/** @param flags [n], 0 for no */
export function encodeBits(flags: Uint8Array): string {
  return encodePackedBits(packBits(flags));
}

/**
 * The bits alone.
 *
 * @param flags [n], 0 for no
 * @returns [⌈n / 8⌉]
 */
export function packBits(flags: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, index) => {
    if (flag !== 0) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return bytes;
}

/** @param bytes bits that are packed already */
export function encodePackedBits(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * @param count n, the number of examples
 * @returns [n] of 0 and 1, or null where the text is not that of so many bits
 */
export function decodeBits(text: string, count: number): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  const flags = Uint8Array.from(
    { length: count },
    (_, index) => ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1,
  );
  // Decoding passes over what is no base64, and bits beyond the last example are lost.
  return encodeBits(flags) === text ? flags : null;
}
