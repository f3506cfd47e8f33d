/** The paper's numbers of the corrupted-label experiment, as the shipped recipes state them. */
import { type PublishedErrors, readRecipe, recipeNames } from '../../index.ts';
import { variantName } from './variants.ts';

const FOLDER = 'cifar10-corrupted/';

export async function publishedErrors(): Promise<PublishedErrors[]> {
  const names = (await recipeNames()).filter((name) => name.startsWith(FOLDER));
  const recipes = await Promise.all(names.map(readRecipe));
  return recipes.map(({ settings: { corruption, mixup, network }, paper = [] }) => {
    const percentOf = (asked: string): number | null =>
      paper.find(({ measure }) => measure === asked)?.percent ?? null;
    return {
      rate: corruption?.rate ?? 0,
      name: variantName(mixup?.alpha, network.dropout === 0 ? undefined : network.dropout),
      best: percentOf('best test error'),
      last: percentOf('last test error'),
      real: percentOf('training error on real labels'),
      corrupted: percentOf('training error on corrupted labels'),
    };
  });
}
