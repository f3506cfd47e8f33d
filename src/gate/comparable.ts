/**
 * Whether two results measured the same thing: the same attacks on the same examples. The models may differ, they
 * are what is compared; they are matched by id.
 */
import type { Derived, DerivedAttack, DerivedEvaluation } from '../results/derived.ts';
import { differing, refuse, show } from './difference.ts';
import { readingDiffering } from './reading.ts';

/** The same model on the same examples, or under the same attack from the same source, before and after. */
export interface EvaluationPair {
  readonly attack: DerivedAttack | null;
  readonly baseline: DerivedEvaluation;
  readonly current: DerivedEvaluation;
}

/**
 * Finds for every evaluation of the baseline the same one of the current result.
 *
 * @throws InputError that names the fields that differ, with both values, or the evaluations that are missing
 */
export function pairEvaluations(baseline: Derived, current: Derived): EvaluationPair[] {
  refuse([
    ...readingDiffering(baseline, current, modelsNamed(baseline)),
    ...differing('data.sha256', baseline.data.sha256, current.data.sha256),
    ...differing('examples.count', baseline.examples.count, current.examples.count),
  ]);
  refuse([...examplesDiffering(baseline, current)]);
  refuse([...attacksDiffering(baseline, current)]);
  const pairs: EvaluationPair[] = [];
  const problems = new Set<string>();
  for (const evaluation of baseline.evaluations) {
    const attack = baseline.attacks.find(({ id }) => id === evaluation.attack) ?? null;
    for (const problem of modelsDiffering(baseline, current, evaluation)) problems.add(problem);
    const partner = current.evaluations.find((candidate) => keyOf(candidate) === keyOf(evaluation));
    if (partner !== undefined) pairs.push({ attack, baseline: evaluation, current: partner });
    else problems.add(`the current result lacks ${describeEvaluation(evaluation)}`);
  }
  refuse([...problems]);
  return pairs;
}

/** An evaluation as a reader would name it, e.g. `the evaluation of mixup by ifgsm@linf:4/255`. */
export function describeEvaluation({ attack, source, model, transfer }: DerivedEvaluation): string {
  if (attack === null) return `the clean evaluation of ${model}`;
  const from = transfer ? ` made on ${source ?? ''}` : '';
  return `the evaluation of ${model} by ${attack}${from}`;
}

/** What identifies an evaluation across results: an attack's id says all that it was set to. */
export function keyOf({ attack, source, model }: DerivedEvaluation): string {
  return JSON.stringify([attack, source, model]);
}

/** The models that make or meet the examples of a result's evaluations. */
export function modelsNamed({ evaluations }: Derived): ReadonlySet<string> {
  return new Set(evaluations.flatMap(({ source, model }) => [model, ...(source === null ? [] : [source])]));
}

function* examplesDiffering(baseline: Derived, current: Derived): Iterable<string> {
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

function* modelsDiffering(
  baseline: Derived,
  current: Derived,
  { source, model }: DerivedEvaluation,
): Iterable<string> {
  for (const id of new Set([model, ...(source === null ? [] : [source])])) {
    const before = baseline.models.find((candidate) => candidate.id === id);
    const after = current.models.find((candidate) => candidate.id === id);
    if (before === undefined || after === undefined) {
      const present = current.models.map((candidate) => JSON.stringify(candidate.id)).join(', ');
      yield `the baseline has a model "${id}" and the current result has ${present}`;
    } else {
      yield* differing(`the classCount of model "${id}"`, before.classCount, after.classCount);
    }
  }
}

function* attacksDiffering(baseline: Derived, current: Derived): Iterable<string> {
  const used = new Set(baseline.evaluations.map(({ attack }) => attack));
  for (const attack of baseline.attacks.filter(({ id }) => used.has(id))) {
    const counterpart = current.attacks.find(({ id }) => id === attack.id);
    if (counterpart === undefined) {
      const present = current.attacks.map(({ id }) => show(id)).join(', ');
      yield `the baseline has the attack ${show(attack.id)} and the current result has ${present === '' ? 'none' : present}`;
      continue;
    }
    yield* settingsDiffering(attack, counterpart);
    if (attack.target === 'random' && String(baseline.seed) !== String(current.seed)) {
      yield* differing('seed', baseline.seed, current.seed);
    }
  }
}

/** What an id leaves out: the method's defaults, which may change from version to version. */
function* settingsDiffering(before: DerivedAttack, after: DerivedAttack): Iterable<string> {
  const of = (field: string): string => `the ${field} of attack "${before.id}"`;
  for (const field of ['method', 'norm', 'aim', 'access', 'label', 'target'] as const) {
    yield* differing(of(field), before[field], after[field]);
  }
  const [radius, other] = [before.radius?.value ?? null, after.radius?.value ?? null];
  if (!equal(radius, other)) yield* differing(of('radius'), radius, other);
  for (const [name, value] of Object.entries(before.parameters)) {
    const counterpart = after.parameters[name];
    // An earlier version knows fewer parameters.
    if (counterpart === undefined || equal(value, counterpart)) continue;
    yield* differing(of(name), value, counterpart);
  }
}

/** Equal but for the rounding between `4/255` and `0.01568627450980392`. */
function equal(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= 1e-12 * Math.max(a, b);
}
