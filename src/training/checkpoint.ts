/** Trained networks on disk: an .onnx file and a model card that says what it is and how it was trained. */
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { writeFileAtomically } from '../core/files.ts';
import { packageVersion } from '../core/package.ts';
import { encodeModel } from '../graph/onnx/write.ts';
import { evaluationGraph } from '../models/architectures/network.ts';
import type { Weights } from '../models/architectures/layers.ts';
import { MODEL_CARD_KIND, writeModelCard } from '../models/card/model-card-file.ts';
import type { ModelCard } from '../models/card/model-card.ts';
import { writeLayersModel } from '../models/layers-model/export/export.ts';
import { TRAINING_BOUNDS } from './minibatches.ts';
import type { TrainingSettings } from './settings.ts';
import type { EpochSummary } from './train.ts';

export interface Checkpoint {
  readonly folder: string;
  /** The base name of the files: `best`, `last`. */
  readonly file: string;
  /** The model's name in tables and results. */
  readonly name: string;
  readonly settings: TrainingSettings;
  readonly weights: Weights;
  readonly summary: EpochSummary;
  readonly classNames?: readonly string[];
  readonly trainingData: NonNullable<NonNullable<ModelCard['training']>['data']>;
  /** What the model is to be measured on; its path is relative to the folder. */
  readonly data?: ModelCard['data'];
  /** The engine, provider and runtime that trained it. */
  readonly engine: string;
  /** The command that trains it again. */
  readonly command?: string;
  /** Whether a tfjs layers-model is written too, into the folder `FILE-tfjs`. */
  readonly tfjs: boolean;
}

/**
 * Writes `FILE.onnx` and `FILE.json`, each whole or not at all; weights first, so that a card never names weights
 * that are not there.
 *
 * @returns the card's path
 */
export async function saveCheckpoint(checkpoint: Checkpoint): Promise<string> {
  const { folder, file, settings, weights } = checkpoint;
  const graph = evaluationGraph(settings.network, weights);
  const bytes = encodeModel(graph);
  await writeFileAtomically(join(folder, `${file}.onnx`), bytes);
  if (checkpoint.tfjs) await writeLayersModel(join(folder, `${file}-tfjs`, 'model.json'), graph);
  const path = join(folder, `${file}.json`);
  await writeModelCard(path, cardOf(checkpoint, createHash('sha256').update(bytes).digest('hex')));
  return path;
}

function cardOf(checkpoint: Checkpoint, sha256: string): ModelCard {
  const { settings, classNames, data } = checkpoint;
  const { network } = settings;
  return {
    kind: MODEL_CARD_KIND,
    version: 1,
    name: checkpoint.name,
    weights: { file: `${checkpoint.file}.onnx`, sha256 },
    input: {
      shape: [...network.inputShape],
      bounds: [TRAINING_BOUNDS.lower, TRAINING_BOUNDS.upper],
    },
    classCount: network.classCount,
    ...(classNames === undefined ? {} : { classNames: [...classNames] }),
    outputs: 'logits',
    ...(data === undefined ? {} : { data }),
    training: trainingOf(checkpoint),
  };
}

function trainingOf({
  settings,
  summary,
  trainingData,
  engine,
  command,
}: Checkpoint): NonNullable<ModelCard['training']> {
  const { network, schedule, sgd, mixup, augmentation } = settings;
  return {
    method: mixup === undefined ? 'erm' : 'mixup',
    ...(mixup === undefined ? {} : { alpha: mixup.alpha, lambdaPer: mixup.lambdaPer }),
    architecture: network.architecture,
    width: network.width,
    seed: settings.seed,
    epochs: summary.epoch + 1,
    batchSize: settings.batchSize,
    learningRate: schedule.initial,
    learningRateMilestones: [...schedule.milestones],
    learningRateDecay: schedule.factor,
    momentum: sgd.momentum,
    nesterov: sgd.nesterov,
    weightDecay: sgd.weightDecay,
    augmentation: [
      ...(augmentation !== undefined && augmentation.padding > 0
        ? [`crop ${String(augmentation.padding)}`]
        : []),
      ...(augmentation?.flip === true ? ['flip'] : []),
    ],
    data: trainingData,
    trainLoss: summary.trainingLoss,
    cleanError: summary.testError,
    ...(command === undefined ? {} : { command }),
    toolkit: `robust-bench ${packageVersion}`,
    engine,
  };
}
