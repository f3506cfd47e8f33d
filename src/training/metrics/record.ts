/** What is recorded while a network trains. */

/** After each update. */
export interface StepRecord {
  /** Updates made in the whole training, this one included. */
  readonly update: number;
  readonly learningRate: number;
  /** The minibatch's mean loss before the update. */
  readonly trainingLoss: number;
}

/** After each epoch. Errors are fractions in [0, 1]. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Updates made in the whole training. */
  readonly update: number;
  /** That of the epoch's first update. */
  readonly learningRate: number;
  /** Mean over the epoch's examples as augmented and mixed. */
  readonly trainingLoss: number;
  /** On the training examples in evaluation mode, where it was measured. */
  readonly trainingError?: number;
  readonly testError: number;
  readonly testTop5Error?: number;
  /** Training examples a second, over the epoch. */
  readonly imagesPerSecond: number;
  /** How long the epoch took, its test included. */
  readonly durationMs: number;
}
