/**
 * The gate: has any error risen by more than is allowed? Each error is compared example by example.
 *
 * The measured increase decides, not its significance. Both results evaluate the same examples by the same
 * deterministic attacks, so an increase is a fact about these examples, and a test that excuses what it cannot
 * prove would let a model decay by a little every time. How far the increase may carry over to other examples is
 * what interval and p-value are shown for; who wants to allow for it raises `maxIncrease`.
 */
import { InputError } from '../core/errors.ts';
import type { Result, ResultModel } from '../results/result.ts';
import { pairedDifference } from '../statistics/difference.ts';
import { mcnemarExact } from '../statistics/mcnemar.ts';
import { pairRanks } from '../statistics/paired.ts';
import { describeEvaluation, keyOf, pairEvaluations, type EvaluationPair } from './comparable.ts';
import type { GateReport, GateRow } from './gate-report.ts';

export interface GateOptions {
  /** The greatest increase of an error rate that passes, as a fraction in [0, 1]; 0 unless given. */
  readonly maxIncrease?: number;
  /** One minus the level of the intervals, and the p-value below which a row is significant; 0.05 unless given. */
  readonly alpha?: number;
}

/**
 * Compares a current result with a baseline: every error the baseline has, clean and adversarial, top-1 and top-5.
 * What only the current result has is not gated.
 *
 * @throws InputError when the two are not comparable (saying which field differs), or an option is out of range
 */
export function compareResults(baseline: Result, current: Result, options: GateOptions = {}): GateReport {
  const { maxIncrease = 0, alpha = 0.05 } = options;
  if (!(maxIncrease >= 0 && maxIncrease <= 1)) {
    throw new InputError(`the greatest increase is ${String(maxIncrease)}: give a fraction from 0 to 1`);
  }
  if (!(alpha > 0 && alpha < 1)) {
    throw new InputError(`alpha is ${String(alpha)}: give one between 0 and 1, such as 0.05`);
  }
  const pairs = pairEvaluations(baseline, current);
  const rows = pairs.flatMap((pair) =>
    (['top1', 'top5'] as const)
      .filter((metric) => pair.baseline[metric] !== null)
      .map((metric) => compareErrors(pair, metric, maxIncrease, alpha)),
  );
  return {
    passed: rows.every((row) => row.passed),
    maxIncrease,
    alpha,
    rows,
    notes: notesOn(baseline, current),
  };
}

function compareErrors(
  { attack, baseline, current }: EvaluationPair,
  metric: GateRow['metric'],
  maxIncrease: number,
  alpha: number,
): GateRow {
  const counts = pairRanks(baseline.outcomes.ranks, current.outcomes.ranks, metric === 'top1' ? 1 : 5);
  const { onlyFirstRight: newlyWrong, onlySecondRight: newlyRight, bothWrong } = counts;
  const { difference, interval } = pairedDifference(counts, 1 - alpha);
  const pValue = mcnemarExact(newlyWrong, newlyRight);
  return {
    setting: baseline.setting,
    attack: baseline.attack,
    epsilonText: attack?.epsilonText ?? null,
    source: baseline.source,
    target: baseline.target,
    metric,
    count: baseline.count,
    baselineErrors: newlyRight + bothWrong,
    currentErrors: newlyWrong + bothWrong,
    newlyWrong,
    newlyRight,
    increase: difference,
    interval,
    pValue,
    significant: pValue < alpha,
    // In whole examples, so that 7 of 100 is not above 0.07.
    passed: newlyWrong - newlyRight <= maxIncrease * baseline.count + 1e-9,
  };
}

function notesOn(baseline: Result, current: Result): string[] {
  const notes: string[] = [];
  for (const [name, before, after] of [
    [
      'tool',
      `${baseline.tool.name} ${baseline.tool.version}`,
      `${current.tool.name} ${current.tool.version}`,
    ],
    ['engine', engineOf(baseline), engineOf(current)],
  ] as const) {
    if (before !== after) {
      notes.push(`the ${name} was ${before} in the baseline and is ${after}: rounding may differ`);
    }
  }
  const makers = new Set(
    baseline.evaluations.filter(({ setting }) => setting === 'black-box').map((e) => e.source),
  );
  for (const id of makers) {
    if (hashOf(baseline.models, id) !== hashOf(current.models, id)) {
      notes.push(
        `the black-box source ${id ?? ''} has changed, and with it the examples that others are tested on`,
      );
    }
  }
  const gated = new Set(baseline.evaluations.map(keyOf));
  for (const evaluation of current.evaluations) {
    if (!gated.has(keyOf(evaluation))) {
      notes.push(`not gated, because the baseline lacks it: ${describeEvaluation(evaluation)}`);
    }
  }
  return notes;
}

function engineOf({ engine }: Result): string {
  return `${engine.name} (${engine.provider}, ${engine.runtime})`;
}

function hashOf(models: readonly ResultModel[], id: string | null): string | null {
  return models.find((model) => model.id === id)?.sha256 ?? null;
}
