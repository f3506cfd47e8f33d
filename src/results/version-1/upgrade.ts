/**
 * Brings results of version 1 up: what they list of each example becomes columns, and what they only stated of all
 * examples together (sizes, errors as 8-bit pixels, gradients) is kept as stated.
 */
import { attackId, sizeText } from '../../core/attack-id.ts';
import { encodeColumn } from '../column.ts';
import { type Column, type Result, type ResultAttack, resultSchemaId } from '../result.ts';
import { givenClass } from '../target-class.ts';
import type * as one from './result.ts';
import { targetsOf } from './targets.ts';

export function upgradeVersionOne(old: one.Result): Result {
  const { tool, seed, data, examples, models, engine, evaluations, warnings, run } = old;
  const attacks = renamed(old.attacks);
  return {
    schema: resultSchemaId,
    kind: 'attack',
    tool,
    seed,
    data,
    examples: {
      count: examples.count,
      selection: examples.selection,
      indices: int32(examples.indices),
      labels: int32(examples.labels),
    },
    part: null,
    plan: null,
    models,
    engine,
    attacks: [...attacks.values()],
    clean: evaluations
      .filter(({ setting }) => setting === 'clean')
      .map(({ target, outcomes }) => ({ model: target, outcomes: columns(outcomes) })),
    runs: runsOf(old, attacks),
    warnings: warnings.map((text) => ({ check: 'version 1', text })),
    run,
  };
}

const titles: Readonly<Record<one.ResultAttack['method'], string>> = { fgsm: 'FGSM', ifgsm: 'I-FGSM' };
/** Steps of I-FGSM where none were asked for, of ε divided by as many. */
const usualSteps = 10;

/** The attacks by their old ids. */
function renamed(attacks: readonly one.ResultAttack[]): Map<string, ResultAttack> {
  const upgraded = new Map<string, ResultAttack>();
  const taken = new Set<string>();
  for (const old of attacks) {
    const attack = upgradeAttack(old);
    // The same attack under two ids stays two.
    let id = attack.id;
    for (let number = 2; taken.has(id); number++) id = `${attack.id}#${String(number)}`;
    taken.add(id);
    upgraded.set(old.id, { ...attack, id });
  }
  return upgraded;
}

function upgradeAttack(old: one.ResultAttack): ResultAttack {
  const { method, epsilon, epsilonText, steps, stepSize, target, label, projection } = old;
  const norm = 'linf';
  const radius = { value: epsilon, unit: 'fraction of range' } as const;
  const changed: [string, string][] = [];
  if (method === 'ifgsm' && steps !== usualSteps) changed.push(['steps', String(steps)]);
  if (method === 'ifgsm' && stepSize !== epsilon / usualSteps) {
    changed.push(['stepSize', sizeText(norm, { ...radius, value: stepSize })]);
  }
  if (!projection) changed.push(['projection', 'false']);
  return {
    id: attackId({ method, norm, radius, changed, target, label }),
    method,
    title: titles[method],
    citation: null,
    access: 'gradient',
    aim: 'bounded',
    norm,
    radius: { text: epsilonText, ...radius },
    label,
    target,
    parameters: {
      ...(method === 'ifgsm' ? { steps, stepSize } : {}),
      ...(projection ? {} : { projection }),
    },
  };
}

/** One run for each attack and source, in the order in which they come first. */
function runsOf(old: one.Result, attacks: ReadonlyMap<string, ResultAttack>): Result['runs'] {
  const runs = new Map<string, Result['runs'][number]>();
  for (const evaluation of old.evaluations) {
    const { attack: id, source, target, outcomes } = evaluation;
    const attack = old.attacks.find((candidate) => candidate.id === id);
    if (attack === undefined || source === null) continue;
    const key = JSON.stringify([id, source]);
    const targets = targetsOf(old, evaluation, attack);
    const run = runs.get(key) ?? {
      attack: attacks.get(attack.id)?.id ?? attack.id,
      source,
      ...(targets === null ? {} : { targets: int32(targets.map((own) => own ?? -1)) }),
      scored: [],
    };
    run.scored.push({
      model: target,
      outcomes: columns(outcomes),
      stated: stated(evaluation, attack, targets !== null),
    });
    runs.set(key, run);
  }
  return [...runs.values()];
}

/** @param listed whether the targets are, so that nothing need be stated of them */
function stated(
  evaluation: one.ResultEvaluation,
  attack: one.ResultAttack,
  listed: boolean,
): NonNullable<Scored['stated']> {
  const { perturbation, rounded8Bit, gradientsPerExample } = evaluation;
  const none = { max: 0, mean: 0 };
  return {
    // Its check has seen that an attacked evaluation states both.
    perturbation: sizes(perturbation ?? { linf: none, l2: none }),
    rounded:
      rounded8Bit === null
        ? null
        : {
            top1Errors: rounded8Bit.top1.errors,
            top5Errors: rounded8Bit.top5?.errors ?? null,
            perturbation: rounded8Bit.perturbation === undefined ? null : sizes(rounded8Bit.perturbation),
          },
    targets: listed ? null : statedTargets(evaluation, attack),
    gradientsPerExample: gradientsPerExample ?? 0,
  };
}

function statedTargets(
  { targetsReached, targetsPossible, targetsPredicted, count }: one.ResultEvaluation,
  { target }: one.ResultAttack,
): NonNullable<Scored['stated']>['targets'] {
  if (targetsReached === null) return null;
  // Every rule but a class by its number chooses another class than the label, so that each example was led.
  const all = givenClass(target) === null && target !== 'next';
  return {
    reached: targetsReached,
    possible: targetsPossible ?? (all ? count : null),
    predicted: targetsPredicted ?? (all ? targetsReached : null),
  };
}

function sizes({ linf, l2 }: Pick<one.PerturbationSummary, 'linf' | 'l2'>): StatedSizes {
  return { linf, l2 };
}

type Scored = Result['runs'][number]['scored'][number];
type StatedSizes = NonNullable<Scored['stated']>['perturbation'];

function columns({ predictions, ranks }: one.ResultOutcomes): { predictions: Column; ranks: Column } {
  return { predictions: int32(predictions), ranks: int32(ranks) };
}

function int32(values: readonly number[]): Column {
  return encodeColumn(Int32Array.from(values));
}
