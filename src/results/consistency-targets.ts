/** The checks of consistency.ts on the targets of attacks: who was led where, and what the counts make of it. */
import { close, intervalProblems } from './consistency-rates.ts';
import type { ResultAttack, ResultEvaluation } from './result.ts';
import { givenClass } from './targets.ts';

/** @param classCount of the model that the examples were made on */
export function* targetProblems(
  evaluation: ResultEvaluation,
  attack: ResultAttack,
  classCount: number,
  at: string,
): Iterable<string> {
  const { targetsReached, targetsPossible, targetRate, targetsPredicted, count } = evaluation;
  const { targets } = evaluation.outcomes;
  if ((targetsReached !== null) !== attack.targeted) {
    yield `${at}/targetsReached is ${String(targetsReached)}, but the attack "${attack.id}" is ${attack.targeted ? 'targeted' : 'untargeted'}`;
    return;
  }
  const optional = { targetsPossible, targetRate, targetsPredicted };
  const given = Object.entries(optional).find(([, value]) => value !== undefined);
  if (targetsReached === null) {
    const name = targets === undefined ? given?.[0] : 'outcomes/targets';
    if (name !== undefined) yield `${at}/${name} is given, but the attack "${attack.id}" is untargeted`;
    return;
  }
  if (targetsReached > count) {
    yield `${at}/targetsReached is ${String(targetsReached)} of ${String(count)} examples`;
  }
  if (targetsPossible === undefined || targetRate === undefined || targetsPredicted === undefined) {
    const missing = Object.entries(optional).find(([, value]) => value === undefined)?.[0] ?? '';
    const name = targets === undefined ? given?.[0] : 'outcomes/targets';
    if (name !== undefined) yield `${at}/${name} is given, but ${missing} is not`;
    return;
  }
  yield* countProblems({ possible: targetsPossible, reached: targetsReached, predicted: targetsPredicted });
  yield* rateProblems(targetsReached, targetsPossible);
  if (targets !== undefined) yield* listProblems(targets);

  function* countProblems(counts: Readonly<Record<'possible' | 'reached' | 'predicted', number>>) {
    const { possible, reached, predicted } = counts;
    if (possible > count) yield `${at}/targetsPossible is ${String(possible)} of ${String(count)} examples`;
    if (reached > possible) {
      yield `${at}/targetsReached is ${String(reached)}, more than the ${String(possible)} of targetsPossible`;
    }
    // Beyond those that were led there, only those can be that class that could not be led.
    if (predicted < reached || predicted - reached > count - possible) {
      yield `${at}/targetsPredicted is ${String(predicted)}, which ${String(reached)} reached of ${String(possible)} possible and ${String(count)} examples cannot make`;
    }
  }

  function* rateProblems(reached: number, possible: number): Iterable<string> {
    if ((targetRate === null) !== (possible === 0)) {
      yield `${at}/targetRate is ${targetRate === null ? 'null' : 'given'}, but targetsPossible is ${String(possible)}`;
    } else if (targetRate) {
      const { rate, interval } = targetRate;
      if (!close(rate, reached / possible)) {
        yield `${at}/targetRate/rate is ${String(rate)}, but ${String(reached)} of ${String(possible)} make ${String(reached / possible)}`;
      }
      yield* intervalProblems(interval, rate, 'rate', `${at}/targetRate/interval`);
    }
  }

  function* listProblems(list: readonly (number | null)[]): Iterable<string> {
    const path = `${at}/outcomes/targets`;
    if (list.length !== count) {
      yield `${path} has ${String(list.length)} entries, expected one for each of the ${String(count)} examples`;
      return;
    }
    const own = givenClass(attack.target);
    const wrong = list.findIndex(
      (target) => target !== null && (target >= classCount || (own !== null && target !== own)),
    );
    if (wrong >= 0) {
      yield `${path}/${String(wrong)} is ${String(list[wrong])}, but the target is ${attack.target ?? ''} of ${String(classCount)} classes`;
    }
    const { predictions } = evaluation.outcomes;
    for (const [name, stated, made] of [
      ['targetsPossible', targetsPossible, list.filter((target) => target !== null).length],
      ['targetsReached', targetsReached, predictions.filter((label, index) => label === list[index]).length],
    ] as const) {
      if (stated !== made) yield `${at}/${name} is ${String(stated)}, but the outcomes say ${String(made)}`;
    }
  }
}
