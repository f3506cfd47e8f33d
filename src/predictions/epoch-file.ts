/** The bytes of one epoch's predictions: a .npz file with one array of the training and one of the test examples. */
import { InputError } from '../core/errors.ts';
import type { NpyArray } from '../data/npy.ts';
import { decodeNpz, encodeNpz, namesInNpz } from '../data/npz.ts';
import { logitsOfProbabilities, looksLikeProbabilities } from './probabilities.ts';
import type { EpochPredictions } from './predictions.ts';

/** The bytes of a file with the arrays `train_logits` and `test_logits` in float32; the same arrays, the same bytes. */
export function encodeEpoch({
  train,
  test,
  trainCount,
  testCount,
  classCount,
}: EpochPredictions): Promise<Uint8Array> {
  return encodeNpz({
    train_logits: { dims: [trainCount, classCount], dataType: 'float32', data: train },
    test_logits: { dims: [testCount, classCount], dataType: 'float32', data: test },
  });
}

/**
 * Reads the arrays `train_logits` and `test_logits`, or, where one is not there, `train_probabilities` or
 * `test_probabilities`; float32 or float64, rounded to float32. The logits of probabilities are their logarithms.
 *
 * @param source names the file in messages
 * @throws InputError when the file is damaged, an array is missing, no [examples, classes] of floating-point numbers,
 *   or holds what is not finite, or when the two arrays have different numbers of classes
 */
export function decodeEpoch(bytes: Uint8Array, source: string): EpochPredictions {
  const present = new Set(namesInNpz(bytes, source));
  const train = readSet(bytes, source, present, 'train');
  const test = readSet(bytes, source, present, 'test');
  if (train.classCount !== test.classCount) {
    throw new InputError(
      `${source}: its training examples have ${String(train.classCount)} classes and its test examples ` +
        `${String(test.classCount)}: save both with the same columns`,
    );
  }
  return {
    train: train.logits,
    test: test.logits,
    trainCount: train.count,
    testCount: test.count,
    classCount: train.classCount,
  };
}

interface SetPredictions {
  readonly logits: Float32Array;
  readonly count: number;
  readonly classCount: number;
}

function readSet(
  bytes: Uint8Array,
  source: string,
  present: ReadonlySet<string>,
  set: 'train' | 'test',
): SetPredictions {
  const logitsName = `${set}_logits`;
  const probabilitiesName = `${set}_probabilities`;
  const name = present.has(logitsName) ? logitsName : probabilitiesName;
  if (!present.has(name)) {
    throw new InputError(
      `${source} holds neither ${logitsName} nor ${probabilitiesName}: save one of them, [examples, classes]`,
    );
  }
  const array = decodeNpz(bytes, source, [name])[name];
  if (array === undefined) throw new RangeError(`${name} was not decoded`);
  const what = `${name} in ${source}`;
  const { values, count, classCount } = matrixOf(array, what);
  if (name === probabilitiesName) {
    return { logits: logitsOfProbabilities(values, classCount, what), count, classCount };
  }
  if (looksLikeProbabilities(values, classCount)) {
    throw new InputError(
      `${what}: every row is a probability distribution: name the array ${probabilitiesName}, or save what goes into softmax`,
    );
  }
  return { logits: values, count, classCount };
}

function matrixOf(
  { dims, dataType, data }: NpyArray,
  what: string,
): { values: Float32Array; count: number; classCount: number } {
  const [count = 0, classCount = 0] = dims;
  if (dims.length !== 2 || count < 1 || classCount < 2) {
    throw new InputError(
      `${what} has the shape [${dims.join(', ')}]: it must be [examples, classes], at least 1 by 2`,
    );
  }
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new InputError(`${what} holds ${dataType}: save it as float32 or float64`);
  }
  const values = data instanceof Float32Array ? data : Float32Array.from(data);
  assertFinite(values, data, classCount, what);
  return { values, count, classCount };
}

/**
 * @param values as they will be used
 * @param given as they were given, shown in the message
 * @throws InputError when a value is not finite
 */
export function assertFinite(
  values: Float32Array,
  given: ArrayLike<number>,
  classCount: number,
  what: string,
): void {
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return;
  throw new InputError(
    `${what}: example ${String(Math.floor(place / classCount))}, class ${String(place % classCount)} is ` +
      `${String(given[place])}, not a finite float32 number: the training has diverged or the file is damaged`,
  );
}
