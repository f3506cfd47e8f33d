/** The learning rate over training. */

/** Constant but for a division at the start of each milestone epoch. */
export interface StepSchedule {
  readonly initial: number;
  /** Epochs, counted from 0, at whose start the rate is multiplied by `factor`. */
  readonly milestones: readonly number[];
  readonly factor: number;
}

/** The rate during an epoch, counted from 0. */
export function learningRateAt(schedule: StepSchedule, epoch: number): number {
  const passed = schedule.milestones.filter((milestone) => epoch >= milestone).length;
  return schedule.initial * schedule.factor ** passed;
}
