/** Attacks as a result describes them. */
import { attackId, sizeText } from '../core/attack-id.ts';
import type { ResultAttack } from '../results/result.ts';
import type { BenchmarkAttack } from './attack-benchmark.ts';

/** Parameters that are sizes, parts of the range as ε is. */
const sizes: ReadonlySet<string> = new Set(['stepSize']);

/** An attack with all its settings. */
export function describeAttack({ attack, settings, epsilonText }: BenchmarkAttack): ResultAttack {
  const { epsilon, label, parameters } = settings;
  const { id: method, title, norm, needs } = attack;
  const radius = { value: epsilon, unit: 'fraction of range' } as const;
  const target = settings.target === null ? null : String(settings.target);
  const changed = Object.entries(attack.parameters).flatMap(([name, parameter]) => {
    const value = parameters[name] ?? parameter.default(epsilon);
    if (value === parameter.default(epsilon)) return [];
    return [[name, sizes.has(name) ? sizeText(norm, { ...radius, value }) : String(value)] as const];
  });
  return {
    id: attackId({ method, norm, radius, changed, target, label }),
    method,
    title,
    citation: null,
    access: needs,
    aim: 'bounded',
    norm,
    radius: { text: epsilonText, ...radius },
    label,
    target,
    parameters: { ...parameters },
  };
}
