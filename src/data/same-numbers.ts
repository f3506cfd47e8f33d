/** Whether shapes differ in how they part the same numbers, and in nothing else. */

/**
 * Whether two shapes hold the same numbers in the same order: they are equal but for axes of size 1, or one is the list
 * of the pixels of a grey image. Of several channels the order could be another.
 */
export function holdSameNumbers(a: readonly number[], b: readonly number[]): boolean {
  const [own, other] = [a, b].map((shape) => shape.filter((size) => size !== 1));
  if (own?.join() === other?.join()) return true;
  const isGrey = (shape: readonly number[]): boolean => shape.length < 3 || shape[0] === 1;
  const isList = own?.length === 1 || other?.length === 1;
  return isList && isGrey(a) && isGrey(b) && countOf(a) === countOf(b);
}

/** How many numbers a shape holds. */
export const countOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
