/** A data set of two arrays, images and labels: what .npy, .npz and IDX files come down to. */
import { createDataset } from './create-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { inputValuesOf, layoutOf } from './inputs.ts';
import { labelsOf } from './labels.ts';
import type { NumericArray } from './numeric-array.ts';
import { memoryStorage } from './storage.ts';

export interface ArrayContent {
  /** What the data set is called in results. */
  readonly name: string;
  /** [n, channels, height, width], [n, height, width, channels], [n, height, width] or [n, features]. */
  readonly images: NumericArray;
  /** [n] or [n, 1]. */
  readonly labels: NumericArray;
  /** What the two arrays are called in messages, e.g. their file names. */
  readonly sources: { readonly images: string; readonly labels: string };
}

/**
 * Makes a data set of arrays held in memory; bytes are shared, not copied.
 *
 * @throws InputError when the arrays do not belong together or hold what inputs and labels cannot be
 */
export function createArrayDataset(content: ArrayContent, options: DataOptions): Dataset {
  const { name, images, sources } = content;
  const { shape, channelsLast } = layoutOf(images.dims, sources.images, options.layout);
  const count = images.dims[0] ?? 0;
  const { labels, classCount } = labelsOf(content.labels, sources.labels, count, options.classCount);
  const { data, range, note } = inputValuesOf(images, sources.images, options.range);
  return createDataset({
    name,
    split: options.split,
    shape,
    classCount,
    range,
    ...(note === undefined ? {} : { notes: [note] }),
    labels,
    storage: memoryStorage(data, data.length / count, channelsLast),
  });
}
