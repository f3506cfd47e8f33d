/** Operators that draw random numbers: the outcome of an example is another each time. */
import type { RowRule } from './site.ts';

export const random: RowRule = (site) =>
  site.mixes('draws random numbers, so that no outcome is the same twice');

/** The mode is an input: dropout in training draws what it drops. */
export const dropout: RowRule = (site) => {
  const training = site.has(2) ? (site.numbers(2)?.[0] ?? 1) : 0;
  return training === 0 ? site.all(site.rows(0)) : random(site);
};
