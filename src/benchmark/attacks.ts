/** Attacks as a result describes them. */
import type { AttackRun } from '../evaluation/plan.ts';
import type { ResultAttack } from '../results/result.ts';
import type { BenchmarkAttack } from './attack-benchmark.ts';

/** The id of a run among the benchmark's attacks: the method, numbered where it occurs more than once. */
export function attackId(attacks: readonly AttackRun[], run: AttackRun): string {
  const same = attacks.filter(({ attack }) => attack.id === run.attack.id);
  return same.length < 2 ? run.attack.id : `${run.attack.id}-${String(same.indexOf(run) + 1)}`;
}

/** An attack with all its settings. */
export function describeAttack(attacks: readonly AttackRun[], run: BenchmarkAttack): ResultAttack {
  const { attack, settings, epsilonText } = run;
  const { epsilon, parameters } = settings;
  const steps = parameters['steps'] ?? 1;
  return {
    id: attackId(attacks, run),
    method: attack.id as ResultAttack['method'],
    norm: 'Linf',
    epsilon,
    epsilonText,
    stepSize: parameters['stepSize'] ?? epsilon,
    steps,
    // Every attack goes through the one loop, which projects after each step.
    projection: true,
    targeted: settings.target !== null,
    target: settings.target === null ? null : String(settings.target),
    label: settings.label,
  };
}
