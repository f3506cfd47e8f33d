/** A data set of one .npz file, under the names that are usual for images and labels. */
import { InputError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { createArrayDataset } from './array-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { decodeNpz, namesInNpz } from './npz.ts';

/** The names looked for, those that name the split first. */
const namesFor = (split: string): readonly (readonly [string, string])[] => [
  [`x_${split}`, `y_${split}`],
  [`${split}_images`, `${split}_labels`],
  ['x', 'y'],
  ['images', 'labels'],
];

/**
 * Opens a .npz file that holds x_SPLIT and y_SPLIT, SPLIT_images and SPLIT_labels, x and y, or images and labels.
 *
 * @throws InputError when the file is missing or damaged, holds none of these pairs, or they do not belong together
 */
export async function openNpz(path: string, options: DataOptions): Promise<Dataset> {
  const bytes = await readInputFile(path, '.npz file');
  const present = await namesInNpz(bytes, path);
  const pairs = namesFor(options.split);
  const pair = pairs.find((names) => names.every((name) => present.includes(name)));
  if (pair === undefined) {
    throw new InputError(
      `${path} holds ${present.length === 0 ? 'no arrays' : `the arrays ${present.join(', ')}`}; for the split ` +
        `'${options.split}' name them ${pairs.map((names) => names.join(' and ')).join(', or ')}`,
    );
  }
  const [images, labels] = pair;
  const arrays = await decodeNpz(bytes, path, pair);
  const [imageArray, labelArray] = [arrays[images], arrays[labels]];
  if (imageArray === undefined || labelArray === undefined)
    throw new RangeError('a named array was not decoded');
  return createArrayDataset(
    {
      name: 'npz',
      images: imageArray,
      labels: labelArray,
      sources: { images: `${images} in ${path}`, labels: `${labels} in ${path}` },
    },
    options,
  );
}
