/** The run-length encodings of Windows bitmaps, of 8 or 4 bits a pixel. */
import { damaged } from './stored-image.ts';

/**
 * Expands runs to palette indices; pixels that no run names are 0.
 *
 * @returns [height, width], rows in the stored order
 * @throws InputError when the runs are cut off or leave the image
 */
export function expandRuns(content: Uint8Array, height: number, width: number, bits: 4 | 8): Uint8Array {
  const indices = new Uint8Array(height * width);
  let [x, y, position] = [0, 0, 0];
  const next = (): number => {
    const byte = content[position++];
    if (byte === undefined) throw damaged('it is cut off');
    return byte;
  };
  const put = (index: number): void => {
    // Runs may be filled up beyond the end of a row.
    if (x < width && y < height) indices[y * width + x] = index;
    x++;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let k = 0; k < count; k++) put(indexIn(value, k, bits));
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += next();
      y += next();
    } else {
      // As many pixels as they are, filled up to whole words of 16 bits.
      const start = position;
      for (let k = 0; k < value; k++) {
        const byte = content[start + (bits === 8 ? k : k >> 1)];
        if (byte === undefined) throw damaged('it is cut off');
        put(indexIn(byte, k, bits));
      }
      position = start + 2 * Math.ceil((value * bits) / 16);
    }
  }
  return indices;
}

/** The k-th pixel of a run: with 4 bits the halves of a byte alternate, the upper one first. */
function indexIn(byte: number, k: number, bits: 4 | 8): number {
  if (bits === 8) return byte;
  return k % 2 === 0 ? byte >> 4 : byte & 15;
}
