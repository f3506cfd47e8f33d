/** The names that folders and files of image sets give to their splits. */

/** For each split, the names under which it is looked for, the best first. */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  // The test images of ImageNet have no labels: what is measured on is its validation set.
  test: ['test', 'val', 'validation', 'valid'],
  val: ['val', 'validation', 'valid'],
  validation: ['validation', 'val', 'valid'],
};

const known = [...new Set(Object.values(alternatives).flat())];

/** The names under which a split is looked for, the best first. */
export function alternativesOf(split: string): readonly string[] {
  return (Object.hasOwn(alternatives, split) ? alternatives[split] : undefined) ?? [split];
}

/** The split that a name says, alone or as the beginning of e.g. train-00000-of-00002.parquet. */
export function splitOf(name: string): string | undefined {
  const [, word = ''] = /^([a-z]+)(?:[-_.]|$)/i.exec(name) ?? [];
  return known.find((split) => split === word.toLowerCase());
}
