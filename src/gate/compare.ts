/**
 * The gate: has any error risen by more than is allowed? Each error is compared example by example.
 *
 * The measured increase decides, not its significance. Both results evaluate the same examples by the same
 * deterministic attacks, so an increase is a fact about these examples, and a test that excuses what it cannot
 * prove would let a model decay by a little every time. How far the increase may carry over to other examples is
 * what interval and p-value are shown for; who wants to allow for it raises `maxIncrease`.
 */
import { InputError } from '../core/errors.ts';
import type { Result, ResultEvaluation, ResultModel } from '../results/result.ts';
import { pairedDifference } from '../statistics/difference.ts';
import { mcnemarExact } from '../statistics/mcnemar.ts';
import { type PairedCounts, pairedTotal, pairRanks } from '../statistics/paired.ts';
import {
  describeEvaluation,
  keyOf,
  modelsNamed,
  pairEvaluations,
  type EvaluationPair,
} from './comparable.ts';
import type { GateReport, GateRow } from './gate-report.ts';
import { readingNotes } from './reading.ts';

export interface GateOptions {
  /** The greatest increase of an error rate that passes, as a fraction in [0, 1]; 0 unless given. */
  readonly maxIncrease?: number;
  /** One minus the level of the intervals, and the p-value below which a row is significant; 0.05 unless given. */
  readonly alpha?: number;
}

/**
 * Compares a current result with a baseline: every error the baseline has, clean and adversarial, top-1 and top-5, and
 * of targeted attacks the targets reached. What only the current result has is not gated.
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
    countsOf(pair).map(([metric, counts]) => compareErrors(pair, metric, counts, { maxIncrease, alpha })),
  );
  return {
    passed: rows.every((row) => row.passed),
    maxIncrease,
    alpha,
    rows,
    notes: notesOn(baseline, current),
  };
}

/** What is compared of a pair, with the paired table of each. */
function countsOf({ baseline, current }: EvaluationPair): (readonly [GateRow['metric'], PairedCounts])[] {
  const errors = (['top1', 'top5'] as const)
    .filter((metric) => baseline[metric] !== null)
    .map((metric) => {
      const top = metric === 'top1' ? 1 : 5;
      return [metric, pairRanks(baseline.outcomes.ranks, current.outcomes.ranks, top)] as const;
    });
  const targets = pairTargets(baseline, current);
  return targets === null ? errors : [...errors, ['targets', targets]];
}

/** The paired table of the examples that both led towards a class, "wrong" where they reached it; null for none. */
function pairTargets(baseline: ResultEvaluation, current: ResultEvaluation): PairedCounts | null {
  const [before, after] = [baseline.outcomes.targets, current.outcomes.targets];
  if (before === undefined || after === undefined) return null;
  const led = before.flatMap((target, index) => (target === null || after[index] === null ? [] : [index]));
  const reached = ({ outcomes }: ResultEvaluation): number[] =>
    led.map((index) => (outcomes.predictions[index] === outcomes.targets?.[index] ? 1 : 0));
  return led.length === 0 ? null : pairRanks(reached(baseline), reached(current), 1);
}

function compareErrors(
  { attack, baseline }: EvaluationPair,
  metric: GateRow['metric'],
  counts: PairedCounts,
  { maxIncrease, alpha }: Required<GateOptions>,
): GateRow {
  const { onlyFirstRight: newlyWrong, onlySecondRight: newlyRight, bothWrong } = counts;
  const count = pairedTotal(counts);
  const { difference, interval } = pairedDifference(counts, 1 - alpha);
  const pValue = mcnemarExact(newlyWrong, newlyRight);
  return {
    setting: baseline.setting,
    attack: baseline.attack,
    epsilonText: attack?.epsilonText ?? null,
    source: baseline.source,
    target: baseline.target,
    metric,
    count,
    baselineErrors: newlyRight + bothWrong,
    currentErrors: newlyWrong + bothWrong,
    newlyWrong,
    newlyRight,
    increase: difference,
    interval,
    pValue,
    significant: pValue < alpha,
    // In whole examples, so that 7 of 100 is not above 0.07.
    passed: newlyWrong - newlyRight <= maxIncrease * count + 1e-9,
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
  notes.push(...readingNotes(baseline, current, modelsNamed(baseline)));
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
  for (const evaluation of baseline.evaluations) {
    if (evaluation.targetsReached !== null && evaluation.outcomes.targets === undefined) {
      notes.push(
        `the targets reached are not gated, because the baseline is of an earlier version and does not list them: ${describeEvaluation(evaluation)}`,
      );
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
