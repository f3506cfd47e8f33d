/** An attack made of attacks, each of which is given only what the ones before it have left. */
import type { AttackTask } from '../attack.ts';
import type { Norm } from '../balls/ball.ts';
import { createAttack, type Attack } from '../create-attack.ts';
import { onSurvivors } from '../loops/survivors.ts';
import { completeParameters, type ParameterValue } from '../parameters.ts';

export interface Member {
  readonly attack: Attack;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
}

export interface Ensemble {
  readonly id: string;
  readonly title: string;
  readonly citation: string | null;
  readonly norms: readonly Norm[];
  /** By the task: which members apply may follow from the norm and the number of classes. */
  readonly members: (task: AttackTask) => readonly Member[];
}

/** Runs its members in turn on survivors; its result is the worst case over them. */
export function ensemble({ members, ...facts }: Ensemble): Attack {
  return createAttack({
    ...facts,
    access: 'gradient',
    aim: 'bounded',
    parameters: {},
    run(task) {
      const all = members(task);
      return onSurvivors({
        task,
        count: all.length,
        round(survivors, index) {
          const member = all[index];
          if (member === undefined) throw new RangeError(`the ensemble has no member ${String(index)}`);
          const { attack, parameters = {} } = member;
          const context = {
            norm: task.norm,
            // Defaults that follow from a radius do so in units of the range.
            radius: { value: rangeRadius(task), unit: task.radiusUnit },
          };
          const complete = completeParameters(attack.title, attack.parameters, parameters, context);
          return attack.run(survivors.withParameters(complete));
        },
      });
    },
  });
}

function rangeRadius({ radius, radiusUnit, bounds }: AttackTask): number {
  return radiusUnit === 'fraction of range' ? radius / (bounds.upper - bounds.lower) : radius;
}
