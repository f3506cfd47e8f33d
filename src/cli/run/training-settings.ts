/** The arguments of `robust-bench train` as the settings of a training run. */
import { type Dataset, InputError, type TrainingSettings } from '../../index.ts';
import type { TrainArguments } from '../commands/train.ts';
import { assertCompute, assertPositive, assertWhole, parseNumbers } from '../numbers.ts';

/** The values of the code that the paper cites for CIFAR-10; for other data ask for your own. */
const CIFAR_NORMALIZATION = { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.201] };

/** What of the data decides the network. */
type DataShape = Pick<Dataset, 'name' | 'shape' | 'classCount'>;

/**
 * Checks the arguments that can be checked without the data.
 *
 * @throws InputError for a value out of its domain, or an option that means nothing beside the others
 */
export function assertTrainArguments(argv: TrainArguments): void {
  assertCompute(argv);
  if (argv.method === 'erm' && (argv.alpha !== undefined || argv['lambda-per'] !== undefined)) {
    const option = argv.alpha === undefined ? '--lambda-per' : '--alpha';
    throw new InputError(`${option} means nothing to --method erm: leave it out, or write --method mixup`);
  }
  assertWhole(argv.width, '--width', 1);
  assertWhole(argv.epochs, '--epochs', 1);
  assertWhole(argv['batch-size'], '--batch-size', 2);
  assertWhole(argv['train-limit'], '--train-limit', 1);
  assertWhole(argv['test-limit'], '--test-limit', 1);
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
 * The settings of a run on the given data.
 *
 * @throws InputError when the data are no images, or an option is malformed or does not fit them
 */
export function trainingSettingsOf(
  argv: TrainArguments,
  trainingData: DataShape,
  testData: DataShape,
): TrainingSettings {
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
