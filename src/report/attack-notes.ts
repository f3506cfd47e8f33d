/** The lines below the table of an attack result: what was measured, comparisons, perturbations, warnings. */
import type { Result, ResultComparison } from '../results/result.ts';
import { attackTitle, metricTitle, percent, ratio } from './format.ts';
import type { Palette } from './table.ts';

export function notesBelow(result: Result, colors: Palette): string[] {
  return [
    caption(result),
    ...softmaxNotes(result),
    ...perturbations(result),
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

function perturbations({ attacks, evaluations }: Result): string[] {
  return attacks.flatMap((attack) => {
    const sizes = evaluations.flatMap(({ attack: id, perturbation }) =>
      id === attack.id && perturbation !== null ? [perturbation] : [],
    );
    if (sizes.length === 0) return [];
    const linf = Math.max(...sizes.map((size) => size.linf.max));
    const means = sizes.map((size) => size.l2.mean);
    const [least, greatest] = [Math.min(...means), Math.max(...means)].map((mean) => mean.toPrecision(3));
    const l2 = least === greatest ? (least ?? '') : `${least ?? ''} to ${greatest ?? ''}`;
    return [
      `${attackTitle(attack)}: measured ‖δ‖∞ at most ${linf.toPrecision(5)}, mean ‖δ‖₂ ${l2} (fractions of the range)`,
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
