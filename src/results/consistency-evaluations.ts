/** The checks of consistency.ts on evaluations: references, settings, counts, and rates against outcomes. */
import { type Counted, rateProblems, tolerance } from './consistency-rates.ts';
import { targetProblems } from './consistency-targets.ts';
import type {
  ErrorRate,
  PerturbationSummary,
  Result,
  ResultAttack,
  ResultEvaluation,
  ResultModel,
} from './result.ts';

/** How far float32 examples may be measured beyond epsilon, as a fraction of the range. */
const epsilonTolerance = 1e-5;
/** Where no 8-bit level is within epsilon of a value, the nearest is this far at most, as a fraction of the range. */
const halfLevel = 0.5 / 255;
/** Up to this many classes a top-5 error means nothing. */
const topFive = 5;

export function* evaluationProblems(result: Result): Iterable<string> {
  const models = new Map(result.models.map((model) => [model.id, model]));
  const attacks = new Map(result.attacks.map((attack) => [attack.id, attack]));
  const seen = new Set<string>();
  for (const [index, evaluation] of result.evaluations.entries()) {
    const at = `/evaluations/${String(index)}`;
    const target = models.get(evaluation.target);
    const attack = evaluation.attack === null ? null : attacks.get(evaluation.attack);
    const key = JSON.stringify([evaluation.setting, evaluation.attack, evaluation.source, evaluation.target]);
    if (seen.has(key)) yield `${at} repeats the setting, attack, source and target of an earlier entry`;
    seen.add(key);
    if (target === undefined) {
      yield `${at}/target is "${evaluation.target}", which is no id in /models`;
      continue;
    }
    if (attack === undefined) {
      yield `${at}/attack is "${evaluation.attack ?? ''}", which is no id in /attacks`;
      continue;
    }
    yield* settingProblems(evaluation, attack, models, at);
    yield* outcomeProblems(result, evaluation, target, at);
  }
}

function* settingProblems(
  evaluation: ResultEvaluation,
  attack: ResultAttack | null,
  models: ReadonlyMap<string, ResultModel>,
  at: string,
): Iterable<string> {
  const { setting, source, target, perturbation, rounded8Bit, targetsReached, gradientsPerExample } =
    evaluation;
  if (setting === 'clean') {
    const present = Object.entries({
      attack,
      source,
      perturbation,
      rounded8Bit,
      targetsReached,
      targetsPossible: evaluation.targetsPossible ?? null,
      targetRate: evaluation.targetRate ?? null,
      targetsPredicted: evaluation.targetsPredicted ?? null,
      'outcomes/targets': evaluation.outcomes.targets ?? null,
      gradientsPerExample,
    }).find(([, value]) => value !== null);
    if (present !== undefined) yield `${at}/${present[0]} is given, but a clean evaluation has none`;
    return;
  }
  if (attack === null || source === null || perturbation === null) {
    const missing = attack === null ? 'attack' : source === null ? 'source' : 'perturbation';
    yield `${at}/${missing} is null, but the setting is ${setting}`;
    return;
  }
  const maker = models.get(source);
  if (maker === undefined) yield `${at}/source is "${source}", which is no id in /models`;
  else if ((setting === 'white-box') !== (source === target)) {
    yield `${at}/source is "${source}" and its target "${target}", which is no ${setting} setting`;
  } else if (setting === 'black-box' && !maker.roles.includes('source')) {
    yield `${at}/source is "${source}", which lacks the role source`;
  }
  if (maker !== undefined) yield* targetProblems(evaluation, attack, maker.classCount, at);
  const epsilon = `the attack's epsilon of ${String(attack.epsilon)}`;
  yield* sizeProblems(perturbation, attack.epsilon, epsilon, `${at}/perturbation`);
  if (rounded8Bit?.perturbation !== undefined) {
    const greatest = Math.max(attack.epsilon, halfLevel);
    const limit = attack.epsilon < halfLevel ? 'half a level of 8 bits' : epsilon;
    yield* sizeProblems(rounded8Bit.perturbation, greatest, limit, `${at}/rounded8Bit/perturbation`);
  }
}

/** @param limit says in the message what `greatest` is */
function* sizeProblems(
  sizes: PerturbationSummary,
  greatest: number,
  limit: string,
  at: string,
): Iterable<string> {
  for (const name of ['linf', 'l2'] as const) {
    const { max, mean } = sizes[name];
    if (mean > max + tolerance) {
      yield `${at}/${name}/mean is ${String(mean)}, above the max of ${String(max)}`;
    }
  }
  if (sizes.linf.max > greatest + epsilonTolerance) {
    yield `${at}/linf/max is ${String(sizes.linf.max)}, above ${limit}`;
  }
}

function* outcomeProblems(
  { examples }: Result,
  evaluation: ResultEvaluation,
  { classCount }: ResultModel,
  at: string,
): Iterable<string> {
  const { count, outcomes, top1, top5, rounded8Bit } = evaluation;
  if (count !== examples.count) {
    yield `${at}/count is ${String(count)}, but /examples/count is ${String(examples.count)}`;
  }
  for (const [name, list] of [
    ['predictions', outcomes.predictions],
    ['ranks', outcomes.ranks],
  ] as const) {
    const path = `${at}/outcomes/${name}`;
    if (list.length !== count) {
      yield `${path} has ${String(list.length)} entries, expected one for each of the ${String(count)} examples`;
    }
    const outside = list.findIndex((value) => value >= classCount);
    if (outside >= 0) {
      yield `${path}/${String(outside)} is ${String(list[outside])}, but the model has only ${String(classCount)} classes`;
    }
  }
  const wrong = outcomes.ranks.findIndex(
    (rank, index) => (rank === 0) !== (outcomes.predictions[index] === examples.labels[index]),
  );
  if (wrong >= 0) {
    yield `${at}/outcomes/ranks/${String(wrong)} is ${String(outcomes.ranks[wrong])}, but the prediction is ${String(outcomes.predictions[wrong])} and the label ${String(examples.labels[wrong])}`;
  }
  const counted = (top: number): Counted => ({ by: 'the ranks say', count: errorsAt(outcomes.ranks, top) });
  yield* rateProblems(top1, count, `${at}/top1`, counted(1));
  const pairs: [string, ErrorRate | null, Counted?][] = [['top5', top5, counted(topFive)]];
  if (rounded8Bit !== null) {
    yield* rateProblems(rounded8Bit.top1, count, `${at}/rounded8Bit/top1`);
    pairs.push(['rounded8Bit/top5', rounded8Bit.top5]);
  }
  for (const [name, rate, errors] of pairs) {
    if ((rate === null) !== classCount <= topFive) {
      yield `${at}/${name} is ${rate === null ? 'null' : 'given'}, but the model has ${String(classCount)} classes`;
    }
    if (rate !== null) yield* rateProblems(rate, count, `${at}/${name}`, errors);
  }
}

function errorsAt(ranks: readonly number[], top: number): number {
  return ranks.filter((rank) => rank >= top).length;
}
