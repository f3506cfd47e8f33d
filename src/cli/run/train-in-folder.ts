/** One training run of the command line: progress, what the model cards say, and what is left when it is stopped. */
import {
  type Engine,
  type EpochEnd,
  type EpochSummary,
  type FolderLock,
  InputError,
  type LabelFile,
  runTraining,
  type TrainedNetwork,
  type TrainingData,
} from '../../index.ts';
import { createProgressLine } from '../progress.ts';
import { Interruption } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';
import { type GivenLabels, specificationFrom } from './training-data.ts';
import type { TrainingRun } from './training-settings.ts';

export interface FolderRun {
  readonly folder: string;
  /** The model's name in tables and results. */
  readonly name: string;
  /** The data as `--data` names them. */
  readonly specification: string;
  readonly run: TrainingRun;
  /** With their own labels. */
  readonly data: TrainingData;
  /** The labels trained on, where they are not the data's own. */
  readonly labels: GivenLabels | undefined;
  readonly engine: Engine;
  /** The lock of the folder, where it is held already. */
  readonly lock?: FolderLock;
  readonly resume: boolean;
  readonly tensorboard: boolean;
  readonly tfjs: boolean;
  readonly quiet: boolean;
  /** Called before an epoch's checkpoints are written. */
  readonly onEpoch?: (end: EpochEnd) => Promise<void>;
}

/** Trains, and tells the terminal. */
export async function trainInFolder(folderRun: FolderRun, terminal: Terminal): Promise<TrainedNetwork> {
  const { folder, run, data, labels, engine, quiet } = folderRun;
  const { settings } = run;
  const progress = createProgressLine(terminal, 'examples', quiet);
  const perEpoch = data.trainIndices.length;
  let seen = 0;
  let finished = 0;
  const say = (text: string): void => {
    progress.finish();
    if (!quiet) terminal.err(`${text}\n`);
  };
  try {
    return await runTraining(
      {
        folder,
        settings,
        data: { ...data, train: labels?.dataset ?? data.train },
        engine,
        facts: await factsOf(folderRun),
        resume: folderRun.resume,
        tensorboard: folderRun.tensorboard,
        ...(folderRun.lock === undefined ? {} : { lock: folderRun.lock }),
      },
      {
        signal: terminal.signal,
        onStart: (epochs) => {
          finished = epochs;
          seen = epochs * perEpoch;
          if (folderRun.resume) {
            say(
              epochs === 0
                ? 'there is no finished epoch to go on from: starting anew'
                : `going on after epoch ${String(epochs)}`,
            );
          }
        },
        onStep: ({ epoch, step, steps, loss, examples }) => {
          seen += examples;
          const place = `epoch ${String(epoch + 1)}/${String(settings.epochs)} step ${String(step)}/${String(steps)}`;
          progress.update(seen, perEpoch * settings.epochs, `${place}  loss ${loss.toFixed(4)}`);
        },
        onSaved: (epochs) => {
          finished = epochs;
        },
        onEpoch: async (end) => {
          await folderRun.onEpoch?.(end);
          say(epochLine(end.summary, settings.epochs));
        },
      },
    );
  } catch (error) {
    if (error instanceof Interruption && finished > 0) {
      throw new Interruption({
        signal: error.signal,
        kept: `the checkpoints of ${String(finished)} finished epochs are in ${folder}: go on with --resume`,
      });
    }
    if (error instanceof InputError && finished > 0) {
      throw new InputError(`${error.message}; the checkpoints of epoch ${String(finished)} are in ${folder}`);
    }
    throw error;
  } finally {
    progress.finish();
  }
}

async function factsOf({
  folder,
  name,
  specification,
  run,
  data,
  labels,
  engine,
  tfjs,
}: FolderRun): Promise<Parameters<typeof runTraining>[0]['facts']> {
  const { train, trainIndices, test } = data;
  return {
    name,
    ...(train.classNames === undefined ? {} : { classNames: train.classNames }),
    trainingData: {
      name: train.name,
      split: train.split,
      examples: trainIndices.length,
      sha256: await train.hash(),
    },
    data: { specification: specificationFrom(folder, specification, test.name), split: test.split },
    engine: `${engine.name} ${engine.provider}, ${engine.runtime}`,
    tfjs,
    recipe: { ...run.recipe },
    ...(run.recipeName === undefined ? {} : { recipeName: run.recipeName }),
    ...(labels === undefined ? {} : { labels: labelFacts(labels.file, labels.sha256) }),
  };
}

function labelFacts(
  { settings: { mode, rate, seed }, maskedCount, changedCount }: LabelFile,
  sha256: string,
): NonNullable<Parameters<typeof runTraining>[0]['facts']['labels']> {
  return {
    mode,
    ...(rate === null ? {} : { rate }),
    seed,
    masked: maskedCount,
    changed: changedCount,
    sha256,
  };
}

function epochLine({ epoch, learningRate, trainingLoss, testError }: EpochSummary, epochs: number): string {
  return `epoch ${String(epoch + 1)}/${String(epochs)}  rate ${learningRate.toPrecision(3)}  training loss ${trainingLoss.toFixed(4)}  test error ${percent(testError)}`;
}

/** What training came to: the last and the best test error, and the median of the last five where there are as many. */
export function outcomeLine({ epochs, bestEpoch }: TrainedNetwork, folder: string): string {
  const last = epochs.at(-1);
  const final = epochs.slice(-MEDIAN_OF).map(({ testError }) => testError);
  const parts = [
    `test error ${percent(last?.testError)}${top5Of(last)} after the last epoch`,
    ...(final.length < MEDIAN_OF
      ? []
      : [`${percent(median(final))} as the median of the last ${String(MEDIAN_OF)}`]),
    `${percent(epochs[bestEpoch]?.testError)} after the best (epoch ${String(bestEpoch + 1)})`,
  ];
  return `${parts.join(', ')}; models in ${folder}`;
}

function top5Of(summary: EpochSummary | undefined): string {
  const error = summary?.testTop5Error;
  return error === undefined ? '' : ` (top-5 ${percent(error)})`;
}

/** The paper's ImageNet errors are the median of the last five epochs. */
const MEDIAN_OF = 5;

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function percent(fraction: number | undefined): string {
  return `${((fraction ?? NaN) * 100).toFixed(2)} %`;
}
