/** Everything that determines a training run. */
import type { Seed } from '../core/random.ts';
import type { Augmentation } from '../data/augment.ts';
import type { NetworkSettings } from '../models/architectures/network.ts';
import type { MixupSettings } from './mixup.ts';
import type { StepSchedule } from './schedule.ts';
import type { SgdSettings } from './sgd.ts';

export interface TrainingSettings {
  readonly network: NetworkSettings;
  readonly epochs: number;
  readonly batchSize: number;
  readonly schedule: StepSchedule;
  readonly sgd: SgdSettings;
  /** Empirical risk minimization where absent. */
  readonly mixup?: MixupSettings;
  readonly augmentation?: Augmentation;
  /** Of the initial weights, the order, the augmentation and the mixing. */
  readonly seed: Seed;
}
