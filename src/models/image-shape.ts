/** The shape of an example, channels first, from what a file, a card and the caller say of it. */
import { InputError } from '../core/errors.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Dimension } from '../graph/types.ts';
import type { ImageInput } from './choose.ts';
import type { Layout, ModelSettings } from './options.ts';

export interface ImageShape {
  /** Channels first for images. */
  readonly shape: readonly number[];
  /** The order of the axes in the file. */
  readonly layout: Layout;
  /** What the file's input is called with, after the batch; the same numbers as `shape`, in the file's order of axes. */
  readonly fileShape: readonly number[];
  readonly notes: readonly string[];
}

/** How many channels images have: grey, colour, colour and opacity. */
const usualChannels: readonly Dimension[] = [1, 3, 4];

/**
 * Settles the shape of an example.
 *
 * @throws InputError when sizes stay open, contradict each other, or may be meant in two ways
 */
export function imageShape(name: string, input: ImageInput, settings: ModelSettings): ImageShape {
  const dims = input.dims.slice(1);
  const { inputShape: given } = settings;
  const flat = given === undefined ? undefined : flattened(name, input, dims, given, settings.layout);
  if (flat !== undefined) return flat;
  const { layout, notes } = layoutOf(name, input, settings);
  const declared = channelsFirst(dims, layout);
  if (given !== undefined && !fits(declared, given)) {
    throw new InputError(
      `${name}: its input ${input.name} is of shape [${declared.join(', ')}] (channels first), which ${given.join(',')} does not fit; correct --input-shape or the model card`,
    );
  }
  const shape = declared.map((dim, axis) => (typeof dim === 'number' ? dim : given?.[axis]));
  const known = shape.filter((size) => size !== undefined);
  if (known.length !== shape.length) {
    const example = declared.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 3 : 224));
    const order = layout === 'channels-last' ? ' (brought to channels first)' : '';
    throw new InputError(
      `${name}: its input ${input.name} leaves sizes open, [${declared.join(', ')}]${order}; write the ones to use, channels first: --input-shape ${example.join(',')}`,
    );
  }
  return { shape: known, layout, fileShape: layout === 'channels-last' ? channelsLast(known) : known, notes };
}

function fits(declared: readonly Dimension[], given: readonly number[]): boolean {
  return (
    declared.length === given.length &&
    declared.every((dim, axis) => typeof dim !== 'number' || dim === given[axis])
  );
}

const isImage = (dims: readonly unknown[]): boolean => dims.length === 3;

function channelsFirst(dims: readonly Dimension[], layout: Layout): readonly Dimension[] {
  return layout === 'channels-last' && isImage(dims) ? [...dims.slice(2), ...dims.slice(0, 2)] : dims;
}

function channelsLast(shape: readonly number[]): readonly number[] {
  return isImage(shape) ? [...shape.slice(1), ...shape.slice(0, 1)] : shape;
}

/**
 * An input that holds the same numbers in fewer or more axes: a list of all pixels, or an image without its one channel.
 *
 * @returns undefined where the file's input has the axes of the given shape itself
 */
function flattened(
  name: string,
  input: ImageInput,
  dims: readonly Dimension[],
  given: readonly number[],
  layout: Layout | undefined,
): ImageShape | undefined {
  const known = dims.filter((dim) => typeof dim === 'number');
  if (known.length < dims.length || dims.length === given.length || sizeOf(known) !== sizeOf(given))
    return undefined;
  const orderMatters = isImage(given) && given[0] !== 1 && sizeOf(given.slice(1)) !== 1;
  if (orderMatters && layout === undefined) {
    throw new InputError(
      `${name}: its input ${input.name} of shape [${dims.join(', ')}] does not tell in which order it takes the numbers of ${given.join(',')}; write --model-layout channels-first or --model-layout channels-last`,
    );
  }
  return { shape: given, layout: layout ?? 'channels-first', fileShape: known, notes: [] };
}

/** What is said; else what the sizes and the given shape leave as the only way to read them. */
function layoutOf(
  name: string,
  input: ImageInput,
  { layout, inputShape: given }: ModelSettings,
): { readonly layout: Layout; readonly notes: readonly string[] } {
  const dims = input.dims.slice(1);
  if (layout !== undefined) return { layout, notes: [] };
  const [first = '', , last = ''] = dims;
  if (isImage(dims) && usualChannels.includes(last)) {
    const lastFits = given !== undefined && fits(channelsFirst(dims, 'channels-last'), given);
    const firstFits = given === undefined ? typeof first === 'number' : fits(dims, given);
    if (lastFits && !firstFits) {
      const note = `its input [${dims.join(', ')}] is channels last, as the given shape ${given.join(',')} (channels first) says`;
      return { layout: 'channels-last', notes: [note] };
    }
    const looksLast = typeof first === 'number' ? first > 4 : !lastFits && (given?.[0] ?? 5) > 4;
    if (looksLast) {
      const example = channelsFirst(dims, 'channels-last').map(
        (dim, axis) => given?.[axis === 0 ? 2 : axis - 1] ?? dim,
      );
      const shape =
        typeof first === 'number'
          ? ''
          : ` with --input-shape ${example.map((dim) => (typeof dim === 'number' ? dim : 224)).join(',')}`;
      throw new InputError(
        `${name}: its input ${input.name} of shape [${input.dims.join(', ')}] looks channels last; write --model-layout channels-last${shape}, or --model-layout channels-first if it is not`,
      );
    }
  }
  return { layout: 'channels-first', notes: [] };
}
