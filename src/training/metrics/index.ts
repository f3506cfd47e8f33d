/**
 * The metrics of a run in its folder: `metrics.jsonl` holds one record an epoch, `steps.jsonl` one an update, and
 * event files show both in TensorBoard, whose horizontal axis counts updates.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../core/errors.ts';
import { reasonOf } from '../../core/files.ts';
import { openJsonLines } from './json-lines.ts';
import type { EpochRecord, StepRecord } from './record.ts';
import { openTensorboardFile, removeTensorboardFiles, type Curves } from './tensorboard-file.ts';

export type { EpochRecord, StepRecord } from './record.ts';

export interface MetricsOptions {
  /** Epochs that the run goes on from; later records are dropped. 0 is a new run, which drops all. */
  readonly finishedEpochs: number;
  /** Whether event files are written too. */
  readonly tensorboard: boolean;
}

/** Every method throws InputError where a file cannot be written, as when the disk is full. */
export interface MetricsWriter {
  step(record: StepRecord): void;
  /** The record, and all before it, outlive a loss of power once this resolves. */
  epoch(record: EpochRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the metrics of a run, new or resumed. A record is whole in its file as soon as it was given, so a run may be
 * ended at any moment; give the epoch's record before the state that a resumed run goes on from is written, and every
 * epoch has its record exactly once.
 *
 * @throws InputError when a file in the folder cannot be read or written, or has lines that are no records
 */
export async function openMetrics(
  folder: string,
  { finishedEpochs, tensorboard }: MetricsOptions,
): Promise<MetricsWriter> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new InputError(`cannot make the folder ${folder}: ${reasonOf(error)}`);
  });
  const opened: { close(): void }[] = [];
  const remember = <T extends { close(): void }>(file: T): T => {
    opened.push(file);
    return file;
  };
  const close = (): void => {
    for (const file of opened) file.close();
  };
  try {
    const epochs = remember(
      await openJsonLines(
        join(folder, 'metrics.jsonl'),
        ['epoch', 'update'],
        ({ epoch }) => epoch <= finishedEpochs,
      ),
    );
    const finishedUpdates = epochs.lastKept?.update ?? 0;
    const steps = remember(
      await openJsonLines(join(folder, 'steps.jsonl'), ['update'], ({ update }) => update <= finishedUpdates),
    );
    if (finishedUpdates === 0) await removeTensorboardFiles(folder);
    const curves = tensorboard ? remember(await openTensorboardFile(folder, finishedUpdates)) : undefined;
    return {
      step: (record) => {
        steps.append(record);
        curves?.append(record.update, stepCurves(record));
      },
      epoch: async (record) => {
        epochs.append(record);
        curves?.append(record.update, epochCurves(record));
        await Promise.all([steps.flush(), epochs.flush(), curves?.flush()]);
      },
      close: () => {
        close();
        return Promise.resolve();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The values by TensorBoard's tag; what stands before the slash groups them. */
function stepCurves({ learningRate, trainingLoss }: StepRecord): Curves {
  return { 'step/learning_rate': learningRate, 'step/training_loss': trainingLoss };
}

function epochCurves(record: EpochRecord): Curves {
  return {
    'epoch/number': record.epoch,
    'epoch/learning_rate': record.learningRate,
    'epoch/training_loss': record.trainingLoss,
    'epoch/training_error': record.trainingError,
    'epoch/test_error': record.testError,
    'epoch/test_top5_error': record.testTop5Error,
    'epoch/images_per_second': record.imagesPerSecond,
    'epoch/duration_ms': record.durationMs,
  };
}
