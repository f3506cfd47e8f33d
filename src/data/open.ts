/** Opens the data set that a specification such as `cifar10:PATH` names. A format is one row of the table here. */
import { InputError } from '../core/errors.ts';
import { cifar10, cifar100, cifar100Coarse, isCifar, openCifar } from './cifar.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { listFolder, namesAt } from './folder.ts';
import { isIdx, openIdx } from './idx-dataset.ts';
import { openImageFolder } from './images/folder-dataset.ts';
import { openImageTar } from './images/tar-dataset.ts';
import { openNpy } from './npy-dataset.ts';
import { openNpz } from './npz-dataset.ts';
import { openParquet } from './parquet/dataset.ts';
import { splitPair } from './path-pair.ts';

interface DataFormat {
  readonly prefix: string;
  /** What follows the prefix, for messages. */
  readonly form: string;
  /** Whether a path given without a prefix is of this format beyond doubt. */
  recognises(path: string): boolean | Promise<boolean>;
  open(path: string, options: DataOptions): Promise<Dataset>;
}

const endsWith = (extension: string) => (path: string) =>
  splitPair(path).every((part) => part?.toLowerCase().endsWith(extension));

/** Whether a path is a file that ends so, or a folder that holds one. */
const holds = (extension: string) => async (path: string) =>
  (await namesAt(path)).some((name) => name.toLowerCase().endsWith(extension));

const formats: readonly DataFormat[] = [
  {
    prefix: 'cifar10',
    form: 'FOLDER',
    recognises: (path) => isCifar(cifar10, path),
    open: (path, options) => openCifar(cifar10, path, options),
  },
  {
    prefix: 'cifar100',
    form: 'FOLDER',
    recognises: (path) => isCifar(cifar100, path),
    open: (path, options) => openCifar(cifar100, path, options),
  },
  {
    prefix: 'cifar100-coarse',
    form: 'FOLDER',
    recognises: () => false, // The same files as cifar100, which has the usual labels.
    open: (path, options) => openCifar(cifar100Coarse, path, options),
  },
  { prefix: 'idx', form: 'FOLDER or idx:IMAGES,LABELS', recognises: isIdx, open: openIdx },
  { prefix: 'npz', form: 'FILE or npz:IMAGES,LABELS', recognises: endsWith('.npz'), open: openNpz },
  { prefix: 'npy', form: 'IMAGES,LABELS', recognises: endsWith('.npy'), open: openNpy },
  // Any folder may hold folders of images.
  { prefix: 'imagefolder', form: 'FOLDER', recognises: () => false, open: openImageFolder },
  { prefix: 'imagetar', form: 'FILE or imagetar:FOLDER', recognises: holds('.tar'), open: openImageTar },
  { prefix: 'parquet', form: 'FILE or parquet:FOLDER', recognises: holds('.parquet'), open: openParquet },
];

/** How data can be named, for help texts and messages. */
export const dataForms: string = formats.map(({ prefix, form }) => `${prefix}:${form}`).join(', ');

/**
 * Opens a data set.
 *
 * @param specification `FORMAT:PATH`, or a path whose format is beyond doubt
 * @throws InputError when the format is unknown, or the data are missing, truncated or contradictory
 */
export async function openDataset(specification: string, options: DataOptions): Promise<Dataset> {
  // A single letter before the colon is a drive, not a format.
  const [, prefix, path] = /^([A-Za-z][\w-]+):(.*)$/s.exec(specification) ?? [];
  const format =
    prefix === undefined
      ? await recognise(specification)
      : formats.find((candidate) => candidate.prefix === prefix);
  if (format === undefined) {
    throw new InputError(`unknown data format '${prefix ?? ''}' in ${specification}: write ${dataForms}`);
  }
  const place = path ?? specification;
  if (place === '')
    throw new InputError(`no path in '${specification}': write ${format.prefix}:${format.form}`);
  assertClassCount(options);
  return format.open(place, options);
}

async function recognise(path: string): Promise<DataFormat> {
  const fitting: DataFormat[] = [];
  for (const format of formats) {
    if (path !== '' && (await format.recognises(path))) fitting.push(format);
  }
  const [format, another] = fitting;
  if (format === undefined || another !== undefined) {
    if (path !== '') await listFolder(splitPair(path)[0]); // A path with nothing at it is said to be so.
    throw new InputError(`cannot tell the data format of '${path}': write ${dataForms}`);
  }
  return format;
}

function assertClassCount({ classCount }: DataOptions): void {
  if (classCount !== undefined && !(Number.isInteger(classCount) && classCount > 0)) {
    throw new InputError(`${String(classCount)} is not a number of classes: give a whole number above 0`);
  }
}
