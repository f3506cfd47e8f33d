/**
 * Image sets in Parquet as Hugging Face stores them: shards such as train-00000-of-00002.parquet, or a folder per
 * split, with a column of encoded images and one of labels.
 */
import { basename, dirname, join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import type { DataOptions, Dataset } from '../dataset.ts';
import { createImageDataset } from '../images/image-dataset.ts';
import type { ImageList } from '../images/image-list.ts';
import { listTree } from '../images/listing.ts';
import { alternativesOf, splitOf } from '../images/splits.ts';
import { numberedLabels } from '../labels.ts';
import { openParquetFile, type ParquetFile, readColumn } from './file.ts';
import { imageColumnsOf, type ImageColumns } from './schema.ts';

/**
 * Opens a Parquet file, or the shards of a split in a folder, in the order of their names. Labels are read, images
 * stay in their files.
 *
 * @throws InputError when files are missing or damaged, have no column of images or labels, or a label names no class
 */
export async function openParquet(path: string, options: DataOptions): Promise<Dataset> {
  const { shards, notes } = await shardsOf(path, options.split);
  const parts: Part[] = [];
  for (const shard of shards) parts.push(await readPart(shard, options));
  const classNames = parts[0]?.classNames;
  const other = parts.find((part) => part.classNames?.join() !== classNames?.join());
  if (other !== undefined)
    throw new InputError(`${other.file.path} names other classes than the first shard`);
  const [first] = parts;
  const values = parts.flatMap((part) => part.values);
  if (first === undefined || values.length === 0) throw new InputError(`${path} holds no examples`);
  const moved = parts.find((part) => part.label !== first.label || part.image !== first.image);
  if (moved !== undefined) {
    throw new InputError(`${moved.file.path} has its images or labels in other columns than the first shard`);
  }
  const { classCount, labels, ...numbered } = numberedLabels(
    values,
    `the column '${first.label}' of ${path}`,
    {
      classCount: classNames?.length ?? options.classCount,
      firstLabel: options.firstLabel,
    },
  );
  return createImageDataset(
    {
      format: 'parquet',
      place: path,
      labels,
      classCount,
      ...(classNames === undefined ? {} : { classNames }),
      notes: [...notes, ...first.notes, ...numbered.notes],
      settings: { ...first.settings, ...numbered.settings },
      ...locate(parts),
    },
    options,
  );
}

interface Part extends ImageColumns {
  readonly file: ParquetFile;
  /** The labels as they are stored. */
  readonly values: readonly number[];
}

async function readPart(path: string, options: DataOptions): Promise<Part> {
  const file = await openParquetFile(path);
  const columns = imageColumnsOf(file, options);
  const cells = await readColumn(file, columns.label, 0, Number(file.metadata.num_rows));
  const values = cells.map((cell) =>
    typeof cell === 'bigint' || typeof cell === 'number' || typeof cell === 'boolean' ? Number(cell) : NaN,
  );
  const source = `the column '${columns.label}' of ${path}`;
  const odd = values.findIndex(Number.isNaN);
  if (odd >= 0) {
    throw new InputError(
      `${source}: row ${String(odd)} holds no number: labels are class numbers; choose another with --label-column`,
    );
  }
  if (values.length > 0 && values.every((label) => label === -1)) {
    throw new InputError(`${path} has no labels, all are −1: choose another split`);
  }
  return { ...columns, file, values };
}

/** Where each example's image lies: the row groups of all shards, counted through. */
function locate(parts: readonly Part[]): Pick<ImageList, 'source' | 'name' | 'title'> {
  const groups: { path: string; column: string; first: number; start: number; end: number }[] = [];
  let first = 0;
  for (const { file, image: column } of parts) {
    let start = 0;
    for (const { num_rows: rows } of file.metadata.row_groups) {
      const end = start + Number(rows);
      groups.push({ path: file.path, column, first, start, end });
      first += Number(rows);
      start = end;
    }
  }
  const groupOf = (index: number) => {
    let [low, high] = [0, groups.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((groups[middle]?.first ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    const group = groups[low];
    if (group === undefined) throw new RangeError(`there is no example ${String(index)}`);
    return { group, row: index - group.first };
  };
  return {
    source: (index) => {
      const { group, row } = groupOf(index);
      const { path, column, start, end } = group;
      return { kind: 'parquet', path, column, group: { start, end }, row };
    },
    name: () => '',
    title: (index) => {
      const { group, row } = groupOf(index);
      return `row ${String(group.start + row)} of ${group.path}`;
    },
  };
}

interface Shards {
  readonly shards: readonly string[];
  readonly notes: readonly string[];
}

async function shardsOf(path: string, split: string): Promise<Shards> {
  const tree = await listTree(path);
  if (tree === undefined) {
    const named = splitOf(basename(path));
    if (named !== undefined && !alternativesOf(split).includes(named)) {
      throw new InputError(`${path} is the ${named} split: write --split ${named}`);
    }
    return { shards: [path], notes: named === undefined ? [takenForSplit(path, split)] : [] };
  }
  const files = tree.files.filter((file) => file.toLowerCase().endsWith('.parquet'));
  if (files.length === 0) throw new InputError(`${path} holds no .parquet file`);
  // The name of the file tells the split, else that of its folder.
  const namedBy = (file: string): string | undefined =>
    splitOf(basename(file)) ?? splitOf(basename(dirname(file)));
  for (const name of alternativesOf(split)) {
    const found = files.filter((file) => namedBy(file) === name).sort();
    if (found.length > 0) {
      assertComplete(path, found);
      return { shards: found.map((file) => join(path, file)), notes: [] };
    }
  }
  const others = [...new Set(files.map(namedBy).filter((name) => name !== undefined))];
  if (others.length > 0) {
    throw new InputError(
      `${path} holds no ${split} data, only ${others.join(', ')}: write --split ${others[0] ?? ''}`,
    );
  }
  return { shards: files.sort().map((file) => join(path, file)), notes: [takenForSplit(path, split)] };
}

const takenForSplit = (path: string, split: string): string =>
  `${path} does not say which split it is; all of it is taken as ${split} data`;

/** Shards that count themselves, as in train-00000-of-00002, must all be there. */
function assertComplete(folder: string, files: readonly string[]): void {
  const [first = ''] = files;
  const promised = Number(/-of-(\d+)\.parquet$/i.exec(first)?.[1] ?? files.length);
  if (promised !== files.length) {
    throw new InputError(
      `${folder} holds ${String(files.length)} of the ${String(promised)} shards that ${first} promises: ` +
        'fetch the missing ones, or name one file',
    );
  }
}
