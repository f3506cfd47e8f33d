/**
 * How data and models were read, in two results: with another range, layout or normalisation the same files give other
 * numbers, and a comparison would say nothing of the models.
 */
import type { Derived } from '../results/derived.ts';
import type { ResultModel } from '../results/result.ts';
import { differing, show } from './difference.ts';

/**
 * What makes two results incomparable in how they were read: any difference in the data's; in a model's where the
 * weights are the same, so that nothing else explains it; and gradients of another kind, which make a weaker attack.
 *
 * @param ids the models that the compared evaluations name
 */
export function* readingDiffering(
  baseline: Derived,
  current: Derived,
  ids: Iterable<string>,
): Iterable<string> {
  yield* dataDiffering(baseline, current);
  for (const [id, before, after] of modelPairs(baseline, current, ids)) {
    if (sameWeights(before, after)) {
      yield* settingsDiffering(id, before, after);
      if (toolOf(baseline) === toolOf(current)) yield* notesDiffering(id, before, after);
    }
    yield* gradientDiffering(id, before, after);
  }
}

/** What differs in how models were read and is no obstacle, and what one of the results does not record. */
export function* readingNotes(baseline: Derived, current: Derived, ids: Iterable<string>): Iterable<string> {
  yield* unrecorded('the data were', baseline.data.range, current.data.range);
  for (const [id, before, after] of modelPairs(baseline, current, ids)) {
    if (!sameWeights(before, after)) yield* settingsDiffering(id, before, after);
    if (!sameWeights(before, after) || toolOf(baseline) !== toolOf(current)) {
      yield* notesDiffering(id, before, after);
    }
    yield* unrecorded(`model "${id}" was`, before.normalization, after.normalization);
  }
}

function* modelPairs(
  baseline: Derived,
  current: Derived,
  ids: Iterable<string>,
): Iterable<readonly [string, ResultModel, ResultModel]> {
  for (const id of new Set(ids)) {
    const before = baseline.models.find((model) => model.id === id);
    const after = current.models.find((model) => model.id === id);
    if (before !== undefined && after !== undefined) yield [id, before, after];
  }
}

/** Functions have no weights to compare: of them only what they state counts. */
function sameWeights(before: ResultModel, after: ResultModel): boolean {
  return before.sha256 === after.sha256;
}

function toolOf({ tool }: Derived): string {
  return `${tool.name} ${tool.version}`;
}

function* dataDiffering({ data: before }: Derived, { data: after }: Derived): Iterable<string> {
  // A reader without settings states none, and an earlier version neither: which it was, the range tells.
  if (before.range === undefined || after.range === undefined) return;
  yield* differing('data.range', interval(before.range), interval(after.range));
  const settings = [before.settings ?? {}, after.settings ?? {}] as const;
  const names = new Set(settings.flatMap((each) => Object.keys(each)));
  // What readers state of the range in words stands above in numbers.
  names.delete('range');
  for (const name of names) {
    const [first = null, second = null] = settings.map((each) => each[name]);
    yield* differing(`data.settings.${name}`, first, second);
  }
}

function* settingsDiffering(id: string, before: ResultModel, after: ResultModel): Iterable<string> {
  const of = (field: string): string => `the ${field} of model "${id}"`;
  yield* differing(of('bounds'), interval(before.bounds), interval(after.bounds));
  yield* differing(of('outputs'), before.outputs, after.outputs);
  yield* differing(of('inputShape'), before.inputShape.join(','), after.inputShape.join(','));
  if (before.layout !== undefined && after.layout !== undefined) {
    yield* differing(of('layout'), before.layout, after.layout);
  }
  if (before.normalization !== undefined && after.normalization !== undefined) {
    const [first, second] = [normalization(before), normalization(after)];
    yield* differing(of('normalization'), first, second);
  }
}

function* gradientDiffering(id: string, before: ResultModel, after: ResultModel): Iterable<string> {
  if (before.approximateGradient === undefined || after.approximateGradient === undefined) return;
  yield* differing(
    `the approximateGradient of model "${id}"`,
    before.approximateGradient,
    after.approximateGradient,
  );
}

function* notesDiffering(id: string, before: ResultModel, after: ResultModel): Iterable<string> {
  if (before.notes === undefined || after.notes === undefined) return;
  for (const [notes, others, where] of [
    [before.notes, after.notes, 'the baseline'],
    [after.notes, before.notes, 'the current result'],
  ] as const) {
    for (const note of notes.filter((text) => !others.includes(text))) {
      yield `the notes of model "${id}" say ${show(note)} in ${where} alone`;
    }
  }
}

/** Where one of the results records how something was read, and the other, of an earlier version, does not. */
function* unrecorded(what: string, before: unknown, after: unknown): Iterable<string> {
  if ((before === undefined) === (after === undefined)) return;
  const where = before === undefined ? 'the baseline' : 'the current result';
  yield `${where} is of an earlier version and does not record how ${what} read: a difference there would not show`;
}

function interval({ lower, upper }: ResultModel['bounds']): string {
  return `${String(lower)} to ${String(upper)}`;
}

function normalization({ normalization: given }: ResultModel): string | null {
  return given ? `mean ${given.mean.join(', ')}, std ${given.std.join(', ')}` : null;
}
