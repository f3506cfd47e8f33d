/**
 * A mask as text: one bit an example, eight to a byte, the first example in the lowest bit of the first byte, the last
 * byte filled up with zeros, the bytes in base64. In Python:
 * `numpy.unpackbits(numpy.frombuffer(base64.b64decode(text), numpy.uint8), bitorder='little', count=n)`.
 */

/** @param mask [n] of 0 and 1 */
export function encodeMask(mask: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (const [index, bit] of mask.entries()) {
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (index & 7));
  }
  return Buffer.from(bytes).toString('base64');
}

/**
 * @param count n, the number of examples
 * @returns [n] of 0 and 1, or undefined where the text is no mask of that many examples
 */
export function decodeMask(text: string, count: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  const mask = Uint8Array.from(
    { length: count },
    (_, index) => ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1,
  );
  // Decoding passes over what is no base64, and bits beyond the last example are lost.
  return encodeMask(mask) === text ? mask : undefined;
}
