/**
 * Whether two results measured the same thing: the same attacks on the same examples. The models may differ, they
 * are what is compared; they are matched by id.
 */
import type { Result, ResultAttack, ResultEvaluation } from '../results/result.ts';
import { differing, refuse } from './difference.ts';
import { readingDiffering } from './reading.ts';

/** Two evaluations of the same target in the same setting. */
export interface EvaluationPair {
  readonly attack: ResultAttack | null;
  readonly baseline: ResultEvaluation;
  readonly current: ResultEvaluation;
}

/**
 * Finds for every evaluation of the baseline the same one of the current result.
 *
 * @throws InputError that names the fields that differ, with both values, or the evaluations that are missing
 */
export function pairEvaluations(baseline: Result, current: Result): EvaluationPair[] {
  const ids = modelsNamed(baseline);
  refuse([
    ...readingDiffering(baseline, current, ids),
    ...differing('schema', baseline.schema, current.schema),
    ...differing('kind', baseline.kind, current.kind),
    ...differing('data.sha256', baseline.data.sha256, current.data.sha256),
    ...differing('examples.count', baseline.examples.count, current.examples.count),
  ]);
  refuse([...examplesDiffering(baseline, current)]);
  const pairs: EvaluationPair[] = [];
  const problems = new Set<string>();
  for (const evaluation of baseline.evaluations) {
    const attack = baseline.attacks.find(({ id }) => id === evaluation.attack) ?? null;
    for (const problem of settingsDiffering(baseline, current, evaluation, attack)) problems.add(problem);
    const partner = current.evaluations.find((candidate) => keyOf(candidate) === keyOf(evaluation));
    if (partner !== undefined) pairs.push({ attack, baseline: evaluation, current: partner });
    else problems.add(`the current result lacks ${describeEvaluation(evaluation)}`);
  }
  refuse([...problems]);
  return pairs;
}

/** An evaluation as a reader would name it, e.g. `the white-box evaluation of mixup by ifgsm`. */
export function describeEvaluation({ setting, attack, source, target }: ResultEvaluation): string {
  const by = attack === null ? '' : ` by ${attack}`;
  const from = setting === 'black-box' ? ` made on ${source ?? ''}` : '';
  return `the ${setting} evaluation of ${target}${by}${from}`;
}

/** What identifies an evaluation across results. */
export function keyOf({ setting, attack, source, target }: ResultEvaluation): string {
  return JSON.stringify([setting, attack, source, target]);
}

/** The models that make or meet the examples of a result's evaluations. */
export function modelsNamed({ evaluations }: Result): ReadonlySet<string> {
  return new Set(evaluations.flatMap(({ source, target }) => [target, ...(source === null ? [] : [source])]));
}

function* examplesDiffering(baseline: Result, current: Result): Iterable<string> {
  for (const name of ['indices', 'labels'] as const) {
    const before = baseline.examples[name];
    const after = current.examples[name];
    const position = before.findIndex((value, index) => value !== after[index]);
    if (position < 0) continue;
    yield* differing(
      `examples.${name}[${String(position)}]`,
      before[position] ?? null,
      after[position] ?? null,
    );
    // The seed chooses the examples of a limited selection, so it is the likely reason.
    if (name === 'indices') yield* differing('seed', baseline.seed, current.seed);
    return;
  }
}

function* settingsDiffering(
  baseline: Result,
  current: Result,
  evaluation: ResultEvaluation,
  attack: ResultAttack | null,
): Iterable<string> {
  const { source, target } = evaluation;
  for (const id of new Set([target, ...(source === null ? [] : [source])])) {
    const before = baseline.models.find((model) => model.id === id);
    const after = current.models.find((model) => model.id === id);
    if (before === undefined || after === undefined) {
      const present = current.models.map((model) => JSON.stringify(model.id)).join(', ');
      yield `the baseline has a model "${id}" and the current result has ${present}`;
    } else {
      yield* differing(`the classCount of model "${id}"`, before.classCount, after.classCount);
    }
  }
  if (attack === null) return;
  const counterpart = current.attacks.find(({ id }) => id === attack.id);
  if (counterpart === undefined) {
    yield `the baseline has an attack "${attack.id}" and the current result has none of that id`;
    return;
  }
  yield* attackDiffering(attack, counterpart);
  // Of the settings there are, only random targets draw from the seed.
  if (attack.target === 'random' && String(baseline.seed) !== String(current.seed)) {
    yield* differing('seed', baseline.seed, current.seed);
  }
}

function* attackDiffering(before: ResultAttack, after: ResultAttack): Iterable<string> {
  const of = (field: string): string => `the ${field} of attack "${before.id}"`;
  if (!equal(before.epsilon, after.epsilon)) {
    yield* before.epsilonText === after.epsilonText
      ? differing(of('epsilon'), before.epsilon, after.epsilon)
      : differing(of('epsilon'), before.epsilonText, after.epsilonText);
  }
  if (!equal(before.stepSize, after.stepSize)) {
    yield* differing(of('stepSize'), before.stepSize, after.stepSize);
  }
  for (const field of ['method', 'norm', 'steps', 'projection', 'targeted', 'target', 'label'] as const) {
    yield* differing(of(field), before[field], after[field]);
  }
}

/** Equal but for the rounding between `4/255` and `0.01568627450980392`. */
function equal(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(a, b);
}
