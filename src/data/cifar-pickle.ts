/**
 * CIFAR-10 and CIFAR-100 in their Python version: pickled dictionaries of `data` [n, 3072], one image a row, channels
 * first, and lists of labels.
 */
import { basename, dirname, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { createDataset } from './create-dataset.ts';
import type { DataOptions, Dataset } from './dataset.ts';
import { fitChannels } from './fit-channels.ts';
import { listFolder } from './folder.ts';
import { assertLabels } from './labels.ts';
import { elementsOf } from './numeric-array.ts';
import { readPickle } from './pickle/read.ts';
import { NumpyArray, type PickleValue, textOf } from './pickle/values.ts';
import { memoryStorage } from './storage.ts';
import { byteRange, rangeText } from './value-range.ts';

const shape = [3, 32, 32];
const imageBytes = 3 * 32 * 32;

/** The keys of a variant's dictionaries. */
export interface PickledCifar {
  readonly name: string;
  readonly classCount: number;
  /** The key of the labels. */
  readonly labelKey: string;
  /** The file of class names beside the data, and their key in it. */
  readonly meta: { readonly file: string; readonly key: string };
}

/**
 * Reads pickled batches, in the given order, into memory.
 *
 * @param paths at least one
 * @throws InputError when a file is missing, truncated, no pickle of plain data, or not a batch of the variant
 */
export async function openPickledCifar(
  variant: PickledCifar,
  paths: readonly string[],
  options: DataOptions,
): Promise<Dataset> {
  const batches = [];
  for (const path of paths) batches.push(await readBatch(variant, path));
  const images = new Uint8Array(batches.reduce((total, { data }) => total + data.length, 0));
  let position = 0;
  for (const { data } of batches) {
    images.set(data, position);
    position += data.length;
  }
  const classNames = await readClassNames(variant, dirname(paths[0] ?? ''));
  const content = {
    name: variant.name,
    split: options.split,
    shape,
    classCount: variant.classCount,
    ...(classNames === undefined ? {} : { classNames }),
    range: byteRange,
    settings: { range: rangeText(byteRange) },
    labels: Int32Array.from(batches.flatMap(({ labels }) => labels)),
    storage: memoryStorage(images, imageBytes),
  };
  return createDataset(fitChannels(content, options));
}

async function readBatch(
  { classCount, labelKey }: PickledCifar,
  path: string,
): Promise<{ data: Uint8Array; labels: number[] }> {
  const batch = await readDictionary(path);
  const [array, labels] = ['data', labelKey].map((key) => valueOf(batch, key, path));
  if (
    !(array instanceof NumpyArray) ||
    array.elementType !== 'uint8' ||
    array.dims[1] !== imageBytes ||
    array.dims.length !== 2
  ) {
    const found =
      array instanceof NumpyArray ? `${array.elementType} [${array.dims.join(', ')}]` : 'no array';
    throw new InputError(`${path}: 'data' is ${found}; it must be uint8 [n, ${String(imageBytes)}]`);
  }
  const numbers = numbersOf(labels);
  const [count = 0] = array.dims;
  if (numbers?.length !== count) {
    throw new InputError(
      `${path}: '${labelKey}' is ${numbers === undefined ? 'no list of numbers' : `a list of ${String(numbers.length)}`}; ` +
        `there are ${String(count)} images, each with one label`,
    );
  }
  if (count === 0) throw new InputError(`${path} is empty: it holds no examples`);
  assertLabels(numbers, classCount, path);
  return { data: rowMajor(array), labels: numbers };
}

function numbersOf(value: PickleValue | undefined): number[] | undefined {
  if (value instanceof NumpyArray) {
    return Array.from(
      elementsOf(value.bytes, value.elementType, value.order) as ArrayLike<number | bigint>,
      Number,
    );
  }
  if (!Array.isArray(value)) return undefined;
  return value.every((item): item is number => typeof item === 'number') ? value : undefined;
}

/** The bytes image by image, also where the first axis varies fastest. */
function rowMajor({ bytes, dims, columnMajor }: NumpyArray): Uint8Array {
  if (!columnMajor) return bytes;
  const [count = 0] = dims;
  const output = new Uint8Array(bytes.length);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < imageBytes; column++) {
      output[row * imageBytes + column] = bytes[column * count + row] ?? 0;
    }
  }
  return output;
}

async function readClassNames(
  { name, classCount, meta }: PickledCifar,
  folder: string,
): Promise<readonly string[] | undefined> {
  const path = join(folder, meta.file);
  if ((await listFolder(folder))?.includes(basename(path)) !== true) return undefined;
  const names = valueOf(await readDictionary(path), meta.key, path);
  const listed = Array.isArray(names) ? names : [];
  // Counted before it is read: a list may hold one long text many times over.
  const texts = listed.length === classCount ? listed.map((value) => textOf(value)) : [];
  const known = texts.filter((text) => text !== undefined);
  if (known.length !== classCount) {
    throw new InputError(
      `${path} names ${String(listed.length)} classes; ${name} has ${String(classCount)}, named by texts`,
    );
  }
  return known;
}

async function readDictionary(path: string): Promise<Map<string, PickleValue>> {
  const value = readPickle(await readInputFile(path, 'data file'), path);
  if (!(value instanceof Map))
    throw new InputError(`${path} is no pickled dictionary, as CIFAR's Python version has`);
  return value;
}

function valueOf(dictionary: ReadonlyMap<string, PickleValue>, key: string, path: string): PickleValue {
  const value = dictionary.get(key);
  if (value === undefined) {
    throw new InputError(`${path} has no '${key}', only ${[...dictionary.keys()].slice(0, 20).join(', ')}`);
  }
  return value;
}
