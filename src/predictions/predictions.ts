/** What a model said of every training and test example at the end of each epoch. */

/** The predictions of one epoch. Rows follow the order of the training examples and of the test examples. */
export interface EpochPredictions {
  /** Logits of the training examples as stored (not augmented), in evaluation mode, [trainCount, classCount]. */
  readonly train: Float32Array;
  /** Logits of the test examples, [testCount, classCount]. */
  readonly test: Float32Array;
  readonly trainCount: number;
  readonly testCount: number;
  readonly classCount: number;
}

/** Predictions that are read one epoch at a time. */
export interface Predictions {
  /** Names the source in messages. */
  readonly name: string;
  /** The epochs that there are, ascending, counted from 1; there may be gaps. */
  readonly epochs: readonly number[];
  /**
   * Reads one of `epochs`.
   *
   * @throws InputError when the file is missing, damaged, not finite, or of another size than the epochs before
   */
  read(epoch: number): Promise<EpochPredictions>;
}
