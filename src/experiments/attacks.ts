/** Attacks as a result describes them. */
import { attackId } from '../attacks/identity.ts';
import { sizeText } from '../core/attack-id.ts';
import type { AttackRun } from '../evaluation/plan.ts';
import type { ResultAttack } from '../results/result.ts';

/** An attack with all its settings. */
export function describeAttack({ attack, settings }: AttackRun): ResultAttack {
  const { norm, radius, label, target, parameters } = settings;
  return {
    id: attackId(attack, settings),
    method: attack.id,
    title: attack.title,
    citation: attack.citation,
    access: attack.access,
    aim: attack.aim,
    norm,
    radius: radius && { text: sizeText(norm, radius), ...radius },
    label,
    target: target === null ? null : String(target),
    parameters: { ...parameters },
  };
}
