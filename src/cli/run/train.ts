/** What `robust-bench train` does. */
import { existsSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import {
  assertWritable,
  canonicalJson,
  chooseSubset,
  createEngine,
  type Dataset,
  type EpochSummary,
  openDataset,
  saveCheckpoint,
  train,
  type Weights,
  writeFileAtomically,
} from '../../index.ts';
import type { TrainArguments } from '../commands/train.ts';
import { dataSettings } from '../given.ts';
import type { CommandContext } from '../main.ts';
import { createProgressLine } from '../progress.ts';
import { Interruption } from '../terminal.ts';
import { assertTrainArguments, trainingSettingsOf } from './training-settings.ts';

export async function runTrain(argv: TrainArguments, { terminal }: CommandContext): Promise<void> {
  assertTrainArguments(argv);
  await assertWritable(join(argv.out, 'last.json'));
  const [trainingData, testData] = await Promise.all([openSplit(argv, 'train'), openSplit(argv, 'test')]);
  const settings = trainingSettingsOf(argv, trainingData, testData);
  const trainIndices = chooseSubset(trainingData, { seed: argv.seed, limit: argv['train-limit'] });
  const testIndices = chooseSubset(testData, { seed: argv.seed, limit: argv['test-limit'] });
  await noteData(trainingData, testData, terminal);
  const engine = await createEngine(argv.engine, argv.threads === undefined ? {} : { threads: argv.threads });
  const progress = createProgressLine(terminal, 'examples', argv.quiet);
  const total = trainIndices.length * settings.epochs;
  const summaries: EpochSummary[] = [];
  let seen = 0;

  const checkpoint = {
    folder: argv.out,
    name: argv.name ?? basename(resolve(argv.out)),
    settings,
    ...(trainingData.classNames === undefined ? {} : { classNames: trainingData.classNames }),
    trainingData: {
      name: trainingData.name,
      split: trainingData.split,
      examples: trainIndices.length,
      sha256: await trainingData.hash(),
    },
    data: { specification: specificationFrom(argv.out, argv.data, testData.name), split: testData.split },
    engine: `${engine.name} ${engine.provider}, ${engine.runtime}`,
    tfjs: argv.tfjs,
  };
  const save = async (file: string, weights: Weights, summary: EpochSummary): Promise<string> =>
    saveCheckpoint({ ...checkpoint, file, weights, summary });
  const onEpoch = async (summary: EpochSummary, weights: Weights, isBest: boolean): Promise<void> => {
    summaries.push(summary);
    if (isBest) await save('best', weights, summary);
    await save('last', weights, summary);
    await writeFileAtomically(`${argv.out}/epochs.json`, `${canonicalJson(summaries).trimEnd()}\n`);
    progress.finish();
    if (!argv.quiet) terminal.err(`${epochLine(summary, settings.epochs)}\n`);
  };
  try {
    const data = { train: trainingData, trainIndices, test: testData, testIndices };
    const trained = await train(settings, data, engine, {
      signal: terminal.signal,
      onEpoch,
      onStep: ({ epoch, step, steps, loss, examples }) => {
        seen += examples;
        const place = `epoch ${String(epoch + 1)}/${String(settings.epochs)} step ${String(step)}/${String(steps)}`;
        progress.update(seen, total, `${place}  loss ${loss.toFixed(4)}`);
      },
    });
    const best = trained.epochs[trained.bestEpoch];
    const last = trained.epochs.at(-1);
    terminal.out(
      `test error ${percent(last?.testError)} after the last epoch, ${percent(best?.testError)} after the best (epoch ${String(trained.bestEpoch + 1)}); models in ${argv.out}`,
    );
  } catch (error) {
    if (error instanceof Interruption && summaries.length > 0) {
      throw new Interruption(
        `the checkpoints of ${String(summaries.length)} finished epochs are in ${argv.out}`,
      );
    }
    throw error;
  } finally {
    progress.finish();
    await engine.dispose();
  }
}

/** Says what was taken for granted about the data, and warns of a test error that tests nothing. */
async function noteData(
  trainingData: Dataset,
  testData: Dataset,
  terminal: CommandContext['terminal'],
): Promise<void> {
  const notes = new Set([...(trainingData.notes ?? []), ...(testData.notes ?? [])]);
  for (const note of notes) terminal.err(`note: ${note}\n`);
  if ((await trainingData.hash()) === (await testData.hash())) {
    terminal.err(
      'warning: the training and the test data are the same examples: the test error tests nothing\n',
    );
  }
}

function openSplit(argv: TrainArguments, split: string): Promise<Dataset> {
  return openDataset(argv.data, { ...dataSettings(argv), split });
}

/**
 * A card names its data relative to itself, so that both can move together; and their format, which on the command
 * line may be left to be recognised.
 */
function specificationFrom(folder: string, specification: string, format: string): string {
  const [, prefix = `${format}:`, path = specification] =
    /^([A-Za-z][\w-]+:)(.*)$/s.exec(specification) ?? [];
  const parts = (existsSync(path) ? [path] : path.split(',')).map((part) => relative(folder, part) || '.');
  return `${prefix}${parts.join(',')}`;
}

function epochLine({ epoch, learningRate, trainingLoss, testError }: EpochSummary, epochs: number): string {
  return `epoch ${String(epoch + 1)}/${String(epochs)}  rate ${learningRate.toPrecision(3)}  training loss ${trainingLoss.toFixed(4)}  test error ${percent(testError)}`;
}

function percent(fraction: number | undefined): string {
  return `${((fraction ?? NaN) * 100).toFixed(2)} %`;
}
