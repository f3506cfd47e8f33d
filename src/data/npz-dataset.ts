/** A data set of .npz files, under the names that are usual for images and labels. */
import { InputError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { createArrayDataset } from './array-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import type { NpyArray } from './npy.ts';
import { decodeNpz, namesInNpz } from './npz.ts';
import { splitPair } from './path-pair.ts';

/** The names that numpy.savez gives to arrays that have none. */
const unnamed = ['arr_0', 'arr_1'] as const;

/** The names looked for, those that name the split first; upper and lower case are alike. */
const namesFor = (split: string): readonly (readonly [string, string])[] => [
  [`x_${split}`, `y_${split}`],
  [`${split}_images`, `${split}_labels`],
  ['x', 'y'],
  ['images', 'labels'],
  ['image', 'label'],
  ['data', 'labels'],
  ['data', 'target'],
  unnamed,
];

/**
 * Opens a .npz file that holds images and labels under one of the usual pairs of names, x_SPLIT and y_SPLIT for one;
 * or `IMAGES.npz,LABELS.npz`, each with one array or one of such a name.
 *
 * @throws InputError when a file is missing or damaged, holds none of these names, or arrays do not belong together
 */
export async function openNpz(path: string, options: DataOptions): Promise<Dataset> {
  const [images, labels] = splitPair(path);
  return labels === undefined
    ? openOne(path, options)
    : createArrayDataset(await readTwo(images, labels, options.split), options);
}

async function openOne(path: string, options: DataOptions): Promise<Dataset> {
  const bytes = await readInputFile(path, '.npz file');
  const present = namesInNpz(bytes, path);
  const pairs = namesFor(options.split);
  const pair = pairs
    .map((names) => names.map((name) => find(present, name)))
    .find((names): names is [string, string] => names.every((name) => name !== undefined));
  if (pair === undefined) throw noPair(path, present, options.split);
  if (pair[0] === unnamed[0] && present.length > 2) {
    throw new InputError(
      `${path} holds the arrays ${present.join(', ')}, whose names do not tell which are images and labels: ` +
        advice(options.split),
    );
  }
  const arrays = decodeNpz(bytes, path, pair);
  const [first, second] = pair.map((name) => ({ name, array: arrays[name] }));
  if (first?.array === undefined || second?.array === undefined) {
    throw new RangeError('a named array was not decoded');
  }
  // Only names given by number leave the order open: images have more axes than labels.
  const isSwapped = first.name === unnamed[0] && first.array.dims.length < second.array.dims.length;
  const [images, labels] = isSwapped ? [second, first] : [first, second];
  return createArrayDataset(
    {
      name: 'npz',
      images: images.array as NpyArray,
      labels: labels.array as NpyArray,
      sources: { images: `${images.name} in ${path}`, labels: `${labels.name} in ${path}` },
      ...(first.name === unnamed[0]
        ? { notes: [`${path}: ${images.name} was taken for the images and ${labels.name} for the labels`] }
        : {}),
    },
    options,
  );
}

/** Images of one file and labels of another. */
async function readTwo(imagesPath: string, labelsPath: string, split: string) {
  const pairs = namesFor(split);
  const images = await readAlone(
    imagesPath,
    'images',
    pairs.map(([name]) => name),
  );
  const labels = await readAlone(
    labelsPath,
    'labels',
    pairs.map(([, name]) => name),
  );
  return {
    name: 'npz',
    images: images.array,
    labels: labels.array,
    sources: { images: images.source, labels: labels.source },
  };
}

/** The one array of a file, or the one of a usual name. */
async function readAlone(
  path: string,
  role: 'images' | 'labels',
  usual: readonly string[],
): Promise<{ array: NpyArray; source: string }> {
  const bytes = await readInputFile(path, '.npz file');
  const present = namesInNpz(bytes, path);
  const [only, another] = present;
  const name =
    another === undefined
      ? only
      : usual.map((candidate) => find(present, candidate)).find((found) => found !== undefined);
  if (name === undefined) {
    throw new InputError(
      `${path} holds ${listed(present)}: for the ${role} it must hold one array, or one named ${usual.join(' or ')}`,
    );
  }
  const arrays = decodeNpz(bytes, path, [name]);
  const array = arrays[name];
  if (array === undefined) throw new RangeError('a named array was not decoded');
  return { array, source: `${name} in ${path}` };
}

/** A name as it stands in the file, found whatever its case where only one differs by it. */
function find(present: readonly string[], name: string): string | undefined {
  if (present.includes(name)) return name;
  const [alike, another] = present.filter((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return another === undefined ? alike : undefined;
}

function noPair(path: string, present: readonly string[], split: string): InputError {
  const other = present
    .map((name) => /^x_(.+)$|^(.+)_images$/.exec(name))
    .map((match) => match?.[1] ?? match?.[2])
    .find((found) => found !== undefined && found !== split);
  const otherSplit = other === undefined ? '' : `, or write --split ${other}`;
  return new InputError(`${path} holds ${listed(present)}; ${advice(split)}${otherSplit}`);
}

const listed = (present: readonly string[]): string =>
  present.length === 0 ? 'no arrays' : `the arrays ${present.join(', ')}`;

const advice = (split: string): string =>
  `for the split '${split}' name them ${namesFor(split)
    .filter((names) => names !== unnamed)
    .map((names) => names.join(' and '))
    .join(', or ')}, or write npz:IMAGES.npz,LABELS.npz`;
