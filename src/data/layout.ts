/** What the shape of an array of a file says about images: which axis holds the channels. */
import { InputError } from '../core/errors.ts';
import type { DataOptions } from './dataset.ts';
import { countOf, holdSameNumbers } from './same-numbers.ts';

export interface Layout {
  /** The shape of one input: [channels, height, width], or [features]. */
  readonly shape: readonly number[];
  /** The number of channels when the array holds them last. */
  readonly channelsLast?: number;
  readonly notes: readonly string[];
}

/**
 * The shape of the inputs of an array: [n, height, width] (one channel), [n, features], or four axes, of which the
 * channels are the second or the last. Without a declared layout they are where the models' shape has them; else the
 * axis of 1 or 3 is taken for them, if only one of the two is such. Features are brought to the shape of the models'
 * images where they are as many.
 *
 * @throws InputError when the array cannot be inputs, is empty, or the layout cannot be known
 */
export function layoutOf(
  dims: readonly number[],
  source: string,
  { layout, inputShape }: Pick<DataOptions, 'layout' | 'inputShape'>,
): Layout {
  const written = `[${dims.join(', ')}]`;
  if (dims.length < 2 || dims.length > 4) {
    throw new InputError(
      `${source} has the shape ${written}; images are [n, channels, height, width], [n, height, width, channels] ` +
        'or [n, height, width], other inputs [n, features]',
    );
  }
  if (dims.includes(0)) throw new InputError(`${source} has the shape ${written}: it holds no examples`);
  const [, second = 1, third = 1, last = 1] = dims;
  if (dims.length === 2) return flatLayout(second, source, layout, inputShape);
  if (dims.length === 3) return { shape: [1, second, third], notes: [] };
  const first = { shape: [second, third, last], notes: [] };
  const behind = { shape: [last, second, third], channelsLast: last, notes: [] };
  if (layout !== undefined) return layout === 'NCHW' ? first : behind;
  const fits = ({ shape }: Layout) => shape.every((dim, axis) => dim === inputShape?.[axis]);
  if (inputShape?.length === 3 && fits(first) !== fits(behind)) return fits(first) ? first : behind;
  const isChannels = (dim: number) => dim === 1 || dim === 3;
  if (isChannels(second) !== isChannels(last)) return isChannels(last) ? behind : first;
  throw new InputError(
    `${source} has the shape ${written}, which does not tell where the channels are: ` +
      'write --layout channels-first or --layout channels-last',
  );
}

/** Rows of features, which are images where the models take as many values in images. */
function flatLayout(
  features: number,
  source: string,
  layout: DataOptions['layout'],
  inputShape: readonly number[] | undefined,
): Layout {
  if (inputShape?.length !== 3 || countOf(inputShape) !== features) return { shape: [features], notes: [] };
  const [channels = 0] = inputShape;
  const isOrdered = holdSameNumbers([features], inputShape);
  if (!isOrdered && layout === undefined) {
    throw new InputError(
      `${source} holds rows of ${String(features)} values for images [${inputShape.join(', ')}]: ` +
        'write --layout channels-first or --layout channels-last to say in which order',
    );
  }
  return {
    shape: inputShape,
    ...(!isOrdered && layout === 'NHWC' ? { channelsLast: channels } : {}),
    notes: [`${source}: rows of ${String(features)} values were taken for images [${inputShape.join(', ')}]`],
  };
}
