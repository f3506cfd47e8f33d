/** The learning rate of every step: a linear warm-up, then a decay by steps, along a cosine, or none. */
import { InputError } from '../core/errors.ts';

export interface Schedule {
  /** The rate after warm-up. */
  readonly initial: number;
  /** How training starts: the rate grows by the same amount at each step (Goyal et al. 2017, section 2.2). */
  readonly warmup?: {
    /** How long it takes; a fraction of an epoch is allowed. */
    readonly epochs: number;
    /** The rate of the first step. */
    readonly from: number;
  };
  readonly decay: StepDecay | CosineDecay | { readonly kind: 'constant' };
}

/** The rate is multiplied by `factor` at the start of each milestone epoch. */
export interface StepDecay {
  readonly kind: 'step';
  /** Epochs, counted from 0 at the start of training, warm-up included. */
  readonly milestones: readonly number[];
  readonly factor: number;
}

/** Half a cosine from the initial to the final rate (Loshchilov and Hutter 2017, equation 5, without restarts). */
export interface CosineDecay {
  readonly kind: 'cosine';
  /** The rate that the step after the last one would have. */
  readonly final: number;
}

/** A step of training. */
export interface Moment {
  /** Counted from 0. */
  readonly epoch: number;
  /** Of the whole training. */
  readonly epochs: number;
  /** In this epoch, counted from 0. */
  readonly step: number;
  /** Of each epoch. */
  readonly steps: number;
}

/** The rate of one step. During warm-up the decay is not applied; milestones passed by then count afterwards. */
export function learningRateAt(schedule: Schedule, { epoch, epochs, step, steps }: Moment): number {
  const { initial, warmup, decay } = schedule;
  const done = epoch * steps + step;
  const warmupSteps = (warmup?.epochs ?? 0) * steps;
  if (warmup !== undefined && done < warmupSteps) {
    return warmup.from + (initial - warmup.from) * (done / warmupSteps);
  }
  switch (decay.kind) {
    case 'constant':
      return initial;
    case 'step':
      return initial * decay.factor ** decay.milestones.filter((milestone) => epoch >= milestone).length;
    case 'cosine': {
      const progress = (done - warmupSteps) / (epochs * steps - warmupSteps);
      return decay.final + ((initial - decay.final) / 2) * (1 + Math.cos(Math.PI * progress));
    }
  }
}

/**
 * The linear scaling rule (Goyal et al. 2017, section 2.1): a minibatch k times as large takes a rate k times as large.
 *
 * @param base the rate for minibatches of `per` examples
 */
export function scaledLearningRate(base: number, per: number, batchSize: number): number {
  return (base * batchSize) / per;
}

/** @throws InputError naming the first value of the schedule that makes no sense */
export function assertSchedule({ initial, warmup, decay }: Schedule): void {
  if (!(initial > 0 && Number.isFinite(initial))) refuse('rate', initial, 'a number above 0');
  if (warmup !== undefined) {
    if (!isRate(warmup.epochs)) refuse('warm-up', warmup.epochs, 'a number of epochs, 0 or more');
    if (!isRate(warmup.from)) refuse('warm-up start', warmup.from, 'a rate, 0 or more');
  }
  if (decay.kind === 'cosine' && !isRate(decay.final)) refuse('final rate', decay.final, '0 or more');
  if (decay.kind === 'step') {
    if (!(decay.factor > 0 && Number.isFinite(decay.factor))) {
      refuse('decay factor', decay.factor, 'a number above 0');
    }
    for (const milestone of decay.milestones) {
      if (!Number.isInteger(milestone) || milestone < 0) {
        refuse('milestone', milestone, 'an epoch: a whole number, 0 or more');
      }
    }
    const distinct = new Set(decay.milestones);
    if (distinct.size < decay.milestones.length) {
      refuse('list of milestones', decay.milestones.join(', '), 'without repeats');
    }
  }
}

function isRate(value: number): boolean {
  return value >= 0 && Number.isFinite(value);
}

function refuse(what: string, value: number | string, wanted: string): never {
  throw new InputError(`the learning-rate schedule's ${what} is ${String(value)}: it must be ${wanted}`);
}
