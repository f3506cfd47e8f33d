/** Brings stored images to the channels that are asked for or that the models take. */
import { InputError } from '../core/errors.ts';
import type { DatasetContent } from './create-dataset.ts';
import type { DataOptions } from './dataset.ts';
import type { ExampleStorage } from './storage.ts';

/**
 * Grey images become three equal channels where three are asked for or taken by the models of their size; colour
 * images become grey only where that is asked for.
 *
 * @throws InputError when the models take grey images, these are in colour, and nothing is said
 */
export function fitChannels(content: DatasetContent, options: DataOptions): DatasetContent {
  const { shape, name } = content;
  const [stored = 0, height = 0, width = 0] = shape;
  const { channels: asked, inputShape } = options;
  if (asked !== undefined && asked !== 1 && asked !== 3) {
    throw new InputError(`--image-channels ${String(asked)}: write 1 for grey or 3 for colour`);
  }
  const fits = inputShape?.length === 3 && inputShape[1] === height && inputShape[2] === width;
  const wanted = asked ?? (fits ? inputShape[0] : undefined);
  if (shape.length !== 3 || wanted === undefined || wanted === stored) return content;
  const pixels = height * width;
  const fitted = { ...content, shape: [wanted, height, width] };
  if (stored === 1 && wanted === 3) {
    const reason = asked === 3 ? '' : ', as the model takes three';
    return {
      ...fitted,
      storage: { read: (indices) => threefold(content.storage.read(indices), pixels) },
      notes: [...(content.notes ?? []), `the grey images of ${name} become three equal channels${reason}`],
      settings: { ...content.settings, channels: 3 },
    };
  }
  if (stored === 3 && wanted === 1) {
    if (asked !== 1) {
      throw new InputError(
        `the images of ${name} are in colour and the model takes one channel: ` +
          'write --image-channels 1 to have them brought to grey (luma, as torchvision’s Grayscale)',
      );
    }
    return {
      ...fitted,
      storage: { read: (indices) => luma(content.storage, indices, pixels) },
      notes: [
        ...(content.notes ?? []),
        `the colours of ${name} are brought to grey (0.299 R + 0.587 G + 0.114 B)`,
      ],
      settings: { ...content.settings, channels: 1, greyFromColour: true },
    };
  }
  if (asked !== undefined) {
    throw new InputError(
      `the images of ${name} have ${String(stored)} channels: leave --image-channels ${String(asked)} out`,
    );
  }
  return content;
}

/** Every image of one channel three times over. */
function threefold(grey: Uint8Array | Float32Array, pixels: number): Uint8Array | Float32Array {
  const output = arrayLike(grey, 3 * grey.length);
  for (let start = 0; start < grey.length; start += pixels) {
    const image = grey.subarray(start, start + pixels);
    for (let channel = 0; channel < 3; channel++) output.set(image, 3 * start + channel * pixels);
  }
  return output;
}

/** ITU-R 601-2 luma: of bytes in 16 fractional bits, rounded, as Pillow computes it; of floats in double precision. */
function luma(
  storage: ExampleStorage,
  indices: ArrayLike<number>,
  pixels: number,
): Uint8Array | Float32Array {
  const colours = storage.read(indices);
  const output = arrayLike(colours, colours.length / 3);
  const isBytes = colours instanceof Uint8Array;
  for (let index = 0; index < output.length; index++) {
    const start = Math.floor(index / pixels) * 3 * pixels + (index % pixels);
    const red = colours[start] ?? 0;
    const green = colours[start + pixels] ?? 0;
    const blue = colours[start + 2 * pixels] ?? 0;
    output[index] = isBytes
      ? (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
      : 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return output;
}

function arrayLike(values: Uint8Array | Float32Array, length: number): Uint8Array | Float32Array {
  return values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
}
