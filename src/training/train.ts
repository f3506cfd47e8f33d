/** The training loop: epochs of steps on an engine, the test error after each, from the start or from where it stopped. */
import { InputError } from '../core/errors.ts';
import { interruptionPoint } from '../core/interruption.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Engine } from '../engine/engine.ts';
import type { Weights } from '../models/architectures/layers.ts';
import { initialWeights } from './initialize.ts';
import { minibatchCount, minibatches } from './minibatches.ts';
import { countErrors, createPredictor, type Predictor } from './predictor.ts';
import { assertSchedule, learningRateAt } from './schedule.ts';
import { seedsOf, type TrainingSettings } from './settings.ts';
import { createTrainingStep, type TrainingArrays, type TrainingStep } from './step.ts';

/** What is known after an epoch. */
export interface EpochSummary {
  /** Counted from 0. */
  readonly epoch: number;
  /** That of the epoch's first step. */
  readonly learningRate: number;
  /** Mean over the epoch's steps, on the examples as augmented and mixed. */
  readonly trainingLoss: number;
  /** Fraction of the test examples whose most probable class is wrong. */
  readonly testError: number;
  /** Fraction whose label is not among the five most probable classes; absent with five classes or fewer. */
  readonly testTop5Error?: number;
}

export interface StepProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Counted from 1. */
  readonly step: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly loss: number;
  readonly examples: number;
}

/** All that training needs to go on after an epoch as if it had never stopped. */
export interface TrainingState {
  /** Of every epoch until now. */
  readonly summaries: readonly EpochSummary[];
  /** Updates made. */
  readonly updates: number;
  /** Weights, running statistics and the optimizer's arrays. */
  readonly arrays: TrainingArrays;
}

/** The end of an epoch. */
export interface EpochEnd {
  readonly summary: EpochSummary;
  readonly isBest: boolean;
  readonly state: TrainingState;
  /** [testIndices.length, classCount]. */
  readonly testLogits: Float32Array;
  /** The logits of other examples, in evaluation mode and without augmentation. */
  predict(dataset: Dataset, indices: Int32Array): Promise<Float32Array>;
}

export interface TrainingObserver {
  readonly onStep?: (progress: StepProgress) => void;
  /** Called after each epoch; awaited, so that a checkpoint is whole before the next step. */
  readonly onEpoch?: (end: EpochEnd) => void | Promise<void>;
  /** Once it is aborted, training ends before the next run of the network by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface TrainingData {
  readonly train: Dataset;
  /** Positions in `train`. */
  readonly trainIndices: Int32Array;
  readonly test: Dataset;
  readonly testIndices: Int32Array;
}

export interface TrainedNetwork {
  /** Weights and running statistics after the last epoch. */
  readonly last: Weights;
  /** The epoch of the lowest test error; of several, the first. */
  readonly bestEpoch: number;
  readonly epochs: readonly EpochSummary[];
}

const TOP_FIVE = 5;

/**
 * Trains a network. The best weights are those that `onEpoch` saw last with `isBest`.
 *
 * @param from where an earlier run with the same settings stopped; from the initial weights where absent
 * @throws InputError when the data do not fit the network, or when training diverges
 * @throws the reason of the observer's signal when it is aborted
 */
export async function train(
  settings: TrainingSettings,
  data: TrainingData,
  engine: Engine,
  observer: TrainingObserver = {},
  from?: TrainingState,
): Promise<TrainedNetwork> {
  assertTrainable(settings, data);
  const start = initialWeights(settings.network, seedsOf(settings).init);
  const step = await createTrainingStep(engine, settings, from?.arrays ?? start);
  let predictor: Predictor | undefined;
  let { summaries, updates, arrays }: TrainingState = from ?? { summaries: [], updates: 0, arrays: start };
  try {
    predictor = await createPredictor(engine, settings.network);
    for (let epoch = summaries.length; epoch < settings.epochs; epoch++) {
      const trainingLoss = await trainEpoch(step, settings, data, epoch, updates, observer);
      updates += stepsOf(data, settings);
      arrays = await step.arrays();
      const testLogits = await predictor.logits(arrays, data.test, data.testIndices, observer.signal);
      const summary: EpochSummary = {
        epoch,
        learningRate: rateAt(settings, data, epoch, 0),
        trainingLoss,
        ...testErrors(testLogits, data, epoch),
      };
      const isBest = summaries.every(({ testError }) => summary.testError < testError);
      summaries = [...summaries, summary];
      await observer.onEpoch?.({
        summary,
        isBest,
        state: { summaries, updates, arrays },
        testLogits,
        predict: (dataset, indices) =>
          (predictor as Predictor).logits(arrays, dataset, indices, observer.signal),
      });
    }
  } finally {
    await step.dispose();
    await predictor?.dispose();
  }
  const last = new Map([...start].map(([name, initial]) => [name, arrays.get(name) ?? initial]));
  return { last, bestEpoch: bestOf(summaries), epochs: summaries };
}

/** The epoch of the lowest test error; of several, the first. */
export function bestOf(summaries: readonly EpochSummary[]): number {
  const least = Math.min(...summaries.map(({ testError }) => testError));
  return summaries.findIndex(({ testError }) => testError === least);
}

/** @returns the mean loss of the epoch's steps, each weighted by its examples */
async function trainEpoch(
  trainingStep: TrainingStep,
  settings: TrainingSettings,
  data: TrainingData,
  epoch: number,
  updates: number,
  observer: TrainingObserver,
): Promise<number> {
  const steps = stepsOf(data, settings);
  let total = 0;
  let examples = 0;
  for await (const minibatch of minibatches(data.train, data.trainIndices, settings, epoch)) {
    await interruptionPoint(observer.signal);
    const { step, count } = minibatch;
    const learningRate = rateAt(settings, data, epoch, step);
    const loss = await trainingStep.run(minibatch, learningRate, updates + step + 1);
    if (!Number.isFinite(loss)) {
      throw new InputError(
        `the loss is ${String(loss)} at step ${String(step + 1)} of epoch ${String(epoch + 1)} with learning rate ${String(learningRate)}: training diverged; lower --lr, or warm up with --warmup-epochs`,
      );
    }
    total += loss * count;
    examples += count;
    observer.onStep?.({
      epoch,
      epochs: settings.epochs,
      step: step + 1,
      steps,
      learningRate,
      loss,
      examples: count,
    });
  }
  return total / examples;
}

function stepsOf({ trainIndices }: TrainingData, { batchSize }: TrainingSettings): number {
  return minibatchCount(trainIndices.length, batchSize);
}

function rateAt(settings: TrainingSettings, data: TrainingData, epoch: number, step: number): number {
  const { schedule, epochs } = settings;
  return learningRateAt(schedule, { epoch, epochs, step, steps: stepsOf(data, settings) });
}

function testErrors(
  logits: Float32Array,
  { test, testIndices }: TrainingData,
  epoch: number,
): Pick<EpochSummary, 'testError' | 'testTop5Error'> {
  // A finite loss may have been followed by an update that was not.
  if (!logits.every(Number.isFinite)) {
    throw new InputError(
      `the network's outputs are no longer finite after epoch ${String(epoch + 1)}: training diverged; lower --lr, or warm up with --warmup-epochs`,
    );
  }
  const labels = testIndices.map((index) => test.labels[index] ?? 0);
  const count = testIndices.length;
  return {
    testError: countErrors(logits, labels, 1) / count,
    ...(logits.length / count > TOP_FIVE
      ? { testTop5Error: countErrors(logits, labels, TOP_FIVE) / count }
      : {}),
  };
}

/**
 * Checks what can be checked before the first step.
 *
 * @throws InputError when the settings are out of their domain or the data do not fit the network
 */
export function assertTrainable(
  { network, epochs, batchSize, microbatchSize, schedule }: TrainingSettings,
  data: TrainingData,
): void {
  for (const dataset of [data.train, data.test]) {
    if (dataset.shape.join() !== network.inputShape.join()) {
      throw new InputError(
        `the ${dataset.split} images are [${dataset.shape.join(', ')}], the network takes [${network.inputShape.join(', ')}]`,
      );
    }
    if (dataset.classCount > network.classCount) {
      throw new InputError(
        `the ${dataset.split} data have ${String(dataset.classCount)} classes, the network ${String(network.classCount)}`,
      );
    }
  }
  if (!Number.isInteger(epochs) || epochs < 1)
    throw new InputError('train for one epoch or more: --epochs 1');
  if (!Number.isInteger(batchSize) || batchSize < 2) {
    throw new InputError('a minibatch needs two examples or more: --batch-size 2');
  }
  if (microbatchSize !== undefined && (!Number.isInteger(microbatchSize) || microbatchSize < 1)) {
    throw new InputError('a part of a minibatch needs one example or more: --microbatch 1');
  }
  if (data.trainIndices.length < 2) throw new InputError('training needs two examples or more');
  assertSchedule(schedule);
}
