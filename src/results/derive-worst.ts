/**
 * The worst case: against all attacks of the same norm and radius at once a model is only as good as against the one
 * that succeeds, example by example. The original lies within every radius, so it counts too.
 */
import type { DerivedEvaluation, WorstCase } from './derived.ts';
import { errorRate } from './error-rate.ts';
import type { ResultAttack } from './result.ts';

export function worstCasesOf(
  evaluations: readonly DerivedEvaluation[],
  attacks: readonly ResultAttack[],
): readonly WorstCase[] {
  const groups = new Map<string, DerivedEvaluation[]>();
  for (const evaluation of evaluations) {
    const attack = attacks.find(({ id }) => id === evaluation.attack);
    if (attack?.radius == null) continue;
    const { norm, radius } = attack;
    const key = JSON.stringify([evaluation.model, norm, radius.unit, radius.value]);
    groups.set(key, [...(groups.get(key) ?? []), evaluation]);
  }
  return [...groups.values()].flatMap((group): WorstCase[] => {
    const [first] = group;
    const attack = attacks.find(({ id }) => id === first?.attack);
    if (first === undefined || attack?.radius == null || group.length < 2) return [];
    const clean = evaluations.filter(({ attack: id, model }) => id === null && model === first.model);
    const all = [...clean, ...group];
    const wrong = first.outcomes.ranks.reduce(
      (sum, _, index) => sum + (all.some(({ outcomes }) => (outcomes.ranks[index] ?? 0) > 0) ? 1 : 0),
      0,
    );
    return [
      {
        model: first.model,
        norm: attack.norm,
        radius: attack.radius,
        met: group.map(({ attack: id, source }) => ({ attack: id ?? '', source: source ?? '' })),
        top1: errorRate(wrong, first.count),
      },
    ];
  });
}
