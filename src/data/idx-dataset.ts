/** A data set of two IDX files, images and labels, as MNIST and its kin are distributed. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { createArrayDataset } from './array-dataset.ts';
import { createDataset } from './create-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { listFolder, namesAt } from './folder.ts';
import { fitChannels } from './fit-channels.ts';
import { greatestByteIn, readIdx, readIdxHeader } from './idx.ts';
import { labelsOf } from './labels.ts';
import { layoutOf } from './layout.ts';
import { splitPair } from './path-pair.ts';
import { fileStorage } from './storage.ts';
import { rangeOfBytes, rangeText } from './value-range.ts';

/** The beginnings of the usual file names of each split. */
const prefixes: Readonly<Record<string, readonly string[]>> = { train: ['train'], test: ['t10k', 'test'] };

/** The usual names, also behind that of a collection: emnist-letters-test-images-idx3-ubyte.gz. */
const imagesName = /(?:^|[-_.])(train|t10k|test)-images[-.]idx3-ubyte(\.gz)?$/;

/**
 * Opens a folder with the usual file names, an images file (its labels are found beside it), or
 * `IMAGES,LABELS`. Byte images that are not gzipped stay in their file.
 *
 * @throws InputError when files are missing, truncated, no IDX files, or do not belong together
 */
export async function openIdx(path: string, options: DataOptions): Promise<Dataset> {
  const files = await filesOf(path, options.split);
  const header = await readIdxHeader(files.images);
  const labels = await readIdx(files.labels);
  const layout =
    header?.dataType === 'uint8' && options.range === undefined
      ? layoutOf(header.dims, files.images, options)
      : undefined;
  if (header === undefined || layout === undefined || (layout.channelsLast ?? 1) > 1) {
    const images = await readIdx(files.images);
    return createArrayDataset({ name: 'idx', images, labels, sources: files }, options);
  }
  const { shape } = layout;
  const [count = 0] = header.dims;
  const recordBytes = shape.reduce((product, dim) => product * dim, 1);
  const greatest = greatestByteIn(files.images, header.start);
  const { range, notes } = rangeOfBytes(greatest, files.images);
  const numbered = labelsOf(labels, files.labels, count, options);
  const content = {
    name: 'idx',
    split: options.split,
    shape,
    range,
    classCount: numbered.classCount,
    labels: numbered.labels,
    notes: [...layout.notes, ...notes, ...numbered.notes],
    settings: { range: rangeText(range), ...numbered.settings },
    storage: fileStorage([{ path: files.images, start: header.start, recordBytes, count }], recordBytes),
  };
  return createDataset(fitChannels(content, options));
}

/** Whether a path is a folder with IDX images under their usual names, or such a file. */
export async function isIdx(path: string): Promise<boolean> {
  const [images] = splitPair(path);
  const names = await namesAt(images);
  return names.some((name) => imagesName.test(name));
}

async function filesOf(path: string, split: string): Promise<{ images: string; labels: string }> {
  const [given, labels] = splitPair(path);
  const names = labels === undefined ? await listFolder(given) : undefined;
  const images = names === undefined ? given : join(given, imagesIn(names, given, split));
  assertSplit(images, split);
  return { images, labels: labels ?? (await labelsBeside(images)) };
}

function imagesIn(names: readonly string[], folder: string, split: string): string {
  const wanted = Object.hasOwn(prefixes, split) ? prefixes[split] : undefined;
  if (wanted === undefined) {
    throw new InputError(`an IDX folder has no split '${split}': write --split train or --split test`);
  }
  // Some collections have folders of the files' names.
  const fitting = names.filter(
    (name) => wanted.includes(imagesName.exec(name)?.[1] ?? '') && statSync(join(folder, name)).isFile(),
  );
  // Sorted names put a file before its gzipped copy.
  const plainName = (name: string): string => name.replace(/\.gz$/, '').replace('.idx3', '-idx3');
  const [found] = fitting;
  const other = fitting.find((name) => plainName(name) !== plainName(found ?? ''));
  if (found === undefined) {
    throw new InputError(
      `${folder} holds no ${split} images: there is no ${wanted[0] ?? ''}-images-idx3-ubyte or .gz of it`,
    );
  }
  if (other !== undefined) {
    throw new InputError(
      `${folder} holds several files of ${split} images, ${found} and ${other}: write idx:IMAGES,LABELS`,
    );
  }
  return found;
}

function assertSplit(images: string, split: string): void {
  const prefix = imagesName.exec(basename(images))?.[1];
  const named = Object.keys(prefixes).find(
    (name) => prefix !== undefined && prefixes[name]?.includes(prefix),
  );
  if (named !== undefined && named !== split) {
    throw new InputError(`${images} is the ${named} split: write --split ${named}`);
  }
}

async function labelsBeside(images: string): Promise<string> {
  const folder = dirname(images);
  const name = basename(images).replace('images', 'labels').replace(/idx\d/, 'idx1').replace(/\.gz$/, '');
  const names = (await listFolder(folder)) ?? [];
  const found = [name, `${name}.gz`].find((candidate) => names.includes(candidate));
  if (found === undefined || found === basename(images)) {
    throw new InputError(`there are no labels for ${images}: write idx:IMAGES,LABELS`);
  }
  return join(folder, found);
}
