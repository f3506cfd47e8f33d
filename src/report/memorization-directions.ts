/**
 * Whether the directions of the paper's Table 2 hold in a memorization result (H. Zhang et al., mixup: Beyond
 * Empirical Risk Minimization, ICLR 2018, section 3.4), each by an interval and at each rate of corruption.
 */
import type { ErrorRate } from '../results/definitions.ts';
import type { MemorizationResult, MemorizationRun } from '../results/memorization.ts';
import { contrast, type ContrastTerm } from '../statistics/contrast.ts';
import { type CorruptionGroup, groupByCorruption, methodOf } from './memorization-format.ts';

export type Verdict = 'holds' | 'does not hold' | 'not decided';

/** One direction between runs of one corruption. */
export interface Direction {
  /** The corruption, as tables title it. */
  readonly group: string;
  /** What is claimed. */
  readonly claim: string;
  /** What the claim says is above 0, a difference of errors as fractions of 1. */
  readonly difference: number;
  readonly interval: { readonly lower: number; readonly upper: number };
  /** holds: the interval is above 0; does not hold: it is below 0; not decided: it has 0 in it. */
  readonly verdict: Verdict;
}

/**
 * All directions for which the result has the runs, by corruption:
 * - ERM's last test error exceeds its best;
 * - from best to last, mixup's test error rises less than ERM's;
 * - mixup's last test error is below ERM's, and mixup with dropout's below dropout's;
 * - the larger alpha has the larger training error on corrupted labels.
 *
 * Runs without corruption and runs whose training is not known state nothing.
 */
export function memorizationDirections(result: MemorizationResult): Direction[] {
  return groupByCorruption(result.runs)
    .map((group) => ({ ...group, runs: group.runs.filter(({ groups }) => groups.corrupted > 0) }))
    .flatMap(directionsOf);
}

function directionsOf(group: CorruptionGroup): Direction[] {
  const { title, runs } = group;
  const select = (mixup: boolean, dropout: boolean): MemorizationRun[] =>
    runs.filter((run) => {
      const method = methodOf(run);
      return method?.mixup === mixup && method.dropout > 0 === dropout;
    });
  const [erm, dropout, mixup, both] = [
    select(false, false),
    select(false, true),
    select(true, false),
    select(true, true),
  ];
  const state = (claim: string, terms: readonly ContrastTerm[]): Direction => {
    const { value, interval } = contrast(terms);
    return { group: title, claim, difference: value, interval, verdict: verdictOf(interval) };
  };
  const lower = (baselines: readonly MemorizationRun[], others: readonly MemorizationRun[]): Direction[] =>
    pairs(baselines, others).map(([baseline, other]) =>
      state(`${other.name}: last test error below that of ${baseline.name}`, [
        plus(baseline.testError.last.error),
        minus(other.testError.last.error),
      ]),
    );
  return [
    ...erm.map((run) => state(`${run.name}: last test error above its best`, rise(run))),
    ...pairs(erm, mixup).map(([baseline, other]) =>
      state(`${other.name}: rises less from best to last than ${baseline.name}`, [
        ...rise(baseline),
        minus(other.testError.last.error),
        plus(other.testError.best.error),
      ]),
    ),
    ...lower(erm, mixup),
    ...lower(dropout, both),
    ...ascending(mixup).map(([smaller, larger]) =>
      state(`${larger.name}: training error on corrupted labels above that of ${smaller.name}`, [
        plus(larger.trainingError.corrupted),
        minus(smaller.trainingError.corrupted),
      ]),
    ),
  ];
}

function pairs<A, B>(first: readonly A[], second: readonly B[]): [A, B][] {
  return first.flatMap((a) => second.map((b): [A, B] => [a, b]));
}

/** Each run with that of the next larger alpha. */
function ascending(runs: readonly MemorizationRun[]): [MemorizationRun, MemorizationRun][] {
  const alphaOf = (run: MemorizationRun): number => methodOf(run)?.alpha ?? 0;
  const sorted = [...runs].sort((a, b) => alphaOf(a) - alphaOf(b));
  return sorted.flatMap((run, index): [MemorizationRun, MemorizationRun][] => {
    const next = sorted.slice(index + 1).find((other) => alphaOf(other) > alphaOf(run));
    return next === undefined ? [] : [[run, next]];
  });
}

/** An error that counts for or against the claim. */
function term(sign: 1 | -1, error: ErrorRate | null): ContrastTerm {
  if (error === null) throw new RangeError('a run with corrupted labels has a training error on them');
  return { sign, estimate: error.rate, interval: error.interval };
}

const plus = (error: ErrorRate | null): ContrastTerm => term(1, error);
const minus = (error: ErrorRate | null): ContrastTerm => term(-1, error);

/** The rise from best to last test error. */
function rise({ testError }: MemorizationRun): ContrastTerm[] {
  return [plus(testError.last.error), minus(testError.best.error)];
}

function verdictOf({ lower, upper }: Direction['interval']): Verdict {
  if (lower > 0) return 'holds';
  return upper < 0 ? 'does not hold' : 'not decided';
}
