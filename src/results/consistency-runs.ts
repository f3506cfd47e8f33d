/** The checks of consistency.ts on runs: what they refer to, the sizes against the radius, targets, and outcomes. */
import { decodeColumn } from './column.ts';
import { rangeProblems } from './consistency-columns.ts';
import { outcomeProblems } from './consistency-outcomes.ts';
import type { Column, Result, ResultAttack, ResultAttackRun, ResultModel } from './result.ts';
import { givenClass } from './target-class.ts';

/** Where no 8-bit level is within the radius of a value, the nearest is this far at most, as a fraction of the range. */
const halfLevel = 0.5 / 255;

export function* runProblems(result: Result): Iterable<string> {
  const seen = new Set<string>();
  for (const [index, run] of result.runs.entries()) {
    const at = `/runs/${String(index)}`;
    const attack = result.attacks.find(({ id }) => id === run.attack);
    const source = result.models.find(({ id }) => id === run.source);
    const key = JSON.stringify([run.attack, run.source]);
    if (seen.has(key)) yield `${at} repeats the attack and source of an earlier entry`;
    seen.add(key);
    if (attack === undefined) {
      yield `${at}/attack is "${run.attack}", which is no id in /attacks`;
    } else if (source === undefined) {
      yield `${at}/source is "${run.source}", which is no id in /models`;
    } else {
      yield* measureProblems(result, run, attack, source, at);
      yield* scoredProblems(result, run, source, at);
    }
  }
}

function* measureProblems(
  { examples: { count } }: Result,
  run: ResultAttackRun,
  attack: ResultAttack,
  source: ResultModel,
  at: string,
): Iterable<string> {
  for (const name of ['gradients', 'queries'] as const) {
    const column = run[name];
    if (column !== undefined) yield* rangeProblems(column, 'int32', { least: 0 }, `${at}/${name}`, count);
  }
  if (run.zeroGradients !== undefined) {
    yield* rangeProblems(run.zeroGradients, 'uint8', { least: 0, below: 2 }, `${at}/zeroGradients`, count);
  }
  yield* sizeProblems(run, attack, source, count, at);
  yield* targetProblems(run, attack, source, count, at);
}

function* sizeProblems(
  run: ResultAttackRun,
  { norm, radius }: ResultAttack,
  { inputShape }: ResultModel,
  count: number,
  at: string,
): Iterable<string> {
  const { sizes, rounded, scored } = run;
  const unstated = scored.findIndex(({ stated }) => (stated === undefined) === (sizes === undefined));
  if (unstated >= 0) {
    yield sizes === undefined
      ? `${at} has neither sizes nor what version 1 stated in /scored/${String(unstated)}`
      : `${at}/scored/${String(unstated)}/stated is given, but the sizes are listed`;
  }
  if (sizes === undefined) return;
  const broken = [
    ...Object.entries({ ...sizes }).flatMap(([name, column]) => [
      ...rangeProblems(column, 'float64', { least: 0 }, `${at}/sizes/${name}`, count),
    ]),
    ...Object.entries({ ...rounded }).flatMap(([name, column]) => [
      ...rangeProblems(column, 'float64', { least: 0 }, `${at}/rounded/${name}`, count),
    ]),
  ];
  yield* broken;
  if (broken.length > 0) return;
  const own = sizes[norm];
  if (own === undefined) {
    yield `${at}/sizes lacks ${norm}, the norm of the attack`;
    return;
  }
  const elements = inputShape.reduce((product, dim) => product * dim, 1);
  if (radius === null) return;
  const slack = roundingOf(norm, elements);
  yield* beyondRadius(
    own,
    radius.value + slack,
    `the attack's radius of ${String(radius.value)}`,
    `${at}/sizes/${norm}`,
  );
  if (rounded === undefined || norm !== 'linf') return;
  const [limit, words] =
    radius.value < halfLevel
      ? [halfLevel, 'half a level of 8 bits']
      : [radius.value, `the attack's radius of ${String(radius.value)}`];
  yield* beyondRadius(rounded.linf, limit + slack, words, `${at}/rounded/linf`);
}

function* beyondRadius(column: Column, greatest: number, limit: string, at: string): Iterable<string> {
  const sizes = decodeColumn(column, 'float64');
  const outside = sizes.findIndex((size) => size > greatest);
  if (outside >= 0) {
    yield `${at}/${String(outside)} is ${String(sizes[outside])}, above ${limit}`;
  }
}

/** How far float32 examples may be measured beyond the radius; it adds up over the elements as the norm does. */
function roundingOf(norm: ResultAttack['norm'], elements: number): number {
  const each = 2 ** -22;
  const total = { linf: each, l2: each * Math.sqrt(elements), l1: each * elements, l0: 0 }[norm];
  return norm === 'l0' ? 0 : 1e-5 + total;
}

function* targetProblems(
  { targets, scored }: ResultAttackRun,
  attack: ResultAttack,
  { classCount }: ResultModel,
  count: number,
  at: string,
): Iterable<string> {
  const stated = scored.every((one) => one.stated?.targets != null);
  const known = targets !== undefined || stated;
  if (known !== (attack.target !== null)) {
    yield `${at}/targets ${known ? 'are given' : 'are missing'}, but the attack "${attack.id}" is ${known ? 'untargeted' : 'targeted'}`;
    return;
  }
  if (targets === undefined) return;
  const broken = [
    ...rangeProblems(targets, 'int32', { least: -1, below: classCount }, `${at}/targets`, count),
  ];
  yield* broken;
  const own = givenClass(attack.target);
  if (broken.length > 0 || own === null) return;
  const values = decodeColumn(targets, 'int32');
  const wrong = values.findIndex((value) => value >= 0 && value !== own);
  if (wrong >= 0) {
    yield `${at}/targets/${String(wrong)} is ${String(values[wrong])}, but the target of the attack is ${String(own)}`;
  }
}

function* scoredProblems(
  result: Result,
  { scored }: ResultAttackRun,
  source: ResultModel,
  at: string,
): Iterable<string> {
  for (const [index, { model: id, outcomes, rounded, stated }] of scored.entries()) {
    const own = `${at}/scored/${String(index)}`;
    const model = result.models.find((candidate) => candidate.id === id);
    if (model === undefined) {
      yield `${own}/model is "${id}", which is no id in /models`;
      continue;
    }
    if (scored.findIndex((other) => other.model === id) !== index) {
      yield `${own}/model is "${id}", as is that of an earlier entry`;
    }
    if (id !== source.id && !source.roles.includes('source')) {
      yield `${own}/model is "${id}", but the model "${source.id}" that the examples were made on lacks the role source`;
    }
    yield* outcomeProblems(result, outcomes, model.classCount, `${own}/outcomes`);
    if (rounded !== undefined) yield* outcomeProblems(result, rounded, model.classCount, `${own}/rounded`);
    if (stated === undefined) continue;
    const { count } = result.examples;
    const { top1Errors = 0, top5Errors = 0 } = stated.rounded ?? {};
    if (top1Errors > count || (top5Errors ?? 0) > count) {
      yield `${own}/stated/rounded counts more than the ${String(count)} examples`;
    }
    const { reached = 0, possible = null } = stated.targets ?? {};
    if (reached > (possible ?? count) || (possible ?? 0) > count) {
      yield `${own}/stated/targets counts more than the ${String(possible ?? count)} examples that there can be`;
    }
  }
}
