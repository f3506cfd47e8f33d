/** Which values of recipe options are possible, seen before any file is read. */
import { InputError } from '../../index.ts';
import type { RecipeArguments } from '../training-options.ts';

/**
 * Checks what the kinds of the values leave open.
 *
 * @throws InputError for a value out of its domain, or two options that contradict each other
 */
export function assertRecipeArguments(argv: RecipeArguments): void {
  if (argv.microbatch === 1) {
    throw new InputError(
      '--microbatch takes 0 or a whole number of at least 2: batch normalisation needs two examples',
    );
  }
  if (argv.crop !== undefined && argv['random-crop-area'] !== undefined) {
    throw new InputError('--crop and --random-crop-area are two kinds of crop: write one of them');
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
