/** How tables word that one model is more accurate than another under the same attack. */
import type { Derived, DerivedComparison } from '../results/derived.ts';
import { percent, percentagePoints, plainPercent, ratio } from './format.ts';

/** A line for each comparison, and before them how their intervals are to be read. */
export function comparisonLines(derived: Derived): string[] {
  const { comparisons } = derived;
  const [first] = comparisons;
  if (first === undefined) return [];
  const several =
    comparisons.length === 1
      ? ''
      : `, which hold for all ${String(comparisons.length)} at once (Bonferroni: each at ${plainPercent(first.interval.level)})`;
  return [
    `Top-1 accuracies compared example by example, differences in percentage points with 95 % ${first.interval.method} intervals${several}:`,
    ...comparisons.map((comparison) => `  ${comparisonLine(derived, comparison)}`),
  ];
}

function comparisonLine({ models, attacks, examples }: Derived, comparison: DerivedComparison): string {
  const { attack: id, source, access, difference, interval, distinguishable } = comparison;
  const nameOf = (model: string): string => models.find((candidate) => candidate.id === model)?.name ?? model;
  const attack = attacks.find((candidate) => candidate.id === id)?.name ?? id;
  const own = access === 'gradient' ? 'in the white box' : `by its ${access}`;
  const where = source === null ? own : `on examples made on ${nameOf(source)}`;
  const points = (value: number): string => percentagePoints(value, examples.count);
  const verdict = distinguishable ? '' : ', not distinguishable';
  return (
    `${nameOf(comparison.model)} ${percent(comparison.modelAccuracy)} %, ${nameOf(comparison.baseline)} ${percent(comparison.baselineAccuracy)} % ` +
    `against ${attack} ${where}: ${points(difference)} [${points(interval.lower)}, ${points(interval.upper)}]${verdict}; ${ratioText(comparison, nameOf)}`
  );
}

/** The paper's "k times more robust", of this pair alone. */
function ratioText(
  { ratio: stated, baseline }: DerivedComparison,
  nameOf: (model: string) => string,
): string {
  if (stated === null) return `no ratio, ${nameOf(baseline)} gets no example right`;
  const { value, interval } = stated;
  return `ratio ${ratio(value)} [${ratio(interval.lower)}, ${ratio(interval.upper)}]`;
}
