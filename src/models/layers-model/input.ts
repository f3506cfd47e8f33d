/** The image input of a layers-model: its shape, and which of its axes Keras has the channels in. */
import { InputError } from '../../core/errors.ts';
import { isNumbers, isObject } from '../../core/json.ts';
import type { Json } from '../../core/json.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { sizeOf } from '../../graph/tensor.ts';
import { BATCH } from '../../graph/types.ts';
import type { LayerValue, Translation } from './scope.ts';
import { snakeCase } from './scope.ts';
import type { Container } from './topology.ts';

/** How many channels images have: grey, colour, colour and opacity. */
const usualChannels: readonly unknown[] = [1, 3, 4];

/** An image has more columns than this, so that fewer must be channels. */
const MOST_CHANNELS = 4;

/** Layers that have the channels last unless they say otherwise. */
const windowed = /Conv|Pool|UpSampling|Padding|Cropping/;

/** Layers before which the channels may be elsewhere than behind them. */
const movers: readonly string[] = ['Permute', 'Reshape'];

/**
 * Declares the graph's input `image`, [N, C, H, W] for images, else [N, …] as in Keras.
 *
 * @param given channels first, for sizes that the model leaves open, and for models that take images as lists
 * @throws InputError when a size is open and not given
 */
export function declareInput(
  { path, builder, notes }: Translation,
  model: Container,
  input: string,
  given: readonly number[] | undefined,
): LayerValue {
  const { config = {} } = model.layers.get(input) ?? {};
  const declared: unknown = config['batch_input_shape'] ?? config['batch_shape'];
  if (!Array.isArray(declared)) {
    throw new InputError(`${path}: the model says no input shape (batch_input_shape of its first layer)`);
  }
  const { dtype } = config;
  if (typeof dtype === 'string' && /^(u?int|bool)/.test(dtype)) {
    notes.add(`the input of type ${dtype} was taken as float32 numbers of the same values`);
  }
  const sizes = (declared as readonly unknown[]).slice(1);
  const flat = flattenedImage(builder, sizes, given);
  if (flat !== undefined) {
    if (given?.[0] !== 1) {
      notes.add(
        `the input of shape [${sizes.join(', ')}] was given the numbers of images channels last, as Keras has them`,
      );
    }
    return flat;
  }
  const isImage = sizes.length === 3;
  const last = isImage && channelsAreLast(model, sizes);
  if (isImage && !last && channelFormats(model).length === 0) {
    notes.add(`the input of shape [${sizes.join(', ')}] was taken as channels first`);
  }
  const inKeras = given !== undefined && last ? [...given.slice(1), ...given.slice(0, 1)] : (given ?? []);
  const shape = sizes.map((size, axis) => (typeof size === 'number' ? size : inKeras[axis]));
  const known = shape.filter((size) => size !== undefined);
  if (known.length !== shape.length) {
    throw new InputError(
      `${path}: the model takes inputs of any size; give the one to use, channels first: --input-shape 3,32,32`,
    );
  }
  if (!known.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new InputError(
      `${path}: the model's input is of shape [${shape.join(', ')}], expected sizes above 0`,
    );
  }
  const dims = last ? [...known.slice(2), ...known.slice(0, 2)] : known;
  const order = last ? 'channels first' : 'as in Keras';
  return { value: builder.input('image', 'float32', [BATCH, ...dims]), order };
}

/**
 * An image input for a model that takes the same numbers in fewer or more axes: a list of all pixels, or rows.
 *
 * @returns undefined where the model has the axes of the given shape itself, or other sizes
 */
function flattenedImage(
  builder: GraphBuilder,
  sizes: readonly unknown[],
  given: readonly number[] | undefined,
): LayerValue | undefined {
  if (given?.length !== 3 || !isNumbers(sizes) || sizes.length === 3) return undefined;
  if (sizeOf(sizes) !== sizeOf(given)) return undefined;
  const image = builder.input('image', 'float32', [BATCH, ...given]);
  const last = given[0] === 1 ? image : builder.transpose(image, [0, 2, 3, 1]);
  return { value: builder.reshape(last, [0, ...sizes]), order: 'as in Keras' };
}

/** By the data_format of the model's layers, where none of them is behind a layer that moves axes; else by sizes. */
function channelsAreLast(model: Container, sizes: readonly unknown[]): boolean {
  const formats = channelFormats(model);
  const [first] = formats;
  if (first !== undefined && first !== 'moved') return first === 'channels_last';
  const last = sizes.at(-1);
  return !usualChannels.includes(sizes[0]) || (typeof last === 'number' && last <= MOST_CHANNELS);
}

/** The data_format of each layer that has one, in the order of the list; `moved` where a layer moves axes. */
function channelFormats(model: Container): string[] {
  return [...model.layers.values()].flatMap(({ className, config }) => formatsIn(className, config));
}

function formatsIn(className: string, config: Json | undefined): string[] {
  if (movers.includes(className)) return ['moved'];
  // Flatten says how it reads its input, and many write channels_last whatever that is.
  if (className === 'Flatten' || !isObject(config)) return [];
  const { data_format: format, layers } = config;
  const inner = Array.isArray(layers) ? (layers as readonly Json[]) : [];
  const nested = inner.flatMap((entry) =>
    isObject(entry) && typeof entry['class_name'] === 'string'
      ? formatsIn(entry['class_name'], entry['config'])
      : [],
  );
  if (typeof format === 'string') return [snakeCase(format), ...nested];
  return windowed.test(className) ? ['channels_last', ...nested] : nested;
}
