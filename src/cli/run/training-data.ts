/** The data of a training run as the command line names them, and the labels that are trained on. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  applyLabels,
  chooseSubset,
  corruptDataset,
  type Dataset,
  type LabelFile,
  openDataset,
  readLabelFile,
  type RecipeSettings,
  type Seed,
  type TrainingData,
  writeLabelFile,
} from '../../index.ts';
import { readInputFile } from '../../core/files.ts';
import { dataSettings, type GivenDataOptions } from '../given.ts';
import type { Terminal } from '../terminal.ts';

interface DataArguments extends GivenDataOptions {
  readonly data: string;
  readonly seed: Seed;
  readonly trainLimit?: number | undefined;
  readonly testLimit?: number | undefined;
}

/**
 * Opens the splits `train` and `test` and chooses examples of each; says what was taken for granted about them, and
 * warns of a test error that tests nothing.
 *
 * @param inputShape that of the models that are there already; a network that is trained takes the shape of the data
 */
export async function openTrainingData(
  argv: DataArguments,
  recipe: RecipeSettings,
  terminal: Terminal,
  inputShape?: readonly number[],
): Promise<TrainingData> {
  const { imageSize } = recipe.data;
  // The size of a recipe is that of the network that it trains.
  const size = inputShape === undefined && imageSize !== null ? { imageSize } : {};
  const settings = { ...size, inputShape, ...dataSettings(argv) };
  const [train, test] = await Promise.all(
    ['train', 'test'].map((split) => openDataset(argv.data, { ...settings, split })),
  );
  if (train === undefined || test === undefined) throw new RangeError('two splits were opened');
  for (const note of new Set([...(train.notes ?? []), ...(test.notes ?? [])]))
    terminal.err(`note: ${note}\n`);
  if ((await train.hash()) === (await test.hash())) {
    terminal.err(
      'warning: the training and the test data are the same examples: the test error tests nothing\n',
    );
  }
  return {
    train,
    trainIndices: chooseSubset(train, { seed: argv.seed, limit: argv.trainLimit }),
    test,
    testIndices: chooseSubset(test, { seed: argv.seed, limit: argv.testLimit }),
  };
}

/** Ends the worker threads of data sets that have any. */
export async function disposeData({ train, test }: Pick<TrainingData, 'train' | 'test'>): Promise<void> {
  await train.dispose?.();
  await test.dispose?.();
}

/** Labels to train on, and the SHA-256 of the file that holds them. */
export interface GivenLabels {
  readonly file: LabelFile;
  readonly sha256: string;
  /** The data set with these labels in the place of its own. */
  readonly dataset: Dataset;
}

/** Takes the labels of a file that was written for these data. */
export async function labelsFrom(path: string, dataset: Dataset): Promise<GivenLabels> {
  const file = await readLabelFile(path);
  return { file, sha256: await sha256Of(path), dataset: await applyLabels(dataset, file, path) };
}

/** Corrupts the labels of the data and writes them to a file, from which they are read as anyone else would. */
export async function corruptInto(
  path: string,
  dataset: Dataset,
  corruption: NonNullable<RecipeSettings['corruption']>,
  seed: Seed,
  signal: AbortSignal,
): Promise<GivenLabels> {
  await writeLabelFile(path, await corruptDataset(dataset, { ...corruption, seed }, { signal }));
  return labelsFrom(path, dataset);
}

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readInputFile(path, 'label file'))
    .digest('hex');
}

/**
 * A card names its data relative to itself, so that both can move together; and their format, which on the command
 * line may be left to be recognised.
 */
export function specificationFrom(folder: string, specification: string, format: string): string {
  const [, prefix = `${format}:`, path = specification] =
    /^([A-Za-z][\w-]+:)(.*)$/s.exec(specification) ?? [];
  const parts = (existsSync(path) ? [path] : path.split(',')).map((part) => relative(folder, part) || '.');
  return `${prefix}${parts.join(',')}`;
}

/** Where the labels of a run lie when it made them itself. */
export function labelsPath(folder: string): string {
  return join(folder, 'labels.json');
}
