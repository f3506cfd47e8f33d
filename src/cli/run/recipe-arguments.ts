/** Which values of recipe options are possible, seen before any file is read. */
import { InputError } from '../../index.ts';
import { assertPositive, assertWhole, parseNumbers } from '../numbers.ts';
import type { RecipeArguments } from '../training-options.ts';

/**
 * Checks each option alone.
 *
 * @throws InputError for a value out of its domain
 */
export function assertRecipeArguments(argv: RecipeArguments): void {
  for (const [option, least] of WHOLE) assertWhole(argv[option], `--${option}`, least);
  for (const option of POSITIVE) assertPositive(argv[option], `--${option}`);
  for (const option of NOT_NEGATIVE) assertPositive(argv[option], `--${option}`, true);
  for (const option of BELOW_ONE) assertBelowOne(argv[option], `--${option}`);
  const rate = argv['corruption-rate'];
  if (rate !== undefined && !(rate >= 0 && rate <= 1)) {
    throw new InputError('--corruption-rate takes a number from 0 to 1: 0.2 for 20 %');
  }
  if (argv.microbatch === 1) {
    throw new InputError(
      '--microbatch takes 0 or a whole number of at least 2: batch normalisation needs two examples',
    );
  }
  if (argv.crop !== undefined && argv['random-crop-area'] !== undefined) {
    throw new InputError('--crop and --random-crop-area are two kinds of crop: write one of them');
  }
}

const WHOLE = [
  ['width', 1],
  ['epochs', 1],
  ['batch-size', 2],
  ['microbatch', 0],
  ['lr-per', 0],
  ['crop', 0],
] as const;
const POSITIVE = ['alpha', 'lr', 'decay-factor', 'adam-epsilon'] as const;
const NOT_NEGATIVE = ['momentum', 'weight-decay', 'final-lr', 'warmup-epochs', 'warmup-from'] as const;
const BELOW_ONE = ['dropout', 'label-smoothing', 'beta1', 'beta2'] as const;

function assertBelowOne(value: number | undefined, option: string): void {
  if (value !== undefined && !(value >= 0 && value < 1)) {
    throw new InputError(`${option} takes a number of at least 0 and less than 1`);
  }
}

/**
 * Refuses options that mean nothing beside the others.
 *
 * @param given the options in question
 * @param to what they mean nothing to, as it is written: `--method erm`
 * @param remedy what makes them mean something
 */
export function assertNoneGiven(
  argv: RecipeArguments,
  given: readonly (keyof RecipeArguments)[],
  to: string,
  remedy: string,
): void {
  const option = given.find((name) => argv[name] !== undefined);
  if (option === undefined) return;
  throw new InputError(`--${option} means nothing ${to}: leave it out, or write ${remedy}`);
}

/** Two numbers in ascending order. */
export function parseSpan(text: string, option: string): [number, number] {
  const [least = 0, greatest = 0] = parseNumbers(text, option, 2);
  if (!(least > 0 && least <= greatest)) {
    throw new InputError(`${option} ${text}: write two numbers above 0, the lesser first`);
  }
  return [least, greatest];
}
