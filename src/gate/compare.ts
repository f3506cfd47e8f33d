/**
 * The gate: has any error risen by more than is allowed? Each error is compared example by example.
 *
 * Examples are a sample: between two models that err equally often, an error rises on some 500 examples about as often
 * as it falls, and one of many rows rises nearly always. So a row fails where chance does not explain its rise: where
 * the whole interval of the increase, at a level corrected for the number of rows (Bonferroni), lies above what is
 * allowed. Where the very examples are what matters, `strict` lets the measured increase decide.
 */
import { InputError } from '../core/errors.ts';
import type { Derived, DerivedEvaluation } from '../results/derived.ts';
import type { ResultModel } from '../results/result.ts';
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
import { leastDetectable, rises, type GateRule } from './decision.ts';
import type { GateReport, GateRow } from './gate-report.ts';
import { readingNotes } from './reading.ts';

export interface GateOptions {
  /** The greatest increase of an error rate that passes, as a fraction in [0, 1]; 0 unless given. */
  readonly maxIncrease?: number;
  /** One minus the level at which the intervals of all rows hold at once; 0.05 unless given. */
  readonly alpha?: number;
  /** Whether the measured increase decides, whatever chance explains of it; false unless given. */
  readonly strict?: boolean;
}

/**
 * Compares a current result with a baseline: every error the baseline has, clean and adversarial, top-1 and top-5, and
 * of targeted attacks the targets reached. What only the current result has is not gated.
 *
 * @throws InputError when the two are not comparable (saying which field differs), or an option is out of range
 */
export function compareResults(baseline: Derived, current: Derived, options: GateOptions = {}): GateReport {
  const { maxIncrease = 0, alpha = 0.05, strict = false } = options;
  if (!(maxIncrease >= 0 && maxIncrease <= 1)) {
    throw new InputError(`the greatest increase is ${String(maxIncrease)}: give a fraction from 0 to 1`);
  }
  if (!(alpha > 0 && alpha < 1)) {
    throw new InputError(`alpha is ${String(alpha)}: give one between 0 and 1, such as 0.05`);
  }
  const gated = pairEvaluations(baseline, current).flatMap((pair) =>
    countsOf(pair).map(([metric, counts]) => ({ pair, metric, counts })),
  );
  const rule = { maxIncrease, strict, level: 1 - alpha / Math.max(1, gated.length) };
  const rows = gated.map(({ pair, metric, counts }) => compareErrors(pair, metric, counts, rule));
  return {
    passed: rows.every((row) => row.passed),
    strict,
    maxIncrease,
    alpha,
    correction: 'Bonferroni',
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
function pairTargets(baseline: DerivedEvaluation, current: DerivedEvaluation): PairedCounts | null {
  const [before, after] = [baseline.outcomes.targets, current.outcomes.targets];
  if (before === null || after === null) return null;
  const led = Array.from(before.keys()).filter(
    (index) => (before[index] ?? -1) >= 0 && (after[index] ?? -1) >= 0,
  );
  const reached = ({ outcomes }: DerivedEvaluation): number[] =>
    led.map((index) => (outcomes.predictions[index] === outcomes.targets?.[index] ? 1 : 0));
  return led.length === 0 ? null : pairRanks(reached(baseline), reached(current), 1);
}

function compareErrors(
  { baseline }: EvaluationPair,
  metric: GateRow['metric'],
  counts: PairedCounts,
  rule: GateRule,
): GateRow {
  const { onlyFirstRight: newlyWrong, onlySecondRight: newlyRight, bothWrong } = counts;
  const { difference, interval } = pairedDifference(counts, rule.level);
  const { attack, source, model, access, transfer } = baseline;
  const measured = { newlyWrong, newlyRight, count: pairedTotal(counts) };
  return {
    attack,
    source,
    model,
    access,
    transfer,
    metric,
    count: measured.count,
    baselineErrors: newlyRight + bothWrong,
    currentErrors: newlyWrong + bothWrong,
    newlyWrong,
    newlyRight,
    increase: difference,
    interval,
    pValue: mcnemarExact(newlyWrong, newlyRight),
    detectable: leastDetectable(measured, rule),
    rose: rises(measured, { ...rule, strict: true }),
    passed: !rises(measured, rule),
  };
}

function notesOn(baseline: Derived, current: Derived): string[] {
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
  if (String(baseline.seed) !== String(current.seed)) {
    notes.push(
      `the seed was ${String(baseline.seed)} in the baseline and is ${String(current.seed)}: attacks that draw made other examples`,
    );
  }
  const makers = new Set(baseline.evaluations.filter(({ transfer }) => transfer).map(({ source }) => source));
  for (const id of makers) {
    if (hashOf(baseline.models, id) !== hashOf(current.models, id)) {
      notes.push(
        `the model ${id ?? ''} that examples are made on has changed, and with it the examples that others are tested on`,
      );
    }
  }
  for (const [name, { part }] of [
    ['baseline', baseline],
    ['current result', current],
  ] as const) {
    if (part !== null) notes.push(`the ${name} is a part of its plan: it lacks ${part.lacking}`);
  }
  const gated = new Set(baseline.evaluations.map(keyOf));
  for (const evaluation of current.evaluations) {
    if (!gated.has(keyOf(evaluation))) {
      notes.push(`not gated, because the baseline lacks it: ${describeEvaluation(evaluation)}`);
    }
  }
  for (const evaluation of baseline.evaluations) {
    if (evaluation.targets !== null && evaluation.outcomes.targets === null) {
      notes.push(
        `the targets reached are not gated, because the baseline is of an earlier version and does not list them: ${describeEvaluation(evaluation)}`,
      );
    }
  }
  return notes;
}

function engineOf({ engine }: Derived): string {
  return `${engine.name} (${engine.provider}, ${engine.runtime})`;
}

function hashOf(models: readonly ResultModel[], id: string | null): string | null {
  return models.find((model) => model.id === id)?.sha256 ?? null;
}
