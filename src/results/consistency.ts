/**
 * What must hold in a result beyond its schema: that columns agree in type and length, that ids name what exists, and
 * that the outcomes of an example do not contradict each other. Each check yields problems as "pointer: what is wrong".
 */
import { decodeColumn } from './column.ts';
import { columnsProblems, rangeProblems } from './consistency-columns.ts';
import { classNameProblems, positionProblems, repeatedIds } from './consistency-lists.ts';
import { outcomeProblems } from './consistency-outcomes.ts';
import { runProblems } from './consistency-runs.ts';
import type { Result } from './result.ts';

/** Every inconsistency of a result that the schema accepts, in the order of the file. */
export function* inconsistencies(result: Result): Iterable<string> {
  yield* classNameProblems(result.data, '/data');
  const broken = [...exampleProblems(result)];
  yield* broken;
  yield* partProblems(result);
  yield* modelProblems(result);
  yield* attackProblems(result);
  // Outcomes are held against the labels.
  if (broken.length > 0) return;
  yield* cleanProblems(result);
  yield* runProblems(result);
}

function* exampleProblems({ data, examples }: Result): Iterable<string> {
  const { count, indices, labels } = examples;
  const broken = [...columnsProblems({ indices, labels }, 'int32', count, '/examples')];
  yield* broken;
  if (broken.length > 0) return;
  yield* rangeProblems(indices, 'int32', { least: 0 }, '/examples/indices');
  yield* positionProblems([...decodeColumn(indices, 'int32')], data.size, '/examples/indices');
  yield* rangeProblems(labels, 'int32', { least: 0, below: data.classes }, '/examples/labels');
}

function* partProblems({ part, examples }: Result): Iterable<string> {
  if (part === null) return;
  const { planned, shard, missing = [] } = part;
  if (examples.count >= planned && part.reason !== 'shard') {
    yield `/part/planned is ${String(planned)}, but /examples/count is ${String(examples.count)}, which is no part of it`;
  } else if (examples.count > planned) {
    yield `/part/planned is ${String(planned)}, fewer than the ${String(examples.count)} of /examples/count`;
  }
  for (const [at, { index, count }] of [
    ...(shard === null ? [] : [['/part/shard', shard] as const]),
    ...missing.map((own, position) => [`/part/missing/${String(position)}`, own] as const),
  ]) {
    if (index > count) yield `${at}/index is ${String(index)}, but there are ${String(count)} shards`;
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
  for (const [index, { norm, aim, radius }] of attacks.entries()) {
    const at = `/attacks/${String(index)}/radius`;
    if (radius === null) {
      if (aim === 'bounded') yield `${at} is null, but the aim is bounded`;
      continue;
    }
    const { unit, value } = radius;
    if ((norm === 'l0') !== (unit !== 'fraction of range')) {
      yield `${at}/unit is "${unit}", but the norm is ${norm}`;
    }
    if (norm === 'linf' && value > 1) yield `${at}/value is ${String(value)}, more than the whole range`;
    if (norm === 'l0' && !Number.isInteger(value))
      yield `${at}/value is ${String(value)}, but counts are whole`;
  }
}

function* cleanProblems(result: Result): Iterable<string> {
  const { clean, models, examples } = result;
  for (const [index, { model: id, outcomes, saturated, logits }] of clean.entries()) {
    const at = `/clean/${String(index)}`;
    const model = models.find((candidate) => candidate.id === id);
    if (model === undefined) {
      yield `${at}/model is "${id}", which is no id in /models`;
      continue;
    }
    if (clean.findIndex((other) => other.model === id) !== index) {
      yield `${at}/model is "${id}", as is that of an earlier entry`;
    }
    yield* outcomeProblems(result, outcomes, model.classCount, `${at}/outcomes`);
    if (saturated !== undefined) {
      yield* rangeProblems(saturated, 'uint8', { least: 0, below: 2 }, `${at}/saturated`, examples.count);
    }
    if (logits === undefined) continue;
    const { least, greatest } = logits;
    yield* columnsProblems({ least, greatest }, 'float32', model.classCount, `${at}/logits`);
  }
}
