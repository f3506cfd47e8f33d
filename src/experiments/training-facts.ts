/** The facts of a card's recipe that a result repeats. */
import type { ModelCard } from '../models/card/model-card.ts';
import type { TrainingFacts } from '../results/definitions.ts';

/** What a card, or the trainer before it writes one, says of a training run. */
export type CardTraining = NonNullable<ModelCard['training']>;

/** The facts that a card and a result name alike. */
const NAMED_ALIKE = [
  'alpha',
  'lambdaPer',
  'dropout',
  'labelSmoothing',
  'architecture',
  'width',
  'epochs',
  'batchSize',
  'microbatchSize',
  'learningRate',
  'optimizer',
  'momentum',
  'nesterov',
  'weightDecay',
  'weightDecayOn',
  'seed',
  'initSeed',
  'orderSeed',
] as const satisfies readonly (keyof CardTraining & keyof TrainingFacts)[];

export function trainingFacts(training: CardTraining): TrainingFacts {
  const { method, augmentation, data, cleanError, recipeName } = training;
  const schedule = scheduleInWords(training);
  return {
    method,
    ...Object.fromEntries(
      NAMED_ALIKE.flatMap((name) => (training[name] === undefined ? [] : [[name, training[name]]])),
    ),
    ...(schedule === undefined ? {} : { schedule }),
    ...(augmentation === undefined ? {} : { augmentation: augmentation.join(', ') || 'none' }),
    ...(recipeName === undefined ? {} : { recipe: recipeName }),
    ...(data === undefined ? {} : { trainingExamples: data.examples }),
    ...(cleanError === undefined ? {} : { testError: cleanError }),
  };
}

/** `× 0.1 at epochs 100, 150` and the like; undefined where the card does not say. */
function scheduleInWords(training: CardTraining): string | undefined {
  const { learningRateDecay: factor, learningRateMilestones: milestones = [] } = training;
  const { learningRateSchedule: kind, learningRateFinal: final, warmupEpochs, warmupFrom } = training;
  const steps =
    factor === undefined || milestones.length === 0
      ? undefined
      : `× ${String(factor)} at epochs ${milestones.join(', ')}`;
  const decay =
    kind === 'cosine' ? `cosine${final === undefined ? '' : ` to ${String(final)}`}` : (steps ?? kind);
  if (decay === undefined || warmupEpochs === undefined) return decay;
  const from = warmupFrom === undefined ? '' : ` from ${String(warmupFrom)}`;
  return `${decay}, after a warm-up${from} over ${String(warmupEpochs)} epochs`;
}
