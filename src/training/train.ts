/** The training loop: epochs of steps on an engine, the test error after each, the best and the last weights. */
import { InputError } from '../core/errors.ts';
import { interruptionPoint } from '../core/interruption.ts';
import type { Dataset } from '../data/dataset.ts';
import type { CompiledGraph, Engine } from '../engine/engine.ts';
import { float32 } from '../graph/tensor.ts';
import type { Tensor } from '../graph/types.ts';
import type { Weights } from '../models/architectures/layers.ts';
import { initialWeights } from './initialize.ts';
import { minibatchCount, minibatches, type Minibatch } from './minibatches.ts';
import { learningRateAt } from './schedule.ts';
import type { TrainingSettings } from './settings.ts';
import { createErrorMeasure } from './test-error.ts';
import { createTrainingGraph, STEP } from './training-graph.ts';

/** What is known after an epoch. */
export interface EpochSummary {
  /** Counted from 0. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Mean over the epoch's steps, on the examples as augmented and mixed. */
  readonly trainingLoss: number;
  /** Fraction of the test examples whose most probable class is wrong. */
  readonly testError: number;
}

export interface StepProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Counted from 1. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly examples: number;
}

export interface TrainingObserver {
  readonly onStep?: (progress: StepProgress) => void;
  /** Called with the weights after each epoch; awaited, so that a checkpoint is whole before the next step. */
  readonly onEpoch?: (summary: EpochSummary, weights: Weights, isBest: boolean) => void | Promise<void>;
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
  readonly last: Weights;
  /** The weights after the epoch of the lowest test error; of several, the first. */
  readonly best: Weights;
  readonly bestEpoch: number;
  readonly epochs: readonly EpochSummary[];
}

/**
 * Trains a network from its initial weights.
 *
 * @throws InputError when the data do not fit the network, or when the loss is no longer finite
 * @throws the reason of the observer's signal when it is aborted
 */
export async function train(
  settings: TrainingSettings,
  data: TrainingData,
  engine: Engine,
  observer: TrainingObserver = {},
): Promise<TrainedNetwork> {
  assertFits(settings, data);
  const start = initialWeights(settings.network, settings.seed);
  const { graph, state } = createTrainingGraph(settings.network, settings.sgd, start);
  const step = await engine.compile(graph, { state });
  const measure = await createErrorMeasure(engine, settings.network, data.test, data.testIndices);
  const summaries: EpochSummary[] = [];
  let best: { weights: Weights; epoch: number; error: number } | undefined;
  let last: Weights = start;
  try {
    for (let epoch = 0; epoch < settings.epochs; epoch++) {
      const learningRate = learningRateAt(settings.schedule, epoch);
      const trainingLoss = await trainEpoch(step, settings, data, epoch, observer);
      last = weightsOf(await step.readState(), start);
      const testError = await measure.error(last, observer.signal);
      const summary = { epoch, learningRate, trainingLoss, testError };
      summaries.push(summary);
      const isBest = best === undefined || testError < best.error;
      if (isBest) best = { weights: last, epoch, error: testError };
      await observer.onEpoch?.(summary, last, isBest);
    }
  } finally {
    await step.dispose();
    await measure.dispose();
  }
  return { last, best: best?.weights ?? start, bestEpoch: best?.epoch ?? -1, epochs: summaries };
}

/** @returns the mean loss of the epoch's steps, each weighted by its examples */
async function trainEpoch(
  compiled: CompiledGraph,
  settings: TrainingSettings,
  data: TrainingData,
  epoch: number,
  observer: TrainingObserver,
): Promise<number> {
  const steps = minibatchCount(data.trainIndices.length, settings.batchSize);
  const learningRate = learningRateAt(settings.schedule, epoch);
  let total = 0;
  let examples = 0;
  let step = 0;
  for await (const minibatch of minibatches(data.train, data.trainIndices, settings, epoch)) {
    await interruptionPoint(observer.signal);
    const loss = await runStep(compiled, minibatch, settings, learningRate);
    step++;
    if (!Number.isFinite(loss)) {
      throw new InputError(
        `the loss is ${String(loss)} at step ${String(step)} of epoch ${String(epoch + 1)} with learning rate ${String(learningRate)}: training diverged; lower --lr`,
      );
    }
    total += loss * minibatch.count;
    examples += minibatch.count;
    observer.onStep?.({ epoch, epochs: settings.epochs, step, steps, loss, examples: minibatch.count });
  }
  return total / examples;
}

/** @returns the minibatch's mean loss before the step */
async function runStep(
  compiled: CompiledGraph,
  { images, targets, count }: Minibatch,
  { network }: TrainingSettings,
  learningRate: number,
): Promise<number> {
  const outputs = await compiled.run({
    [STEP.images]: float32([count, ...network.inputShape], images),
    [STEP.targets]: float32([count, network.classCount], targets),
    [STEP.learningRate]: float32([], [learningRate]),
  });
  return Number(outputs[STEP.loss]?.data[0]);
}

/** The weights and running statistics among the state, in the order in which training started with them. */
function weightsOf(state: Readonly<Record<string, Tensor>>, start: Weights): Weights {
  return new Map([...start].map(([name, initial]) => [name, state[name] ?? initial]));
}

function assertFits({ network, epochs, batchSize }: TrainingSettings, data: TrainingData): void {
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
  if (data.trainIndices.length < 2) throw new InputError('training needs two examples or more');
}
