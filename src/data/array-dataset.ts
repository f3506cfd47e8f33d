/** A data set of two arrays, images and labels: what .npy, .npz and IDX files come down to. */
import { createDataset } from './create-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { fitChannels } from './fit-channels.ts';
import { inputValuesOf } from './inputs.ts';
import { labelsOf } from './labels.ts';
import { layoutOf } from './layout.ts';
import type { NumericArray } from './numeric-array.ts';
import { memoryStorage } from './storage.ts';
import { rangeText } from './value-range.ts';

export interface ArrayContent {
  /** What the data set is called in results. */
  readonly name: string;
  /** [n, channels, height, width], [n, height, width, channels], [n, height, width] or [n, features]. */
  readonly images: NumericArray;
  /** [n], [n, 1], or one-hot rows [n, classes]. */
  readonly labels: NumericArray;
  /** What the two arrays are called in messages, e.g. their file names. */
  readonly sources: { readonly images: string; readonly labels: string };
  /** What was taken for granted about the arrays. */
  readonly notes?: readonly string[];
}

/**
 * Makes a data set of arrays held in memory; bytes are shared, not copied.
 *
 * @throws InputError when the arrays do not belong together or hold what inputs and labels cannot be
 */
export function createArrayDataset(content: ArrayContent, options: DataOptions): Dataset {
  const { name, images, sources } = content;
  const layout = layoutOf(images.dims, sources.images, options);
  const count = images.dims[0] ?? 0;
  const labels = labelsOf(content.labels, sources.labels, count, options);
  const { data, range, notes, clipped } = inputValuesOf(images, sources.images, options.range);
  return createDataset(
    fitChannels(
      {
        name,
        split: options.split,
        shape: layout.shape,
        classCount: labels.classCount,
        range,
        notes: [...(content.notes ?? []), ...layout.notes, ...notes, ...labels.notes],
        settings: {
          range: rangeText(range),
          ...(options.layout === undefined ? {} : { layout: options.layout }),
          ...(clipped === 0 ? {} : { clippedValues: clipped }),
          ...labels.settings,
        },
        labels: labels.labels,
        storage: memoryStorage(data, data.length / count, layout.channelsLast),
      },
      options,
    ),
  );
}
