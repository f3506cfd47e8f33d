/** The lines below the table of an attack result: what was measured, perturbations, worst cases, comparisons, warnings. */
import type { Derived, DerivedSizes, WorstCase } from '../results/derived.ts';
import { comparisonLines } from './attack-comparisons.ts';
import { errorWithInterval, percent } from './format.ts';
import type { Palette } from './table.ts';

export function notesBelow(derived: Derived, colors: Palette): string[] {
  const { part } = derived;
  return [
    caption(derived),
    ...(part === null
      ? []
      : [colors.warning(`a part of the plan: it lacks ${part.lacking}${reasons[part.reason]}`)]),
    ...softmaxNotes(derived),
    ...readingNotes(derived),
    ...perturbations(derived),
    ...targetNotes(derived),
    ...derived.worst.map((worst) => worstLine(derived, worst)),
    ...comparisonLines(derived),
    ...derived.warnings.map(({ text }) => colors.warning(`warning: ${text}`)),
  ];
}

const reasons = { shard: '', budget: ', the time was up', interrupted: ', it was interrupted' } as const;

function caption({ data, examples, evaluations, engine, seed }: Derived): string {
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
function softmaxNotes({ models }: Derived): string[] {
  const names = models.filter(({ outputs }) => outputs === 'softmax removed').map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `the softmax at the end of ${names.join(', ')} was taken off: attacks follow the logits, whose gradients do not vanish`,
  ];
}

/** What stands between the data and a file's own input, and what opening the file changed. */
function readingNotes({ models }: Derived): string[] {
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

function perturbations({ attacks, evaluations }: Derived): string[] {
  return attacks.flatMap((attack) => {
    const own = evaluations.filter(({ attack: id }) => id === attack.id);
    const exact = own.flatMap(({ sizes }) => sizes ?? []);
    const rounded = own.flatMap((evaluation) => evaluation.rounded?.sizes ?? []);
    if (exact.length === 0) return [];
    const measured = sizesOf(exact, attack.norm);
    const asPixels = rounded.length === 0 ? measured : sizesOf(rounded, attack.norm);
    const pixels = asPixels === measured ? '' : `, as 8-bit pixels ${asPixels}`;
    return [`${attack.name}: measured ${measured}${pixels} (fractions of the range)`];
  });
}

const counted = { l1: '‖δ‖₁', l0: '‖δ‖₀' } as const;

/** The greatest L∞ norm, and the mean L2 norms of several evaluations; before them the attack's own norm. */
function sizesOf(sizes: readonly DerivedSizes[], norm: keyof DerivedSizes): string {
  const linf = Math.max(...sizes.map((size) => size.linf.max));
  const l2 = range(sizes.map((size) => size.l2.mean));
  const both = `‖δ‖∞ at most ${linf.toPrecision(5)}, mean ‖δ‖₂ ${l2}`;
  if (norm === 'linf' || norm === 'l2') return both;
  const own = sizes.flatMap((size) => size[norm] ?? []);
  if (own.length === 0) return both;
  const greatest = Math.max(...own.map(({ max }) => max));
  return `${counted[norm]} at most ${String(Number(greatest.toPrecision(5)))}, mean ${range(own.map(({ mean }) => mean))}; ${both}`;
}

function range(means: readonly number[]): string {
  const [least = '', greatest = ''] = [Math.min(...means), Math.max(...means)].map((mean) =>
    mean.toPrecision(3),
  );
  return least === greatest ? least : `${least} to ${greatest}`;
}

/** How many could be led to their target and were, for each evaluation of a targeted attack. */
function targetNotes({ attacks, evaluations, models }: Derived): string[] {
  const nameOf = (id: string | null): string => models.find((model) => model.id === id)?.name ?? '';
  return evaluations.flatMap(({ attack: id, source, model, transfer, count, targets }) => {
    const attack = attacks.find((candidate) => candidate.id === id);
    if (attack === undefined || targets === null) return [];
    const { reached, possible, predicted } = targets;
    const made = transfer ? ` made on ${nameOf(source)}` : '';
    const where = `${attack.name}${made} on ${nameOf(model)}`;
    if (possible === null) {
      return [
        `${where}: ${String(reached)} of ${String(count)} examples are taken for the target, those of that label included`,
      ];
    }
    const out = count - possible;
    const excluded =
      out === 0
        ? ''
        : `; ${String(out)} ${attack.label === 'true' ? 'are of the target class' : 'were taken for the target class before'} and left out, ${String(predicted)} are taken for it in all`;
    return [`${where}: ${String(reached)} of ${String(possible)} examples led to their target${excluded}`];
  });
}

/** Up to this many attacks are named one by one. */
const named = 4;

/** Not by attack but by example: what is left where every attack of one size counts. */
function worstLine({ models, attacks }: Derived, { model, met, radius, top1 }: WorstCase): string {
  const nameOf = (id: string): string => models.find((candidate) => candidate.id === id)?.name ?? id;
  const names = met.map(({ attack, source }) => {
    const name = attacks.find(({ id }) => id === attack)?.name ?? attack;
    return source === model ? name : `${name} made on ${nameOf(source)}`;
  });
  const what = names.length <= named ? names.join(', ') : `${String(names.length)} attacks of ${radius.text}`;
  return `worst case on ${nameOf(model)} of ${what} and the original: ${errorWithInterval(top1)} % Top-1 error`;
}
