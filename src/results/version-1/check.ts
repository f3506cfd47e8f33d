/**
 * What must hold in a result of version 1 so that it can be brought up: that ids name what exists, that lists agree in
 * length, and that the errors it states are those of its outcomes, from which they will be counted.
 */
import { classNameProblems } from '../consistency-lists.ts';
import { givenClass } from '../target-class.ts';
import type { Result, ResultEvaluation } from './result.ts';
import { targetsOf } from './targets.ts';

export function* versionOneProblems(result: Result): Iterable<string> {
  yield* classNameProblems(result.data, '/data');
  for (const [index, { targeted, target }] of result.attacks.entries()) {
    if (targeted !== (target !== null)) {
      yield `/attacks/${String(index)}/target is ${target === null ? 'null' : `"${target}"`}, but targeted is ${String(targeted)}`;
    }
  }
  const seen = new Set<string>();
  for (const [index, evaluation] of result.evaluations.entries()) {
    const at = `/evaluations/${String(index)}`;
    const { setting, attack, source, target } = evaluation;
    const key = JSON.stringify([attack, source, target]);
    if (seen.has(key)) yield `${at} repeats the attack, source and target of an earlier entry`;
    seen.add(key);
    const placed = [...placeProblems(result, evaluation, at)];
    yield* placed;
    if (placed.length > 0) continue;
    yield* errorProblems(result, evaluation, at);
    if (setting !== 'clean') yield* targetProblems(result, evaluation, at);
  }
}

function* placeProblems(
  { models, attacks }: Result,
  { setting, attack, source, target, perturbation, gradientsPerExample }: ResultEvaluation,
  at: string,
): Iterable<string> {
  const known = (id: string): boolean => models.some((model) => model.id === id);
  if (!known(target)) yield `${at}/target is "${target}", which is no id in /models`;
  for (const [name, value] of Object.entries({ attack, source, perturbation, gradientsPerExample })) {
    if ((value === null) !== (setting === 'clean')) {
      yield `${at}/${name} is ${value === null ? 'null' : 'given'}, but the setting is ${setting}`;
    }
  }
  if (source !== null && !known(source)) yield `${at}/source is "${source}", which is no id in /models`;
  if (attack !== null && !attacks.some(({ id }) => id === attack)) {
    yield `${at}/attack is "${attack}", which is no id in /attacks`;
  }
  if (setting !== 'clean' && (setting === 'white-box') !== (source === target)) {
    yield `${at}/source is "${source ?? ''}" and its target "${target}", which is no ${setting} setting`;
  }
}

function* errorProblems({ examples }: Result, evaluation: ResultEvaluation, at: string): Iterable<string> {
  const { outcomes, top1, top5, count } = evaluation;
  const { predictions, ranks, targets } = outcomes;
  if (count !== examples.count) {
    yield `${at}/count is ${String(count)}, but /examples/count is ${String(examples.count)}`;
  }
  for (const [name, list] of Object.entries({ predictions, ranks, targets })) {
    if (list === undefined || list.length === examples.count) continue;
    yield `${at}/outcomes/${name} has ${String(list.length)} entries, expected one for each of the ${String(examples.count)} examples`;
  }
  for (const [name, stated, top] of [
    ['top1', top1, 1],
    ['top5', top5, 5],
  ] as const) {
    const counted = ranks.filter((rank) => rank >= top).length;
    if (stated !== null && stated.errors !== counted) {
      yield `${at}/${name}/errors is ${String(stated.errors)}, but the ranks say ${String(counted)}`;
    }
  }
}

function* targetProblems(result: Result, evaluation: ResultEvaluation, at: string): Iterable<string> {
  const attack = result.attacks.find(({ id }) => id === evaluation.attack);
  if (attack === undefined) return;
  const { targetsReached, targetsPossible, targetsPredicted, outcomes } = evaluation;
  if ((targetsReached === null) === attack.targeted) {
    yield `${at}/targetsReached is ${String(targetsReached)}, but the attack "${attack.id}" is ${attack.targeted ? 'targeted' : 'untargeted'}`;
    return;
  }
  const targets = targetsOf(result, evaluation, attack);
  if (targetsReached === null || targets === null) return;
  const own = givenClass(attack.target);
  const reached = outcomes.predictions.filter((label, index) => label === targets[index]).length;
  const predicted = outcomes.predictions.filter((label, index) => label === (targets[index] ?? own)).length;
  const possible = targets.filter((target) => target !== null).length;
  // The first of version 1 counted all that were taken for their target.
  const counted = targetsPossible === undefined ? predicted : reached;
  for (const [name, stated, made] of [
    ['targetsReached', targetsReached, counted],
    ['targetsPossible', targetsPossible, possible],
    ['targetsPredicted', targetsPredicted, predicted],
  ] as const) {
    if (stated !== undefined && stated !== made) {
      yield `${at}/${name} is ${String(stated)}, but the outcomes say ${String(made)}`;
    }
  }
}
