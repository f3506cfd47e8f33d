/** The lines below the table of an attack result: what was measured, comparisons, perturbations, warnings. */
import type { PerturbationSummary, Result, ResultComparison } from '../results/result.ts';
import { attackTitle, metricTitle, percent, ratio } from './format.ts';
import type { Palette } from './table.ts';

export function notesBelow(result: Result, colors: Palette): string[] {
  return [
    caption(result),
    ...softmaxNotes(result),
    ...readingNotes(result),
    ...perturbations(result),
    ...targetNotes(result),
    ...result.comparisons.map((comparison) => comparisonLine(result, comparison)),
    ...result.warnings.map((warning) => colors.warning(`warning: ${warning}`)),
  ];
}

function caption({ data, examples, evaluations, engine, seed }: Result): string {
  const methods = new Set(
    evaluations.map(
      ({ top1 }) => `${percent(top1.interval.level).replace(/\.0$/, '')} % ${top1.interval.method}`,
    ),
  );
  return (
    `${String(examples.count)} of ${String(data.size)} examples of ${data.specification} ${data.split}, seed ${String(seed)}; ` +
    `in brackets ${[...methods].join(', ')} intervals; computed by ${engine.runtime} on ${engine.provider}`
  );
}

/** Whose file ends in a softmax that was taken off: their scores are not those that the file gives. */
function softmaxNotes({ models }: Result): string[] {
  const names = models.filter(({ outputs }) => outputs === 'softmax removed').map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `the softmax at the end of ${names.join(', ')} was taken off: attacks follow the logits, whose gradients do not vanish`,
  ];
}

/** What stands between the data and a file's own input, and what opening the file changed. */
function readingNotes({ models }: Result): string[] {
  return models.flatMap(({ name, normalization, approximateGradient, notes = [] }) => [
    ...(normalization
      ? [
          `${name}: its inputs are normalised, mean ${normalization.mean.join(', ')}, std ${normalization.std.join(', ')}`,
        ]
      : []),
    ...(approximateGradient
      ? [
          `${name}: its gradient is an approximation (${approximateGradient}), and its white-box error may be too low`,
        ]
      : []),
    ...notes.map((note) => `${name}: ${note}`),
  ]);
}

function perturbations({ attacks, evaluations }: Result): string[] {
  return attacks.flatMap((attack) => {
    const own = evaluations.filter(({ attack: id }) => id === attack.id);
    const exact = own.flatMap(({ perturbation }) => perturbation ?? []);
    const rounded = own.flatMap(({ rounded8Bit }) => rounded8Bit?.perturbation ?? []);
    if (exact.length === 0) return [];
    const measured = sizesOf(exact);
    const asPixels = rounded.length === 0 ? measured : sizesOf(rounded);
    const pixels = asPixels === measured ? '' : `, as 8-bit pixels ${asPixels}`;
    return [`${attackTitle(attack)}: measured ${measured}${pixels} (fractions of the range)`];
  });
}

/** The greatest L∞ norm, and the mean L2 norms of several evaluations. */
function sizesOf(sizes: readonly PerturbationSummary[]): string {
  const linf = Math.max(...sizes.map((size) => size.linf.max));
  const means = sizes.map((size) => size.l2.mean);
  const [least = '', greatest = ''] = [Math.min(...means), Math.max(...means)].map((mean) =>
    mean.toPrecision(3),
  );
  const l2 = least === greatest ? least : `${least} to ${greatest}`;
  return `‖δ‖∞ at most ${linf.toPrecision(5)}, mean ‖δ‖₂ ${l2}`;
}

/** How many could be led to their target and were, for each evaluation of a targeted attack. */
function targetNotes({ attacks, evaluations, models }: Result): string[] {
  const nameOf = (id: string | null): string => models.find((model) => model.id === id)?.name ?? '';
  return evaluations.flatMap((evaluation) => {
    const {
      attack: id,
      source,
      target,
      count,
      targetsReached,
      targetsPossible,
      targetsPredicted,
    } = evaluation;
    const attack = attacks.find((candidate) => candidate.id === id);
    if (attack === undefined || targetsReached === null) return [];
    const made = evaluation.setting === 'black-box' ? ` made on ${nameOf(source)}` : '';
    const where = `${attackTitle(attack)}${made} on ${nameOf(target)}`;
    if (targetsPossible === undefined) {
      return [
        `${where}: ${String(targetsReached)} of ${String(count)} examples are taken for the target, those of that label included`,
      ];
    }
    const out = count - targetsPossible;
    const excluded =
      out === 0
        ? ''
        : `; ${String(out)} ${attack.label === 'true' ? 'are of the target class' : 'were taken for the target class before'} and left out, ${String(targetsPredicted)} are taken for it in all`;
    return [
      `${where}: ${String(targetsReached)} of ${String(targetsPossible)} examples led to their target${excluded}`,
    ];
  });
}

function comparisonLine({ models, attacks }: Result, comparison: ResultComparison): string {
  const nameOf = (id: string): string => models.find((model) => model.id === id)?.name ?? id;
  const attack = attacks.find(({ id }) => id === comparison.attack);
  const model = nameOf(comparison.model);
  const baseline = nameOf(comparison.baseline);
  const setting =
    comparison.source === null ? 'in the white box' : `in the black box from ${nameOf(comparison.source)}`;
  const where = `against ${attack === undefined ? comparison.attack : attackTitle(attack)} ${setting}, ${metricTitle(comparison.metric)}`;
  const { accuracyRatio, interval } = comparison;
  if (accuracyRatio === null || interval === null) {
    return `${model} and ${baseline} ${where}: no ratio, ${baseline} gets no example right`;
  }
  const relation = accuracyRatio >= 1 ? 'times more robust than' : 'times as robust as';
  return `${model} is ${ratio(accuracyRatio)} [${ratio(interval.lower)}, ${ratio(interval.upper)}] ${relation} ${baseline} ${where} (ratio of accuracies)`;
}
