/**
 * What must hold in a result beyond its schema: that lists agree in length, that ids name what exists, and that
 * rates are what the outcomes say. Each check yields problems as "pointer: what is wrong".
 */
import type { Result } from './result.ts';
import { comparisonProblems } from './consistency-comparisons.ts';
import { evaluationProblems } from './consistency-evaluations.ts';
import { classNameProblems, positionProblems, repeatedIds } from './consistency-lists.ts';

/** Every inconsistency of a result that the schema accepts, in the order of the file. */
export function inconsistencies(result: Result): string[] {
  return [
    ...classNameProblems(result.data, '/data'),
    ...examplesProblems(result),
    ...modelProblems(result),
    ...attackProblems(result),
    ...evaluationProblems(result),
    ...comparisonProblems(result),
  ];
}

function* examplesProblems({ data, examples }: Result): Iterable<string> {
  const { count, indices, labels } = examples;
  for (const [name, list] of Object.entries({ indices, labels })) {
    if (list.length !== count) {
      yield `/examples/${name} has ${String(list.length)} entries, expected one for each of the ${String(count)} examples`;
    }
  }
  yield* positionProblems(indices, data.size, '/examples/indices');
  const unknown = labels.findIndex((label) => label >= data.classes);
  if (unknown >= 0) {
    yield `/examples/labels/${String(unknown)} is ${String(labels[unknown])}, but there are only ${String(data.classes)} classes`;
  }
}

function* modelProblems({ data, models }: Result): Iterable<string> {
  yield* repeatedIds(
    models.map(({ id }) => id),
    '/models',
  );
  for (const [index, { classCount, bounds, normalization }] of models.entries()) {
    const at = `/models/${String(index)}`;
    if (classCount < data.classes) {
      yield `${at}/classCount is ${String(classCount)}, fewer than the ${String(data.classes)} classes of the data`;
    }
    if (bounds.lower >= bounds.upper) {
      yield `${at}/bounds are ${String(bounds.lower)} to ${String(bounds.upper)}, but the lower must be less than the upper`;
    }
    if (normalization && normalization.mean.length !== normalization.std.length) {
      const { mean, std } = normalization;
      yield `${at}/normalization has ${String(mean.length)} means and ${String(std.length)} standard deviations`;
    }
  }
}

function* attackProblems({ attacks }: Result): Iterable<string> {
  yield* repeatedIds(
    attacks.map(({ id }) => id),
    '/attacks',
  );
  for (const [index, { targeted, target }] of attacks.entries()) {
    if (targeted !== (target !== null)) {
      yield `/attacks/${String(index)}/target is ${target === null ? 'null' : `"${target}"`}, but targeted is ${String(targeted)}`;
    }
  }
}
