/** Labels as files hold them, checked and brought to 32-bit integers from 0 on. */
import { InputError } from '../core/errors.ts';
import type { DataOptions, DataSettings } from './dataset.ts';
import type { NumericArray } from './numeric-array.ts';

/**
 * Refuses labels outside 0 … classCount−1.
 *
 * @param source names the file in the message
 * @param first the index, in the file, of the first label given
 */
export function assertLabels(labels: ArrayLike<number>, classCount: number, source: string, first = 0): void {
  for (let position = 0; position < labels.length; position++) {
    const label = labels[position] ?? NaN;
    if (!(label >= 0 && label < classCount && Number.isInteger(label))) {
      throw new InputError(
        `${source}: example ${String(first + position)} has the label ${String(label)}; ` +
          `with ${String(classCount)} classes a label is a whole number from 0 to ${String(classCount - 1)}`,
      );
    }
  }
}

export interface Labels {
  readonly labels: Int32Array;
  readonly classCount: number;
  readonly notes: readonly string[];
  readonly settings: DataSettings;
}

export type LabelOptions = Pick<DataOptions, 'classCount' | 'firstLabel'>;

/**
 * The labels of an array [n] or [n, 1] of whole numbers, of an integer or a floating type, or of one-hot rows.
 *
 * @param exampleCount how many inputs they go with
 * @throws InputError on another shape, another count, or a label that names no class
 */
export function labelsOf(
  array: NumericArray,
  source: string,
  exampleCount: number,
  options: LabelOptions,
): Labels {
  const { dims, data } = array;
  const [rows = 0, columns = 1] = dims;
  if (dims.length !== 1 && !(dims.length === 2 && columns > 0)) {
    throw new InputError(
      `${source} has the shape [${dims.join(', ')}]; labels are one whole number per example, shape [n], or one-hot rows`,
    );
  }
  if (rows !== exampleCount) {
    throw new InputError(
      `${source} holds ${String(rows)} labels for ${String(exampleCount)} images: ` +
        'each image needs one label; check that both files belong together',
    );
  }
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  if (columns === 1) return numberedLabels(values, source, options);
  return oneHotLabels(values, rows, columns, source, options);
}

/** Rows of one 1 among zeros, whose place is the class. */
function oneHotLabels(
  values: readonly number[],
  rows: number,
  columns: number,
  source: string,
  { classCount = columns, firstLabel }: LabelOptions,
): Labels {
  if (firstLabel !== undefined) {
    throw new InputError(`${source} holds one-hot rows, whose classes begin at 0: leave --first-label out`);
  }
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const cells = values.slice(row * columns, (row + 1) * columns);
    const place = cells.indexOf(1);
    if (place < 0 || cells.some((cell, column) => column !== place && cell !== 0)) {
      throw new InputError(
        `${source} has the shape [${String(rows)}, ${String(columns)}]; labels are one whole number per example, shape ` +
          `[n], or one-hot rows, and row ${String(row)} is not one 1 among zeros: store the argmax of the rows`,
      );
    }
    labels[row] = place;
  }
  if (columns > classCount) {
    throw new InputError(
      `${source} holds one-hot rows of ${String(columns)} classes, the model has ${String(classCount)}: ` +
        'take data and a model of the same classes',
    );
  }
  const note = `${source}: one-hot rows of ${String(columns)} columns were read as class numbers`;
  return { labels, classCount, notes: [note], settings: {} };
}

/**
 * Labels given as numbers: shifted so that the first class is 0, and checked.
 *
 * @param values whole numbers, if the file is right
 * @throws InputError when a label names no class, also where all do but for beginning at 1
 */
export function numberedLabels(
  values: readonly number[],
  source: string,
  { classCount, firstLabel }: LabelOptions,
): Labels {
  if (firstLabel !== undefined && !Number.isSafeInteger(firstLabel)) {
    throw new InputError(`--first-label ${String(firstLabel)} is no label: write a whole number such as 1`);
  }
  if (firstLabel === undefined) assertFromZero(values, source, classCount);
  const first = firstLabel ?? 0;
  const shifted = first === 0 ? values : shift(values, first, source);
  // Without a count of classes any number that a 32-bit label holds may name one.
  assertLabels(shifted, classCount ?? 2 ** 31, source);
  const labels = Int32Array.from(shifted);
  const count = classCount ?? labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  return {
    labels,
    classCount: count,
    notes: emptyNotes(labels, count, source, { classCount, firstLabel }),
    settings: firstLabel === undefined ? {} : { firstLabel },
  };
}

function shift(values: readonly number[], first: number, source: string): number[] {
  const below = values.findIndex((value) => value < first);
  if (below >= 0) {
    throw new InputError(
      `${source}: example ${String(below)} has the label ${String(values[below])}, below --first-label ${String(first)}: correct it`,
    );
  }
  return values.map((value) => value - first);
}

/** Labels 1 … K of K classes are those of files that count from 1. */
function assertFromZero(values: readonly number[], source: string, classCount: number | undefined): void {
  if (classCount === undefined || values.length === 0) return;
  const { least, greatest } = extremes(values);
  if (least >= 1 && greatest === classCount) {
    throw new InputError(
      `${source}: example ${String(values.indexOf(greatest))} has the label ${String(greatest)}; ` +
        `with ${String(classCount)} classes a label is a whole number from 0 to ${String(classCount - 1)}, and no label ` +
        'is 0: they seem to begin at 1; write --first-label 1 to make label 1 class 0',
    );
  }
}

function extremes(values: readonly number[]): { least: number; greatest: number } {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { least, greatest };
}

/** Labels so many for each class that one without any is no accident. */
const perClass = 5;

/** At most this many empty classes are named. */
const named = 5;

/** Says which classes no example has, where that may be a mistake. */
function emptyNotes(
  labels: Int32Array,
  count: number,
  source: string,
  { classCount, firstLabel }: LabelOptions,
): readonly string[] {
  const present = new Set(labels);
  const isComplete = classCount === undefined || labels.length >= perClass * count;
  if (present.size === count || present.size === 0 || !isComplete) return [];
  if (!present.has(0) && firstLabel === undefined) {
    return [`no label of ${source} is 0: class 0 is empty; if labels begin at 1, write --first-label 1`];
  }
  // A count that was declared may well have more classes than these data.
  if (classCount !== undefined) return [];
  const empty: number[] = [];
  for (let label = 0; label < count && empty.length <= named; label++)
    if (!present.has(label)) empty.push(label);
  const shown = empty.slice(0, named).join(', ') + (empty.length > named ? ' …' : '');
  return [
    `${String(count - present.size)} of the ${String(count)} classes of ${source} are empty, no label being ${shown}`,
  ];
}
