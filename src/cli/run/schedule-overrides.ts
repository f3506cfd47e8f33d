/** A recipe's learning rates with the values of the command line in their place. */
import { InputError, type RecipeSettings } from '../../index.ts';
import type { RecipeArguments } from '../training-options.ts';
import { assertNoneGiven } from './recipe-arguments.ts';

type RecipeSchedule = RecipeSettings['schedule'];

/** The rate that Adam's paper suggests. */
const ADAM_RATE = 0.001;

/**
 * @param standard the settings of the default recipe: what a rate or a kind of decay has where `base` is of another
 * @throws InputError for an option that means nothing beside the others or is malformed
 */
export function overriddenSchedule(
  base: RecipeSettings,
  standard: RecipeSettings,
  argv: RecipeArguments,
): RecipeSchedule {
  const optimizer = argv.optimizer ?? base.optimizer.kind;
  // A rate fits its optimizer: another optimizer does not take over the rate, nor what it is given per.
  const rate = optimizer === base.optimizer.kind ? base.schedule : rateOf(optimizer, standard);
  const per = argv['lr-per'] ?? rate.per;
  return {
    initial: argv.lr ?? rate.initial,
    per: per === 0 ? null : per,
    warmup: warmupOf(base.schedule.warmup, argv),
    decay: decayOf(base, standard, argv),
  };
}

function rateOf(
  optimizer: 'sgd' | 'adam',
  { schedule }: RecipeSettings,
): Pick<RecipeSchedule, 'initial' | 'per'> {
  return optimizer === 'adam' ? { initial: ADAM_RATE, per: null } : schedule;
}

function warmupOf(base: RecipeSchedule['warmup'], argv: RecipeArguments): RecipeSchedule['warmup'] {
  const epochs = argv['warmup-epochs'] ?? base?.epochs ?? 0;
  if (epochs === 0) {
    assertNoneGiven(argv, ['warmup-from'], 'without a warm-up', '--warmup-epochs 5');
    return null;
  }
  return { epochs, from: argv['warmup-from'] ?? base?.from ?? 0 };
}

function decayOf(
  base: RecipeSettings,
  standard: RecipeSettings,
  argv: RecipeArguments,
): RecipeSchedule['decay'] {
  const kind = argv.schedule ?? base.schedule.decay.kind;
  const to = `to --schedule ${kind}`;
  if (kind !== 'step') assertNoneGiven(argv, ['milestones', 'decay-factor'], to, '--schedule step');
  if (kind !== 'cosine') assertNoneGiven(argv, ['final-lr'], to, '--schedule cosine');
  if (kind === 'constant') return { kind };
  if (kind === 'cosine') {
    const final = base.schedule.decay.kind === 'cosine' ? base.schedule.decay.final : 0;
    return { kind, final: argv['final-lr'] ?? final };
  }
  const { epochs, milestones, factor } = stepsOf(base) ??
    stepsOf(standard) ?? { ...base, milestones: [], factor: 1 };
  return {
    kind,
    milestones: milestonesOf({ epochs, milestones }, argv.epochs ?? base.epochs, argv.milestones),
    factor: argv['decay-factor'] ?? factor,
  };
}

interface Steps {
  readonly epochs: number;
  readonly milestones: readonly number[];
  readonly factor: number;
}

function stepsOf({ epochs, schedule: { decay } }: RecipeSettings): Steps | undefined {
  return decay.kind === 'step' ? { epochs, ...decay } : undefined;
}

/** Those given; otherwise the recipe's, which keep their places in a run of another length. */
function milestonesOf(
  recipe: Pick<Steps, 'epochs' | 'milestones'>,
  epochs: number,
  given: readonly number[] | 'none' | undefined,
): number[] {
  if (given === 'none') return [];
  if (given === undefined) {
    const moved = recipe.milestones.map((milestone) => Math.floor((milestone * epochs) / recipe.epochs));
    return [...new Set(moved)].filter((epoch) => epoch > 0);
  }
  const ascending = given.every((epoch, index) => index === 0 || epoch > (given[index - 1] ?? 0));
  const possible = given.every((epoch) => Number.isSafeInteger(epoch) && epoch > 0 && epoch < epochs);
  if (!ascending || !possible) {
    throw new InputError(
      `--milestones ${given.join()}: write whole numbers from 1 to ${String(epochs - 1)} (the epochs less 1) in ascending order, or none`,
    );
  }
  return [...given];
}
