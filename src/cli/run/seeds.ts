/** The seeds that runs are repeated with, and where those of each seed lie. */
import { join } from 'node:path';
import { InputError } from '../../index.ts';

/** More than this many runs of one thing are a mistake. */
const MOST_SEEDS = 1000;

/**
 * Reads `--seeds`: one whole number is how many, several are the seeds themselves. So many are the root seed and those
 * after it: seed 5 is followed by 6 and 7.
 *
 * @param given as written, each with commas inside or not
 * @param root what `--seed` says
 * @throws InputError when one is no whole number of at least 0 or is written twice, or there would be none or too many
 */
export function parseSeeds(given: readonly string[], root: number): number[] {
  const texts = given.flatMap((text) => text.split(',')).map((text) => text.trim());
  const wrong = texts.find((text) => !isWhole(text));
  if (wrong !== undefined) {
    throw new InputError(
      `--seeds ${JSON.stringify(wrong)}: write how many, such as 3, or which, such as 0,5,7`,
    );
  }
  const seeds = texts.map(Number);
  const [first = ''] = texts;
  if (seeds.length === 1) {
    const [count = NaN] = seeds;
    if (!(count >= 1 && count <= MOST_SEEDS)) {
      throw new InputError(`--seeds ${first}: write how many, from 1 to ${String(MOST_SEEDS)}`);
    }
    return Array.from({ length: count }, (_, index) => root + index);
  }
  const twice = seeds.find((seed, index) => seeds.indexOf(seed) !== index);
  if (twice !== undefined) throw new InputError(`--seeds: ${String(twice)} is written twice`);
  return seeds;
}

function isWhole(text: string): boolean {
  return /^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text));
}

/** Where the runs of one seed lie, and how they are called. */
export interface SeedPlace {
  readonly seed: number;
  readonly folder: string;
  /** What their ids end in. */
  readonly suffix: string;
  /** What follows their name where a person reads it. */
  readonly title: string;
}

/**
 * A folder for each seed that was asked for; the folder itself where none was.
 *
 * @param root what `--seed` says
 */
export function seedPlaces(root: number, seeds: readonly number[] | null, folder: string): SeedPlace[] {
  if (seeds === null) return [{ seed: root, folder, suffix: '', title: '' }];
  return seeds.map((seed) => ({
    seed,
    folder: join(folder, `seed-${String(seed)}`),
    suffix: `:seed-${String(seed)}`,
    title: `, seed ${String(seed)}`,
  }));
}
