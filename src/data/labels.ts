/** Labels as files hold them, checked and brought to 32-bit integers. */
import { InputError } from '../core/errors.ts';
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

/**
 * The labels of an array [n] or [n, 1] of whole numbers, of an integer or a floating type.
 *
 * @param exampleCount how many inputs they go with
 * @param classCount the greatest label + 1 when undefined
 * @throws InputError on another shape, another count, or a label that names no class
 */
export function labelsOf(
  array: NumericArray,
  source: string,
  exampleCount: number,
  classCount?: number,
): { labels: Int32Array; classCount: number } {
  const { dims, data } = array;
  if (dims.length !== 1 && !(dims.length === 2 && dims[1] === 1)) {
    throw new InputError(
      `${source} has the shape [${dims.join(', ')}]; labels are one whole number per example, shape [n]` +
        (dims.length === 2 ? ' (for one-hot rows store their argmax)' : ''),
    );
  }
  if (data.length !== exampleCount) {
    throw new InputError(
      `${source} holds ${String(data.length)} labels for ${String(exampleCount)} images: ` +
        'each image needs one label; check that both files belong together',
    );
  }
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  // Without a count of classes any number that a 32-bit label holds may name one.
  assertLabels(values, classCount ?? 2 ** 31, source);
  const labels = Int32Array.from(values);
  return { labels, classCount: classCount ?? labels.reduce((most, label) => Math.max(most, label), 0) + 1 };
}
