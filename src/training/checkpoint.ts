/** Trained networks on disk: an .onnx file and a model card that says what it is and how it was trained. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { packageVersion } from '../core/package.ts';
import { encodeModel } from '../graph/onnx/write.ts';
import type { Weights } from '../models/architectures/layers.ts';
import { evaluationGraph } from '../models/architectures/network.ts';
import { MODEL_CARD_KIND } from '../models/card/model-card-file.ts';
import type { ModelCard } from '../models/card/model-card.ts';
import { writeWithWeights } from '../models/card/pending-weights.ts';
import { writeLayersModel } from '../models/layers-model/export/export.ts';
import { TRAINING_BOUNDS } from './minibatches.ts';
import type { TrainingSettings } from './settings.ts';
import { trainingFacts } from './training-facts.ts';
import type { EpochSummary } from './train.ts';

type CardTraining = NonNullable<ModelCard['training']>;

/** What a model card says besides the settings of its training. */
export interface CheckpointFacts extends Pick<CardTraining, 'recipe' | 'recipeName' | 'labels' | 'command'> {
  /** The model's name in tables and results. */
  readonly name: string;
  readonly classNames?: readonly string[];
  readonly trainingData: NonNullable<CardTraining['data']>;
  /** What the model is to be measured on; its path is relative to the folder. */
  readonly data?: ModelCard['data'];
  /** The engine, provider and runtime that trained it. */
  readonly engine: string;
  /** Whether a tfjs layers-model is written too, into the folder `FILE-tfjs`. */
  readonly tfjs: boolean;
}

export interface Checkpoint {
  readonly folder: string;
  /** The base name of the files: `best`, `last`. */
  readonly file: string;
  readonly settings: TrainingSettings;
  /** Weights and running statistics; others are left out. */
  readonly weights: Weights;
  readonly summary: EpochSummary;
  readonly facts: CheckpointFacts;
}

/**
 * Writes `FILE.onnx` and `FILE.json` so that whoever opens them, at any moment and after any end of the process, finds
 * weights and card of the same epoch.
 *
 * @returns the card's path
 */
export async function saveCheckpoint(checkpoint: Checkpoint): Promise<string> {
  const { folder, file, settings, weights, facts } = checkpoint;
  const graph = evaluationGraph(settings.network, weights);
  const bytes = encodeModel(graph);
  if (facts.tfjs) await writeLayersModel(join(folder, `${file}-tfjs`, 'model.json'), graph);
  const path = join(folder, `${file}.json`);
  const card = cardOf(checkpoint, createHash('sha256').update(bytes).digest('hex'));
  await writeWithWeights(path, card, bytes);
  return path;
}

function cardOf({ file, settings, summary, facts }: Checkpoint, sha256: string): ModelCard {
  const { classNames, data, name, trainingData, engine, recipe, recipeName, labels, command } = facts;
  const { network } = settings;
  return {
    kind: MODEL_CARD_KIND,
    version: 1,
    name,
    weights: { file: `${file}.onnx`, sha256 },
    input: { shape: [...network.inputShape], bounds: [TRAINING_BOUNDS.lower, TRAINING_BOUNDS.upper] },
    classCount: network.classCount,
    ...(classNames === undefined ? {} : { classNames: [...classNames] }),
    outputs: 'logits',
    ...(data === undefined ? {} : { data }),
    training: {
      ...trainingFacts(settings),
      epochs: summary.epoch + 1,
      ...Object.fromEntries(
        Object.entries({ recipe, recipeName, labels, command }).filter(([, value]) => value !== undefined),
      ),
      data: trainingData,
      trainLoss: summary.trainingLoss,
      cleanError: summary.testError,
      toolkit: `robust-bench ${packageVersion}`,
      engine,
    },
  };
}
