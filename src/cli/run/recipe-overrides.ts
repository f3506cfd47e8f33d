/** A recipe's settings with the values of the command line in their place. */
import { InputError, type RecipeSettings } from '../../index.ts';
import type { RecipeArguments } from '../training-options.ts';
import { assertNoneGiven } from './recipe-arguments.ts';
import { overriddenSchedule } from './schedule-overrides.ts';

/** Where a recipe of another kind leaves a value open: the parameters of Adam's paper, and the mixup paper's α. */
const ADAM = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const MIXUP = { alpha: 1, lambdaPer: 'batch' } as const;
/** The crop of the ImageNet recipes (Szegedy et al. 2015). */
const AREA_CROP = {
  kind: 'random-area',
  area: [0.08, 1],
  aspect: [3 / 4, 4 / 3],
  interpolation: 'bicubic',
} satisfies RecipeSettings['augmentation']['crop'];

/** The option of data that a recipe has a value for as well. */
interface GivenImageSize {
  readonly 'image-size'?: number | undefined;
}

/**
 * @param base the settings of the recipe that was asked for
 * @param standard the settings of the default recipe: what the kinds of optimizer and of schedule have where `base`
 *   is of another kind
 * @throws InputError for an option that means nothing beside the others or is malformed
 */
export function overriddenSettings(
  base: RecipeSettings,
  standard: RecipeSettings,
  argv: RecipeArguments & GivenImageSize,
): RecipeSettings {
  const batchSize = argv['batch-size'] ?? base.batchSize;
  return {
    data: { imageSize: argv['image-size'] ?? base.data.imageSize },
    corruption: corruptionOf(base.corruption, argv),
    network: {
      architecture: argv.architecture ?? base.network.architecture,
      width: argv.width ?? base.network.width,
      dropout: argv.dropout ?? base.network.dropout,
      normalization: normalizationOf(base.network.normalization, argv),
    },
    epochs: argv.epochs ?? base.epochs,
    batchSize,
    microbatchSize: microbatchOf(base.microbatchSize, batchSize, argv),
    schedule: overriddenSchedule(base, standard, argv),
    optimizer: optimizerOf(base.optimizer, standard.optimizer, argv),
    weightDecay: weightDecayOf(base.weightDecay, argv),
    labelSmoothing: argv['label-smoothing'] ?? base.labelSmoothing,
    mixup: mixupOf(base.mixup, argv),
    augmentation: { crop: cropOf(base.augmentation.crop, argv), flip: argv.flip ?? base.augmentation.flip },
  };
}

function corruptionOf(
  base: RecipeSettings['corruption'],
  argv: RecipeArguments,
): RecipeSettings['corruption'] {
  const rate = argv['corruption-rate'] ?? base?.rate ?? 0;
  if (rate === 0) {
    const options = ['corruption-mode', 'corruption-exact'] as const;
    assertNoneGiven(argv, options, 'without corruption', '--corruption-rate 0.2');
    return null;
  }
  return {
    mode: argv['corruption-mode'] ?? base?.mode ?? 'uniform',
    rate,
    exact: argv['corruption-exact'] ?? base?.exact ?? false,
  };
}

function normalizationOf(
  base: RecipeSettings['network']['normalization'],
  { mean, std }: RecipeArguments,
): RecipeSettings['network']['normalization'] {
  if (mean === 'none' && std === undefined) return null;
  if ((mean === undefined) !== (std === undefined)) {
    throw new InputError('normalisation takes both: write --mean and --std together');
  }
  if (mean === undefined || std === undefined) return base;
  if (mean === 'none') throw new InputError('--mean none is for no normalisation: leave --std out');
  if (std.some((value) => value <= 0)) throw new InputError(`--std ${std.join()}: deviations are above 0`);
  return { mean, deviation: std };
}

/** A recipe's own microbatch is a most: a smaller minibatch has no parts. */
function microbatchOf(
  base: number | null,
  batchSize: number,
  { microbatch }: RecipeArguments,
): number | null {
  if (microbatch === undefined) return base === null || base >= batchSize ? null : base;
  if (microbatch > batchSize) {
    throw new InputError(
      `--microbatch ${String(microbatch)} is more than a minibatch of ${String(batchSize)}: leave it out, or write --batch-size`,
    );
  }
  return microbatch === 0 ? null : microbatch;
}

function optimizerOf(
  base: RecipeSettings['optimizer'],
  standard: RecipeSettings['optimizer'],
  argv: RecipeArguments,
): RecipeSettings['optimizer'] {
  if ((argv.optimizer ?? base.kind) === 'adam') {
    assertNoneGiven(argv, ['momentum', 'nesterov'], 'to --optimizer adam', '--optimizer sgd');
    const from = base.kind === 'adam' ? base : ADAM;
    return {
      kind: 'adam',
      beta1: argv.beta1 ?? from.beta1,
      beta2: argv.beta2 ?? from.beta2,
      epsilon: argv['adam-epsilon'] ?? from.epsilon,
    };
  }
  assertNoneGiven(argv, ['beta1', 'beta2', 'adam-epsilon'], 'to --optimizer sgd', '--optimizer adam');
  const from = [base, standard].find((each) => each.kind === 'sgd');
  const momentum = argv.momentum ?? from?.momentum ?? 0;
  if (argv.nesterov === true && momentum === 0) {
    throw new InputError('--nesterov needs a momentum: write --momentum 0.9, or leave --nesterov out');
  }
  // Without momentum there is none of Nesterov's: a recipe's word for it falls with the momentum.
  return { kind: 'sgd', momentum, nesterov: momentum > 0 && (argv.nesterov ?? from?.nesterov ?? false) };
}

function weightDecayOf(
  base: RecipeSettings['weightDecay'],
  argv: RecipeArguments,
): RecipeSettings['weightDecay'] {
  const factor = argv['weight-decay'] ?? base.factor;
  if (factor === 0) assertNoneGiven(argv, ['weight-decay-on'], 'without a penalty', '--weight-decay 1e-4');
  return { factor, on: argv['weight-decay-on'] ?? base.on };
}

function mixupOf(base: RecipeSettings['mixup'], argv: RecipeArguments): RecipeSettings['mixup'] {
  const method = argv.method ?? (base === null ? 'erm' : 'mixup');
  if (method === 'erm') {
    assertNoneGiven(argv, ['alpha', 'lambda-per'], 'to --method erm', '--method mixup');
    return null;
  }
  const { alpha, lambdaPer } = base ?? MIXUP;
  return { alpha: argv.alpha ?? alpha, lambdaPer: argv['lambda-per'] ?? lambdaPer };
}

function cropOf(
  base: RecipeSettings['augmentation']['crop'],
  argv: RecipeArguments,
): RecipeSettings['augmentation']['crop'] {
  const area = argv['random-crop-area'];
  const hasArea = area !== undefined || (argv.crop === undefined && base?.kind === 'random-area');
  if (!hasArea) {
    const options = ['random-crop-aspect', 'interpolation'] as const;
    assertNoneGiven(argv, options, 'without a crop of random area', '--random-crop-area 0.08,1');
    if (argv.crop === undefined) return base;
    return argv.crop === 0 ? null : { kind: 'pad', padding: argv.crop };
  }
  const from = base?.kind === 'random-area' ? base : AREA_CROP;
  const aspect = argv['random-crop-aspect'];
  return {
    kind: 'random-area',
    area: [...(area ?? from.area)],
    aspect: [...(aspect ?? from.aspect)],
    interpolation: argv.interpolation ?? from.interpolation,
  };
}
