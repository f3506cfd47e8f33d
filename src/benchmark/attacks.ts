/** Attacks as a result describes them. */
import { attackId } from '../attacks/identity.ts';
import { sizeText } from '../attacks/size.ts';
import type { AttackRun } from '../evaluation/plan.ts';
import type { ResultAttack } from '../results/result.ts';
import type { BenchmarkAttack } from './attack-benchmark.ts';

/** The id of a run: the same whatever else runs. */
export function idOf({ attack, settings }: AttackRun): string {
  return attackId(attack, settings);
}

/** An attack with all its settings. */
export function describeAttack(run: BenchmarkAttack): ResultAttack {
  const { attack, settings } = run;
  const { radius, parameters } = settings;
  const epsilon = radius?.value ?? 0;
  return {
    id: idOf(run),
    method: attack.id as ResultAttack['method'],
    norm: 'Linf',
    epsilon,
    epsilonText: radius === null ? '' : sizeText(radius, settings.norm),
    stepSize: Number(parameters['stepSize'] ?? epsilon),
    steps: Number(parameters['steps'] ?? 1),
    // Every attack goes through the one loop, which projects after each step.
    projection: true,
    targeted: settings.target !== null,
    target: settings.target === null ? null : String(settings.target),
    label: settings.label,
  };
}
