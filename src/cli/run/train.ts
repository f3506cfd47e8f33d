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
  InputError,
  openDataset,
  saveCheckpoint,
  train,
  type TrainingSettings,
  type Weights,
  writeFileAtomically,
} from '../../index.ts';
import type { TrainArguments } from '../commands/train.ts';
import { dataSettings } from '../given.ts';
import type { CommandContext } from '../main.ts';
import { assertCompute, assertPositive, assertWhole, parseNumbers } from '../numbers.ts';
import { createProgressLine } from '../progress.ts';
import { Interruption } from '../terminal.ts';

/** The values of the code that the paper cites for CIFAR-10; for other data ask for your own. */
const CIFAR_NORMALIZATION = { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.201] };

export async function runTrain(argv: TrainArguments, { terminal }: CommandContext): Promise<void> {
  assertArguments(argv);
  await assertWritable(join(argv.out, 'last.json'));
  const [trainingData, testData] = await Promise.all([openSplit(argv, 'train'), openSplit(argv, 'test')]);
  const settings = settingsOf(argv, trainingData, testData);
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

function settingsOf(argv: TrainArguments, trainingData: Dataset, testData: Dataset): TrainingSettings {
  const [channels, height, width, ...rest] = trainingData.shape;
  if (channels === undefined || height === undefined || width === undefined || rest.length > 0) {
    throw new InputError(
      `the examples are [${trainingData.shape.join(', ')}]: the trainer takes images [channels, height, width]`,
    );
  }
  const normalization = normalizationOf(argv, trainingData.name);
  const augments = argv.crop > 0 || argv.flip;
  return {
    network: {
      architecture: argv.architecture,
      width: argv.width,
      inputShape: [channels, height, width],
      classCount: Math.max(trainingData.classCount, testData.classCount),
      ...(normalization === undefined ? {} : { normalization }),
    },
    epochs: argv.epochs,
    batchSize: argv['batch-size'],
    schedule: { initial: argv.lr, milestones: milestonesOf(argv), factor: 0.1 },
    sgd: { momentum: argv.momentum, weightDecay: argv['weight-decay'], nesterov: argv.nesterov },
    ...(argv.method === 'mixup'
      ? { mixup: { alpha: argv.alpha ?? 1, lambdaPer: argv['lambda-per'] ?? 'batch' } }
      : {}),
    ...(augments ? { augmentation: { padding: argv.crop, flip: argv.flip } } : {}),
    seed: argv.seed,
  };
}

/** Epochs, counted from 0, at whose start the rate falls. */
function milestonesOf({ milestones, epochs }: TrainArguments): number[] {
  if (milestones === 'none') return [];
  if (milestones === undefined) {
    const parts = [Math.floor(epochs / 2), Math.floor((epochs * 3) / 4)];
    return [...new Set(parts)].filter((epoch) => epoch > 0);
  }
  const given = parseNumbers(milestones, '--milestones');
  const ascending = given.every((epoch, index) => index === 0 || epoch > (given[index - 1] ?? 0));
  if (!ascending || !given.every((epoch) => Number.isSafeInteger(epoch) && epoch > 0 && epoch < epochs)) {
    throw new InputError(
      `--milestones ${milestones}: write whole numbers from 1 to ${String(epochs - 1)} (--epochs less 1) in ascending order, or none`,
    );
  }
  return given;
}

function normalizationOf(
  { mean, std }: TrainArguments,
  dataName: string,
): TrainingSettings['network']['normalization'] {
  if ((mean === undefined) !== (std === undefined)) {
    throw new InputError('normalisation takes both: write --mean and --std together');
  }
  if (mean === undefined || std === undefined) {
    return dataName.startsWith('cifar') ? CIFAR_NORMALIZATION : undefined;
  }
  const deviation = parseNumbers(std, '--std');
  if (deviation.some((value) => value <= 0)) throw new InputError(`--std ${std}: deviations are above 0`);
  return { mean: parseNumbers(mean, '--mean'), deviation };
}

function assertArguments(argv: TrainArguments): void {
  assertCompute(argv);
  if (argv.method === 'erm' && (argv.alpha !== undefined || argv['lambda-per'] !== undefined)) {
    const option = argv.alpha === undefined ? '--lambda-per' : '--alpha';
    throw new InputError(`${option} means nothing to --method erm: leave it out, or write --method mixup`);
  }
  assertWhole(argv.width, '--width', 1);
  assertWhole(argv.epochs, '--epochs', 1);
  assertWhole(argv['batch-size'], '--batch-size', 2);
  assertWhole(argv.crop, '--crop', 0);
  assertPositive(argv.lr, '--lr');
  assertPositive(argv.alpha, '--alpha');
  assertPositive(argv.momentum, '--momentum', true);
  assertPositive(argv['weight-decay'], '--weight-decay', true);
  if (argv.nesterov && argv.momentum === 0) {
    throw new InputError('--nesterov needs a momentum: write --momentum 0.9, or leave --nesterov out');
  }
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
