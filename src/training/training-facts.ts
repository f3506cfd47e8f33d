/** The settings of a run as a model card states them. */
import type { Augmentation } from '../data/augment.ts';
import type { ModelCard } from '../models/card/model-card.ts';
import type { OptimizerSettings } from './optimizers/optimizer.ts';
import type { Schedule } from './schedule.ts';
import type { TrainingSettings } from './settings.ts';

type TrainingFacts = NonNullable<ModelCard['training']>;

/** The facts that follow from the settings alone. */
export function trainingFacts(settings: TrainingSettings): TrainingFacts {
  const { network, mixup, microbatchSize, labelSmoothing } = settings;
  return {
    method: mixup === undefined ? 'erm' : 'mixup',
    ...(mixup === undefined ? {} : { alpha: mixup.alpha, lambdaPer: mixup.lambdaPer }),
    architecture: network.architecture,
    ...(network.width === undefined ? {} : { width: network.width }),
    ...(network.dropout === undefined ? {} : { dropout: network.dropout }),
    seed: settings.seed,
    ...(settings.initSeed === undefined ? {} : { initSeed: settings.initSeed }),
    ...(settings.orderSeed === undefined ? {} : { orderSeed: settings.orderSeed }),
    batchSize: settings.batchSize,
    ...(microbatchSize === undefined ? {} : { microbatchSize }),
    ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
    ...scheduleFacts(settings.schedule),
    ...optimizerFacts(settings.optimizer),
    augmentation: augmentationFacts(settings.augmentation),
  };
}

function scheduleFacts({ initial, warmup, decay }: Schedule): Partial<TrainingFacts> {
  return {
    learningRate: initial,
    learningRateSchedule: decay.kind,
    ...(decay.kind === 'step'
      ? { learningRateMilestones: [...decay.milestones], learningRateDecay: decay.factor }
      : {}),
    ...(decay.kind === 'cosine' ? { learningRateFinal: decay.final } : {}),
    ...(warmup === undefined ? {} : { warmupEpochs: warmup.epochs, warmupFrom: warmup.from }),
  };
}

function optimizerFacts(optimizer: OptimizerSettings): Partial<TrainingFacts> {
  const { weightDecay } = optimizer;
  return {
    optimizer: optimizer.kind,
    ...(optimizer.kind === 'sgd'
      ? { momentum: optimizer.momentum, nesterov: optimizer.nesterov }
      : { beta1: optimizer.beta1, beta2: optimizer.beta2, adamEpsilon: optimizer.epsilon }),
    weightDecay: weightDecay.factor,
    weightDecayOn: weightDecay.on,
  };
}

function augmentationFacts(augmentation: Augmentation | undefined): string[] {
  const crop = augmentation?.crop;
  return [
    ...(crop?.kind === 'pad' ? [`crop ${String(crop.padding)}`] : []),
    ...(crop?.kind === 'random-area' ? [`area crop ${crop.area.join(' to ')} ${crop.interpolation}`] : []),
    ...(augmentation?.flip === true ? ['flip'] : []),
  ];
}
