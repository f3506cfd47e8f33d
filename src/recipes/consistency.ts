/** What the fields of a recipe say of each other, which the schema cannot check. */
import type { Crop, RecipeSettings } from './recipe.ts';

/** Contradictions, each a phrase that names the fields; none for settings that a run can be made from. */
export function contradictions(settings: RecipeSettings): string[] {
  const { epochs, batchSize, microbatchSize, schedule, optimizer, network, augmentation } = settings;
  return [
    ...scheduleContradictions(schedule, epochs),
    ...(microbatchSize !== null && microbatchSize > batchSize
      ? [`microbatchSize ${String(microbatchSize)} is above batchSize ${String(batchSize)}`]
      : []),
    ...(optimizer.kind === 'sgd' && optimizer.nesterov && optimizer.momentum === 0
      ? ['optimizer/nesterov needs a momentum']
      : []),
    ...normalizationContradictions(network.normalization),
    ...(augmentation.crop === null ? [] : cropContradictions(augmentation.crop)),
  ];
}

function scheduleContradictions(
  { initial, per, warmup, decay }: RecipeSettings['schedule'],
  epochs: number,
): string[] {
  const problems: string[] = [];
  if (warmup !== null && per === null && warmup.from > initial) {
    problems.push(`schedule/warmup falls from ${String(warmup.from)} to ${String(initial)}`);
  }
  if (decay.kind === 'cosine' && decay.final > initial) {
    problems.push(`schedule/decay rises from ${String(initial)} to ${String(decay.final)}`);
  }
  if (decay.kind === 'step' && !decay.milestones.every(ascendingBelow(epochs))) {
    problems.push(
      `schedule/decay/milestones are ${decay.milestones.join(', ')}, expected numbers in ascending order below epochs ${String(epochs)}`,
    );
  }
  return problems;
}

/** Whether a number is greater than the one before it and less than the limit. */
function ascendingBelow(limit: number): (value: number, index: number, all: readonly number[]) => boolean {
  return (value, index, all) => value < limit && (index === 0 || value > (all[index - 1] ?? 0));
}

function normalizationContradictions(normalization: RecipeSettings['network']['normalization']): string[] {
  if (normalization === null || normalization.mean.length === normalization.deviation.length) return [];
  const { mean, deviation } = normalization;
  return [
    `network/normalization has ${String(mean.length)} means and ${String(deviation.length)} deviations`,
  ];
}

function cropContradictions(crop: Crop): string[] {
  if (crop.kind === 'pad') return [];
  return (['area', 'aspect'] as const)
    .filter((name) => (crop[name][0] ?? 0) > (crop[name][1] ?? 0))
    .map((name) => `augmentation/crop/${name} falls from ${crop[name].join(' to ')}`);
}
