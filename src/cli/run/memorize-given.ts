/** The runs of `robust-bench memorize` that train nothing: predictions or checkpoints of a model from elsewhere. */
import { basename, resolve } from 'node:path';
import {
  checkpointPredictions,
  createModelClassifier,
  describeCheckpoint,
  type Engine,
  InputError,
  openModel,
  openPredictions,
  requireBounds,
  type ScoredRun,
  type TrainingData,
} from '../../index.ts';
import type { MemorizeArguments } from '../arguments/memorize.ts';
import { modelSettings } from '../given.ts';
import type { Terminal } from '../terminal.ts';
import { scoreAgainst } from './memorize-score.ts';
import { probeOf } from './probe.ts';
import { type GivenLabels, labelsFrom } from './training-data.ts';

const BATCH_SIZE = 64;

/** Scores a folder of predictions. */
export async function scorePredictions(
  argv: MemorizeArguments,
  folder: string,
  data: TrainingData,
  { signal }: Terminal,
): Promise<ScoredRun> {
  const name = basename(resolve(folder));
  return {
    id: name,
    name,
    seed: null,
    source: 'predictions',
    training: null,
    ...(await scoreAgainst(await openPredictions(folder), await labelsOf(argv, data), data, signal)),
    learningRates: null,
    objectives: null,
  };
}

/** The shape of an input of the models that are there already; undefined where there are none. */
export async function checkpointShape(argv: MemorizeArguments): Promise<readonly number[] | undefined> {
  const path = argv.checkpoint?.at(-1);
  return path === undefined ? undefined : (await openModel(path, modelSettings(argv))).inputShape;
}

/** Scores models, one an epoch. */
export async function scoreCheckpoints(
  argv: MemorizeArguments,
  paths: readonly string[],
  data: TrainingData,
  engine: Engine,
  { signal }: Terminal,
): Promise<ScoredRun> {
  const labels = await labelsOf(argv, data);
  const options = modelSettings(argv);
  const last = await openModel(paths.at(-1) ?? '', options);
  const warnings = new Set<string>();
  const models: NonNullable<ScoredRun['models']>[number][] = [];
  const predictions = checkpointPredictions({
    ...data,
    name: `the checkpoints ${paths.join(', ')}`,
    count: paths.length,
    batchSize: BATCH_SIZE,
    declaredLogits: options.outputs === 'logits',
    onWarning: (text) => warnings.add(text),
    signal,
    open: async (index) => {
      const description = await openModel(paths[index] ?? '', options);
      requireBounds(description.name, description.bounds);
      if (description.classCount < data.train.classCount) {
        throw new InputError(
          `${paths[index] ?? ''} tells ${String(description.classCount)} classes apart and the data have ${String(data.train.classCount)}: give the data that it was trained on`,
        );
      }
      const classifier = await createModelClassifier(
        description,
        engine,
        await probeOf(data.train, description),
      );
      models[index] = describeCheckpoint(description, classifier);
      return classifier;
    },
  });
  const scored = await scoreAgainst(predictions, labels, data, signal);
  return {
    id: last.name,
    name: last.name,
    seed: last.card?.training?.seed ?? null,
    source: 'checkpoints',
    models,
    warnings: [...warnings],
    training: last.card?.training ?? null,
    ...scored,
    learningRates: null,
    objectives: null,
  };
}

async function labelsOf(argv: MemorizeArguments, { train }: TrainingData): Promise<GivenLabels | undefined> {
  return argv.labels === undefined ? undefined : labelsFrom(argv.labels, train);
}
