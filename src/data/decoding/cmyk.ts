/**
 * Printing colours on a screen, to the bit as Pillow's convert("RGB") gives them: R = (1 − C)(1 − K), without a colour
 * profile. JPEG files store inks inverted, by Adobe's convention, which the decoder undoes.
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
