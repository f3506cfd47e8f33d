/**
 * CIFAR-10 and CIFAR-100 (www.cs.toronto.edu/~kriz/cifar.html), in their binary layout: records of one label byte
 * (CIFAR-100: coarse, then fine) and 3072 bytes of a 32×32 image, channels first, which stay in their files; or in
 * their Python version, which is read into memory.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { openInputFile, readInputFile } from '../core/files.ts';
import { openPickledCifar, type PickledCifar } from './cifar-pickle.ts';
import { createDataset } from './create-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { fitChannels } from './fit-channels.ts';
import { listFolder, namesAt } from './folder.ts';
import { assertLabels } from './labels.ts';
import { type RecordFile, fileStorage } from './storage.ts';
import { byteRange, rangeText } from './value-range.ts';

const shape = [3, 32, 32];
const imageBytes = 3 * 32 * 32;

/** One way to read a record: how many label bytes it has and which of them counts. */
export interface CifarVariant {
  readonly name: string;
  readonly classCount: number;
  readonly labelBytes: number;
  readonly labelOffset: number;
  /** The files of each split; those of the Python version lack the ending. */
  readonly files: Readonly<Record<string, RegExp>>;
  /** The file beside them with one class name a line. */
  readonly classNames: string;
  /** What differs in the Python version. */
  readonly pickled: Pick<PickledCifar, 'labelKey' | 'meta'>;
}

const cifar100Files = { train: /^train(\.bin)?$/, test: /^test(\.bin)?$/ };

export const cifar10: CifarVariant = {
  name: 'cifar10',
  classCount: 10,
  labelBytes: 1,
  labelOffset: 0,
  files: { train: /^data_batch_\d+(\.bin)?$/, test: /^test_batch(\.bin)?$/ },
  classNames: 'batches.meta.txt',
  pickled: { labelKey: 'labels', meta: { file: 'batches.meta', key: 'label_names' } },
};

/** CIFAR-100 with its 100 fine classes. */
export const cifar100: CifarVariant = {
  name: 'cifar100',
  classCount: 100,
  labelBytes: 2,
  labelOffset: 1,
  files: cifar100Files,
  classNames: 'fine_label_names.txt',
  pickled: { labelKey: 'fine_labels', meta: { file: 'meta', key: 'fine_label_names' } },
};

/** CIFAR-100 with its 20 coarse classes. */
export const cifar100Coarse: CifarVariant = {
  name: 'cifar100-coarse',
  classCount: 20,
  labelBytes: 2,
  labelOffset: 0,
  files: cifar100Files,
  classNames: 'coarse_label_names.txt',
  pickled: { labelKey: 'coarse_labels', meta: { file: 'meta', key: 'coarse_label_names' } },
};

/**
 * Opens a folder of the variant's files, or one such file. Any number of batch files with any whole number of
 * records is read, in the order of their numbers.
 *
 * @throws InputError when files are missing, truncated, empty, or hold a label that names no class
 */
export async function openCifar(variant: CifarVariant, path: string, options: DataOptions): Promise<Dataset> {
  const { name, classCount, labelBytes } = variant;
  assertBytesChannelsFirst(variant, options);
  const paths = await filesOf(variant, path, options.split);
  if (paths.every((file) => isPickled(variant, file))) {
    return openPickledCifar({ ...variant.pickled, name, classCount }, paths, options);
  }
  const parts = await Promise.all(paths.map((file) => readLabels(variant, file)));
  const files: RecordFile[] = parts.map(({ labels }, index) => ({
    path: paths[index] ?? '',
    start: labelBytes,
    recordBytes: labelBytes + imageBytes,
    count: labels.length,
  }));
  const classNames = await readClassNames(variant, path);
  const content = {
    name,
    split: options.split,
    shape,
    classCount,
    ...(classNames === undefined ? {} : { classNames }),
    range: byteRange,
    settings: { range: rangeText(byteRange) },
    labels: Int32Array.from(parts.flatMap(({ labels }) => Array.from(labels))),
    storage: fileStorage(files, imageBytes),
  };
  return createDataset(fitChannels(content, options));
}

/** Whether a file is of the Python version; one of another name is taken for a binary one. */
function isPickled({ files }: CifarVariant, path: string): boolean {
  const name = basename(path);
  return !name.endsWith('.bin') && Object.values(files).some((pattern) => pattern.test(name));
}

/** Whether a path is a folder with the variant's files, or one of them. */
export async function isCifar(variant: CifarVariant, path: string): Promise<boolean> {
  const names = await namesAt(path);
  const data = names.filter((name) => Object.values(variant.files).some((pattern) => pattern.test(name)));
  // `train` and `test` are the names of many folders: those of the Python version come with a file of class names.
  return data.some((name) => !isPickled(variant, name) || names.includes(variant.pickled.meta.file));
}

function assertBytesChannelsFirst({ name }: CifarVariant, { layout, range, firstLabel }: DataOptions): void {
  if (firstLabel !== undefined && firstLabel !== 0) {
    throw new InputError(`the labels of ${name} begin at 0: leave --first-label out`);
  }
  if (layout === 'NHWC') throw new InputError(`${name} data are channels first: leave --layout out`);
  if (range !== undefined && (range.lower !== 0 || range.upper !== 255)) {
    throw new InputError(`${name} data are bytes from 0 to 255: leave --data-range out`);
  }
}

async function filesOf(variant: CifarVariant, path: string, split: string): Promise<string[]> {
  const pattern = Object.hasOwn(variant.files, split) ? variant.files[split] : undefined;
  if (pattern === undefined) {
    throw new InputError(`${variant.name} has no split '${split}': write --split train or --split test`);
  }
  const names = await listFolder(path);
  if (names === undefined) {
    const other = Object.entries(variant.files).find(
      ([name, files]) => name !== split && files.test(basename(path)),
    );
    if (other) throw new InputError(`${path} is the ${other[0]} split: write --split ${other[0]}`);
    return [path];
  }
  const number = (name: string) => Number(/\d+/.exec(name)?.[0] ?? 0);
  const all = names.filter((name) => pattern.test(name)).sort((a, b) => number(a) - number(b));
  // Where both versions lie in one folder, the binary one is read.
  const binary = all.filter((name) => !isPickled(variant, name));
  const found = binary.length > 0 ? binary : all;
  if (found.length === 0) {
    const wanted = pattern.source.replace(/[\\^$()?]/g, '').replace('d+', '1');
    throw new InputError(`${path} holds no ${split} data of ${variant.name}: there is no ${wanted} in it`);
  }
  return found.map((name) => join(path, name));
}

/** The labels of a file of records, read in slabs so that the images never fill the memory. */
async function readLabels(variant: CifarVariant, path: string): Promise<{ labels: Uint8Array }> {
  const file = await openInputFile(path, 'data file');
  try {
    return await readFrom(variant, path, file);
  } finally {
    await file.close();
  }
}

async function readFrom(
  variant: CifarVariant,
  path: string,
  file: Awaited<ReturnType<typeof openInputFile>>,
): Promise<{ labels: Uint8Array }> {
  const recordBytes = variant.labelBytes + imageBytes;
  const slab = Buffer.allocUnsafe(recordBytes * 512);
  const { size } = await file.stat();
  if (size === 0) throw new InputError(`${path} is empty: it holds no examples`);
  if (size % recordBytes !== 0) {
    throw new InputError(
      `${path} has ${String(size)} bytes, which is no whole number of ${String(recordBytes)}-byte records: ` +
        `it is truncated or not in the binary layout of ${variant.name}`,
    );
  }
  const labels = new Uint8Array(size / recordBytes);
  let record = 0;
  while (record < labels.length) {
    const wanted = Math.min(slab.length, (labels.length - record) * recordBytes);
    const { bytesRead } = await file.read(slab, 0, wanted, record * recordBytes);
    if (bytesRead < recordBytes) throw new InputError(`${path} became shorter while it was read: run again`);
    for (let start = 0; start + recordBytes <= bytesRead; start += recordBytes) {
      labels[record++] = slab[start + variant.labelOffset] ?? 0;
    }
  }
  assertLabels(labels, variant.classCount, path);
  return { labels };
}

async function readClassNames(variant: CifarVariant, path: string): Promise<readonly string[] | undefined> {
  const source = join(path, variant.classNames);
  if (!existsSync(source)) return undefined;
  const names = (await readInputFile(source, 'class names'))
    .toString()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (names.length !== variant.classCount) {
    throw new InputError(
      `${source} names ${String(names.length)} classes; ${variant.name} has ${String(variant.classCount)}`,
    );
  }
  return names;
}
