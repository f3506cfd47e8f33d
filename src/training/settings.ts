/** Everything that determines a training run. */
import type { Seed } from '../core/random.ts';
import type { Augmentation } from '../data/augment.ts';
import type { NetworkSettings } from '../models/architectures/network.ts';
import type { MixupSettings } from './mixup.ts';
import type { OptimizerSettings } from './optimizers/optimizer.ts';
import type { Schedule } from './schedule.ts';

export interface TrainingSettings {
  readonly network: NetworkSettings;
  readonly epochs: number;
  /** Examples of one update. */
  readonly batchSize: number;
  /**
   * At most this many examples go through the network at a time; the gradients of a minibatch are summed over its
   * parts before the update. Batch normalization then uses the statistics of each part. The whole minibatch at once
   * where absent.
   */
  readonly microbatchSize?: number;
  readonly schedule: Schedule;
  readonly optimizer: OptimizerSettings;
  /**
   * ε of label smoothing: the targets are (1 − ε)·target + ε / classCount (Szegedy et al. 2016, section 7).
   * 0 where absent.
   */
  readonly labelSmoothing?: number;
  /** Empirical risk minimization where absent. */
  readonly mixup?: MixupSettings;
  readonly augmentation?: Augmentation;
  /** The root of every draw. */
  readonly seed: Seed;
  /** Of the initial weights; the root seed where absent. */
  readonly initSeed?: Seed;
  /** Of what is drawn while training: the order, the augmentation, dropout and the mixing; the root seed where absent. */
  readonly orderSeed?: Seed;
}

/** The seeds of a run, those that are absent being the root. */
export function seedsOf({
  seed,
  initSeed = seed,
  orderSeed = seed,
}: Pick<TrainingSettings, 'seed' | 'initSeed' | 'orderSeed'>): { readonly init: Seed; readonly order: Seed } {
  return { init: initSeed, order: orderSeed };
}
