/** The curves of a memorization result as CSV, for plots: a row for each run and epoch. */
import type { MemorizationCurves, MemorizationResult, MemorizationRun } from '../results/memorization.ts';

interface Column {
  readonly name: string;
  /** The value at an entry of the curves; null where it was not measured. */
  readonly of: (run: MemorizationRun, index: number) => number | string | null;
}

type CurveName = keyof MemorizationCurves;

const plain = (name: string, curve: CurveName): Column => ({
  name,
  of: ({ curves }, index) => curves[curve]?.[index] ?? null,
});

/** A count of the curves as a fraction of its group; empty for a group without examples, and where none was kept. */
const rate = (name: string, curve: CurveName, group: keyof MemorizationRun['groups']): Column => ({
  name,
  of: ({ curves, groups }, index) => {
    const count = curves[curve]?.[index];
    return groups[group] === 0 || count === undefined ? null : count / groups[group];
  },
});

const columns: readonly Column[] = [
  { name: 'run', of: ({ id }) => id },
  { name: 'seed', of: ({ seed }) => seed },
  { name: 'corruption_rate', of: ({ corruption }) => corruption?.rate ?? null },
  plain('epoch', 'epoch'),
  plain('learning_rate', 'learningRate'),
  plain('objective', 'objective'),
  plain('train_loss', 'trainLoss'),
  plain('test_loss', 'testLoss'),
  rate('test_error', 'testErrors', 'test'),
  rate('test_top5_error', 'testTop5Errors', 'test'),
  rate('train_error', 'trainErrors', 'train'),
  rate('real_error', 'realErrors', 'real'),
  rate('corrupted_error', 'corruptedErrors', 'corrupted'),
  rate('changed_error', 'changedErrors', 'changed'),
  rate('corrupted_restored', 'corruptedRestored', 'corrupted'),
  rate('changed_restored', 'changedRestored', 'changed'),
  { name: 'memorization_gap', of: gapAt },
  plain('membership_real_advantage', 'membershipRealAdvantage'),
  plain('membership_real_auc', 'membershipRealAuc'),
  plain('calibration_error', 'calibrationError'),
];

/**
 * The curves of every run, one row for each run and epoch under a row of names (RFC 4180, lines ended by a line feed).
 * Errors and shares are fractions of 1, losses nats; what was not measured is empty.
 */
export function renderMemorizationCurves({ runs }: MemorizationResult): string {
  const rows = runs.flatMap((run) =>
    run.curves.epoch.map((_, index) => columns.map(({ of }) => field(of(run, index)))),
  );
  return [columns.map(({ name }) => name), ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

function gapAt({ curves, groups }: MemorizationRun, index: number): number | null {
  const chance = curves.chance?.[index];
  if (chance === undefined || groups.corrupted === 0) return null;
  return 1 - (curves.corruptedErrors[index] ?? 0) / groups.corrupted - chance;
}

function field(value: number | string | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
