/**
 * The formats that the decoder of the usual images is given, known by their first bytes whatever a file is called:
 * that decoder would also render drawings (SVG, PDF), whose size and cost their bytes do not bound.
 */

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end)).toString('latin1');

/** Whether bytes begin as JPEG, PNG, GIF, WebP, TIFF or AVIF do. */
export function isRaster(bytes: Uint8Array): boolean {
  const start = ascii(bytes, 0, 12);
  return (
    start.startsWith('\xff\xd8\xff') ||
    start.startsWith('\x89PNG\r\n\x1a\n') ||
    /^GIF8[79]a/.test(start) ||
    /^RIFF[^]{4}WEBP/.test(start) ||
    /^(?:II[*+]\0|MM\0[*+])/.test(start) ||
    /^[^]{4}ftyp(?:avif|avis|mif1|msf1|miaf)/.test(start)
  );
}
