/**
 * A training run in a folder: checkpoints, metrics and state after every epoch, so that it can be watched while it
 * trains and goes on, bit for bit, where it was stopped.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type FolderLock, lockFolder } from '../core/folder-lock.ts';
import type { Engine } from '../engine/engine.ts';
import { settleWeights } from '../models/card/pending-weights.ts';
import { type CheckpointFacts, saveCheckpoint } from './checkpoint.ts';
import { openMetrics } from './metrics/index.ts';
import type { TrainingSettings } from './settings.ts';
import {
  readTrainingState,
  removeTrainingState,
  type RunConfiguration,
  writeTrainingState,
} from './state-file.ts';
import {
  assertTrainable,
  train,
  type TrainedNetwork,
  type TrainingData,
  type TrainingObserver,
} from './train.ts';

export interface TrainingRun {
  /** Where everything is written. */
  readonly folder: string;
  readonly settings: TrainingSettings;
  readonly data: TrainingData;
  readonly engine: Engine;
  /** What the model cards say besides the settings. */
  readonly facts: CheckpointFacts;
  /** Whether a run that was stopped in this folder goes on; it starts from the beginning where there is none. */
  readonly resume: boolean;
  /** Whether the metrics are written in TensorBoard's format too. */
  readonly tensorboard: boolean;
  /** The lock of the folder, where the caller holds it; it is taken and given back where absent. */
  readonly lock?: FolderLock;
}

export interface RunObserver extends TrainingObserver {
  /** Called once, before the first step, with the number of epochs that an earlier run had finished. */
  readonly onStart?: (finishedEpochs: number) => void;
  /** Called once all of an epoch is written, with the number of epochs that a later run can go on from. */
  readonly onSaved?: (finishedEpochs: number) => void;
}

/** In the order in which they are written. */
const CHECKPOINTS = ['best', 'last'] as const;

/**
 * Trains in a folder, alone: its lock is held meanwhile. After each epoch these are written, in this order: what the observer's `onEpoch` writes,
 * `best.onnx` and `best.json` where the test error is the lowest until then, `last.onnx` and `last.json`, the metrics,
 * and the state. Each file is replaced whole.
 *
 * @throws InputError when another process trains in the folder, training diverges, a file cannot be written, or the run to go on with was another one
 * @throws the reason of the observer's signal when it is aborted
 */
export async function runTraining(run: TrainingRun, observer: RunObserver = {}): Promise<TrainedNetwork> {
  // What is refused must not cost an earlier run in the folder its state.
  assertTrainable(run.settings, run.data);
  const lock = run.lock === undefined ? await lockFolder(run.folder) : undefined;
  try {
    return await runLocked(run, observer);
  } finally {
    await lock?.release();
  }
}

async function runLocked(run: TrainingRun, observer: RunObserver): Promise<TrainedNetwork> {
  const { folder, settings, data, engine, facts } = run;
  for (const file of CHECKPOINTS) await settleWeights(join(folder, `${file}.json`));
  const configuration = await configurationOf(run);
  const from = run.resume ? await readTrainingState(folder, configuration) : undefined;
  if (from === undefined) await removeTrainingState(folder);
  const finished = from?.summaries.length ?? 0;
  const metrics = await openMetrics(folder, { finishedEpochs: finished, tensorboard: run.tensorboard });
  observer.onStart?.(finished);
  let started = performance.now();
  let examples = 0;
  const recording: TrainingObserver = {
    ...observer,
    onStep: (progress) => {
      examples += progress.examples;
      metrics.step({
        update: progress.epoch * progress.steps + progress.step,
        learningRate: progress.learningRate,
        trainingLoss: progress.loss,
      });
      observer.onStep?.(progress);
    },
    onEpoch: async (end) => {
      const durationMs = performance.now() - started;
      await observer.onEpoch?.(end);
      const checkpoint = { folder, settings, weights: end.state.arrays, summary: end.summary, facts };
      for (const file of CHECKPOINTS) {
        if (file === 'last' || end.isBest) await saveCheckpoint({ ...checkpoint, file });
      }
      const { epoch, ...measured } = end.summary;
      await metrics.epoch({
        epoch: epoch + 1,
        update: end.state.updates,
        ...measured,
        durationMs,
        imagesPerSecond: examples / (durationMs / 1000),
      });
      await writeTrainingState(folder, configuration, end.state);
      observer.onSaved?.(epoch + 1);
      started = performance.now();
      examples = 0;
    },
  };
  try {
    return await train(settings, data, engine, recording, from);
  } finally {
    await metrics.close();
  }
}

/** All that decides the weights, as far as the toolkit knows it. */
async function configurationOf({ settings, data, engine }: TrainingRun): Promise<RunConfiguration> {
  const digest = (indices: Int32Array): string =>
    createHash('sha256')
      .update(JSON.stringify([...indices]))
      .digest('hex');
  return {
    settings,
    engine: `${engine.name} ${engine.provider}, ${engine.runtime}`,
    trainingData: { sha256: await data.train.hash(), examples: digest(data.trainIndices) },
    testData: { sha256: await data.test.hash(), examples: digest(data.testIndices) },
  };
}
