/**
 * Printing colours on a screen, to the bit as Pillow's convert("RGB") gives them: R = (1 − C)(1 − K), without a colour
 * profile. In JPEG the values are stored inverted, by Adobe's convention.
 */

/** From cyan, magenta, yellow and black, 255 full ink, to red, green and blue; interleaved. */
export function rgbFromCmyk(inks: Uint8Array): Uint8Array {
  const pixels = inks.length / 4;
  const colours = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const light = 255 - (inks[4 * pixel + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++) {
      // A product over 255, rounded, as ((p + 128) + ((p + 128) >> 8)) >> 8 computes it.
      const product = (inks[4 * pixel + channel] ?? 0) * light + 128;
      colours[3 * pixel + channel] = Math.max(0, light - (((product >> 8) + product) >> 8));
    }
  }
  return colours;
}

/**
 * Whether a JPEG file has Adobe's marker (APP14). The decoder inverts values by the marker; Pillow takes every JPEG of
 * four channels for inverted.
 */
export function hasAdobeMarker(bytes: Uint8Array): boolean {
  let position = 2;
  while (position + 4 <= bytes.length && bytes[position] === 0xff) {
    const marker = bytes[position + 1] ?? 0;
    // A fill byte, or a marker without content.
    if (marker === 0xff) {
      position++;
      continue;
    }
    if (marker === 0xda) return false; // The scan begins.
    const length = ((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0);
    if (
      marker === 0xee &&
      Buffer.from(bytes.subarray(position + 4, position + 9)).toString('latin1') === 'Adobe'
    ) {
      return true;
    }
    position += 2 + length;
  }
  return false;
}
