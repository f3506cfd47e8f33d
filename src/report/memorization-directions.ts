/**
 * Whether the directions of the paper's Table 2 hold in a memorization result (H. Zhang et al., mixup: Beyond
 * Empirical Risk Minimization, ICLR 2018, section 3.4), each by an interval and at each rate of corruption.
 */
import type { MemorizationResult, MemorizationRun } from '../results/memorization.ts';
import { type Spread, spreadOf } from '../statistics/student.ts';
import {
  type Difference,
  memorizationDifference,
  riseDifference,
  riseOf,
  testErrorDifference,
} from './memorization-differences.ts';
import {
  type CorruptionGroup,
  groupByCorruption,
  type MemorizationVariant,
  methodOf,
  variantsOf,
} from './memorization-format.ts';

export type Verdict = 'holds' | 'does not hold' | 'not decided';

/** One direction between variants of one corruption. */
export interface Direction {
  /** The corruption, as tables title it. */
  readonly group: string;
  /** What is claimed. */
  readonly claim: string;
  /** What the claim says is above 0, a difference of errors as fractions of 1; over several seeds the mean. */
  readonly difference: number;
  /**
   * Over examples, for these seeds. Over several seeds the mean of their intervals, which is wide enough however much
   * the seeds err on the same examples.
   */
  readonly interval: { readonly lower: number; readonly upper: number };
  /** The difference over the seeds; null where it was measured with one. */
  readonly seeds: Spread | null;
  /** The same difference of top-5 errors; null where it is none of test errors after the last epoch, or not known. */
  readonly top5: Difference | null;
  /**
   * holds: the interval over examples is above 0, and with several seeds that of their mean too; does not hold: they
   * are below 0; not decided: one has 0 in it.
   */
  readonly verdict: Verdict;
}

/**
 * All directions for which the result has the runs, by corruption:
 * - ERM's last test error exceeds that of its best epoch, on examples that did not choose it;
 * - from best to last, mixup's test error rises less than ERM's, on the same examples;
 * - mixup's last test error is below ERM's, and mixup with dropout's below dropout's;
 * - the larger alpha has the larger training error on corrupted labels.
 *
 * Variants are compared seed by seed. Runs without corruption and runs whose training is not known state nothing;
 * results of version 1, which did not keep the outcomes of test examples, nothing of best epochs.
 */
export function memorizationDirections(result: MemorizationResult): Direction[] {
  return groupByCorruption(result.runs)
    .map((group) => ({ ...group, runs: group.runs.filter(({ groups }) => groups.corrupted > 0) }))
    .flatMap(directionsOf);
}

function directionsOf({ title, runs }: CorruptionGroup): Direction[] {
  const variants = variantsOf(runs);
  const select = (mixup: boolean, dropout: boolean): MemorizationVariant[] =>
    variants.filter(({ runs: [run] }) => {
      const method = methodOf(run);
      return method?.mixup === mixup && method.dropout > 0 === dropout;
    });
  const [erm, dropout, mixup, both] = [
    select(false, false),
    select(false, true),
    select(true, false),
    select(true, true),
  ];
  const state = (
    claim: string,
    differences: readonly (Difference | null)[],
    top5: readonly (Difference | null)[] = [],
  ): Direction[] => {
    const over = combined(differences);
    if (over === null) return [];
    const { value: difference, interval, seeds } = over;
    const five = combined(top5);
    return [
      {
        group: title,
        claim,
        difference,
        interval,
        seeds,
        top5: five === null ? null : { value: five.value, interval: five.interval },
        verdict: verdictOf([interval, ...(seeds?.interval == null ? [] : [seeds.interval])]),
      },
    ];
  };
  const lower = (
    baselines: readonly MemorizationVariant[],
    others: readonly MemorizationVariant[],
  ): Direction[] =>
    pairs(baselines, others).flatMap(([baseline, other]) => {
      const between = (metric: 'top1' | 'top5'): (Difference | null)[] =>
        bySeed(baseline, other).map(([first, second]) => testErrorDifference(first, second, metric));
      return state(
        `${other.name}: last test error below that of ${baseline.name}`,
        between('top1'),
        between('top5'),
      );
    });
  return [
    ...erm.flatMap((variant) =>
      state(`${variant.name}: last test error above that of its best epoch`, variant.runs.map(riseOf)),
    ),
    ...pairs(erm, mixup).flatMap(([baseline, other]) =>
      state(
        `${other.name}: rises less from best to last than ${baseline.name}`,
        bySeed(baseline, other).map(([first, second]) => riseDifference(first, second)),
      ),
    ),
    ...lower(erm, mixup),
    ...lower(dropout, both),
    ...ascending(mixup).flatMap(([smaller, larger]) =>
      state(
        `${larger.name}: training error on corrupted labels above that of ${smaller.name}`,
        bySeed(larger, smaller).map(([first, second]) => memorizationDifference(first, second)),
      ),
    ),
  ];
}

function pairs<A, B>(first: readonly A[], second: readonly B[]): [A, B][] {
  return first.flatMap((a) => second.map((b): [A, B] => [a, b]));
}

/** The runs of both that have the same seed; where each has one run, that one. */
function bySeed(
  { runs: first }: MemorizationVariant,
  { runs: second }: MemorizationVariant,
): [MemorizationRun, MemorizationRun][] {
  if (first.length === 1 && second.length === 1) return [[first[0], second[0]]];
  return first.flatMap((run): [MemorizationRun, MemorizationRun][] => {
    const twin = second.find(({ seed }) => seed === run.seed);
    return twin === undefined ? [] : [[run, twin]];
  });
}

/** Each variant with that of the next larger alpha. */
function ascending(variants: readonly MemorizationVariant[]): [MemorizationVariant, MemorizationVariant][] {
  const alphaOf = ({ runs: [run] }: MemorizationVariant): number => methodOf(run)?.alpha ?? 0;
  const sorted = [...variants].sort((a, b) => alphaOf(a) - alphaOf(b));
  return sorted.flatMap((variant, index): [MemorizationVariant, MemorizationVariant][] => {
    const next = sorted.slice(index + 1).find((other) => alphaOf(other) > alphaOf(variant));
    return next === undefined ? [] : [[variant, next]];
  });
}

/** The mean over the seeds, with the mean of the limits; null where there are no seeds, or one is not known. */
function combined(
  differences: readonly (Difference | null)[],
): (Difference & { readonly seeds: Spread | null }) | null {
  const known = differences.filter((difference) => difference !== null);
  if (known.length === 0 || known.length < differences.length) return null;
  const meanOf = (of: (difference: Difference) => number): number =>
    known.reduce((sum, difference) => sum + of(difference), 0) / known.length;
  return {
    value: meanOf(({ value }) => value),
    interval: {
      lower: meanOf(({ interval }) => interval.lower),
      upper: meanOf(({ interval }) => interval.upper),
    },
    seeds: known.length === 1 ? null : spreadOf(known.map(({ value }) => value)),
  };
}

function verdictOf(intervals: readonly Difference['interval'][]): Verdict {
  if (intervals.every(({ lower }) => lower > 0)) return 'holds';
  return intervals.every(({ upper }) => upper < 0) ? 'does not hold' : 'not decided';
}
