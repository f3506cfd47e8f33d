/** How reports name the runs of a memorization result, and group them by corruption and by variant. */
import type { MemorizationCorruption, MemorizationRun } from '../results/memorization.ts';

/** Runs whose labels were corrupted alike. */
export interface CorruptionGroup {
  readonly corruption: MemorizationCorruption | null;
  readonly title: string;
  readonly runs: readonly MemorizationRun[];
}

/** The runs by mode and rate of corruption, in the order in which each first occurs. */
export function groupByCorruption(runs: readonly MemorizationRun[]): CorruptionGroup[] {
  const groups = new Map<string, MemorizationRun[]>();
  for (const run of runs) {
    const title = corruptionTitle(run);
    groups.set(title, [...(groups.get(title) ?? []), run]);
  }
  return [...groups].map(([title, members]) => ({
    corruption: members[0]?.corruption ?? null,
    title,
    runs: members,
  }));
}

/** `20 % of labels corrupted (uniform)`, or what else is known. */
function corruptionTitle({ corruption, groups }: MemorizationRun): string {
  if (corruption === null) {
    return groups.corrupted === 0 ? 'No label corrupted' : `${String(groups.corrupted)} labels corrupted`;
  }
  const { mode, rate, exact } = corruption;
  if (rate === null) return `Labels corrupted by a matrix (${mode})`;
  return `${ratePercent(rate)} % of labels corrupted (${mode}${exact ? ', exact count' : ''})`;
}

/** A rate in percent without needless zeros: `20`, `12.5`. */
function ratePercent(rate: number): string {
  return String(Number((100 * rate).toPrecision(6)));
}

/** Runs that differ in their seed alone. */
export interface MemorizationVariant {
  readonly name: string;
  /** At least one. */
  readonly runs: readonly [MemorizationRun, ...MemorizationRun[]];
}

/** The runs by variant, in the order in which each first occurs. */
export function variantsOf(runs: readonly MemorizationRun[]): MemorizationVariant[] {
  const variants = new Map<string, [MemorizationRun, ...MemorizationRun[]]>();
  for (const run of runs) {
    const known = variants.get(run.variant);
    if (known === undefined) variants.set(run.variant, [run]);
    else known.push(run);
  }
  return [...variants.values()].map((members) => ({ name: members[0].name, runs: members }));
}

/** What a run was trained by; null where its training is not known. */
export interface Method {
  readonly mixup: boolean;
  /** mixup's alpha, 0 without mixup. */
  readonly alpha: number;
  /** The probability of dropout, 0 without. */
  readonly dropout: number;
}

export function methodOf({ training }: MemorizationRun): Method | null {
  if (training === null) return null;
  const mixup = training.method === 'mixup';
  return { mixup, alpha: mixup ? (training.alpha ?? 0) : 0, dropout: training.dropout ?? 0 };
}
