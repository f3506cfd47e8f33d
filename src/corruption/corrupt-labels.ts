/**
 * Gives labels at random. Each example draws from a stream of its own, first its key in [0, 1), then the label it
 * gets if it is masked; an example is masked where its key is below the rate. So what happens to an example depends
 * on the seed, its position and its true label alone: not on order, subset or number of the others. And a greater rate
 * masks what a smaller one does and more, with the same labels.
 */
import { interruptionPoint } from '../core/interruption.ts';
import { randomStream } from '../core/random.ts';
import { assertLabels } from '../data/labels.ts';
import { labelNoise } from './label-noise.ts';
import { type CorruptionOptions, type CorruptionSettings, corruptionSettings } from './settings.ts';

/** Labels as they were given, and which of them were up for change. */
export interface Corruption {
  readonly settings: CorruptionSettings;
  /** [n]: the label that each example is given. */
  readonly labels: Int32Array;
  /** [n]: 1 where the example is masked, which means that its label was drawn, else 0. */
  readonly masked: Uint8Array;
  readonly maskedCount: number;
  /** How many given labels differ from the true ones: a part of the masked, since `uniform` can draw the true class. */
  readonly changedCount: number;
}

/** How to follow and to stop long work: opening a stream takes some 15 µs an example, 20 seconds for ImageNet. */
export interface CorruptionControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((completed: number, total: number) => void) | undefined;
}

/** Examples between two points of interruption, some tens of milliseconds. */
const stride = 2048;

/**
 * Corrupts the labels of a data set, position by position.
 *
 * @param labels [n], the true labels, each in 0 … classCount−1; left as they are
 * @throws InputError on options that contradict themselves, a label that names no class
 * @throws the signal's reason when it is aborted
 */
export async function corruptLabels(
  labels: Int32Array,
  classCount: number,
  options: CorruptionOptions,
  { signal, onProgress }: CorruptionControl = {},
): Promise<Corruption> {
  const settings = corruptionSettings(options, classCount);
  assertLabels(labels, classCount, 'the labels to corrupt');
  const noise = labelNoise(settings, classCount);
  const keys = new Float64Array(labels.length);
  const drawn = new Int32Array(labels.length);
  for (const [index, label] of labels.entries()) {
    if (index % stride === 0) {
      await interruptionPoint(signal);
      onProgress?.(index, labels.length);
    }
    const stream = randomStream(settings.seed, 'corruption', index);
    keys[index] = stream.uniform();
    drawn[index] = noise.draw(label, stream);
  }
  const masked = settings.exact
    ? smallest(keys, Math.round((settings.rate ?? 0) * labels.length))
    : Uint8Array.from(labels, (label, index) => ((keys[index] ?? 1) < noise.rateOf(label) ? 1 : 0));
  const given = Int32Array.from(labels, (label, index) =>
    masked[index] === 1 ? (drawn[index] ?? 0) : label,
  );
  return {
    settings,
    labels: given,
    masked,
    maskedCount: masked.reduce((count, bit) => count + bit, 0),
    changedCount: countChanged(labels, given),
  };
}

/** How many labels of the one differ from those of the other. */
export function countChanged(labels: Int32Array, given: Int32Array): number {
  return labels.reduce((count, label, index) => count + (label === given[index] ? 0 : 1), 0);
}

/** Marks the `count` smallest keys; of equal ones those that come first. */
function smallest(keys: Float64Array, count: number): Uint8Array {
  const order = Uint32Array.from(keys, (_, index) => index);
  order.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  const marks = new Uint8Array(keys.length);
  for (const index of order.subarray(0, count)) marks[index] = 1;
  return marks;
}
