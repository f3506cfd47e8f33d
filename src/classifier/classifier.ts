/**
 * The narrow waist: what attacks and the evaluator know of a model. Anything that turns a batch of inputs into
 * logits can be one; without `gradient` only attacks that need no gradient apply.
 */
import type { LossName, Objective } from './objective.ts';

/** The least and the greatest value an input element may have, in the units of the data. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export interface LossGradient {
  /** The objective's loss of each example, [n]. */
  readonly losses: Float32Array;
  /** Gradient of the summed loss by the inputs, [n, ...inputShape]. */
  readonly gradients: Float32Array;
  /** [n, classCount]. */
  readonly logits: Float32Array;
}

/** What a model was checked for when it was opened, before anything is measured with it. */
export interface ModelCheck {
  /** How many examples were compared. */
  readonly examples: number;
  /** The greatest difference of a logit that passes for rounding, as a part of the largest logit. */
  readonly tolerance: number;
  /** The greatest difference that was seen; absent where no gradient was taken. */
  readonly forwardAgainstGradientGraph?: number;
  /** Absent where the engine has no optimisations, or does not run without them. */
  readonly optimisedAgainstUnoptimised?: number;
  /** Whether the file's fixed batch was opened, with logits, and gradients where any were taken, as those of the file. */
  readonly batchOpened?: boolean;
}

export interface Classifier {
  readonly name: string;
  /** The shape of one input, channels first for images: [channels, height, width]. */
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly bounds: Bounds;
  /**
   * Scores before the softmax.
   *
   * @param inputs [n, ...inputShape] within the bounds; not changed
   * @returns [n, classCount]
   */
  logits(inputs: Float32Array): Promise<Float32Array>;
  /** The objectives that `gradient` takes; cross-entropy alone where absent. */
  readonly losses?: ReadonlySet<LossName>;
  /**
   * The loss of each example and its gradient by the inputs.
   *
   * @param objective of n examples
   */
  gradient?(inputs: Float32Array, objective: Objective): Promise<LossGradient>;
  /** What was compared so far: the gradient's graph is compared when it is first asked for. */
  readonly check?: ModelCheck | undefined;
  /** What came out only when it was run, one sentence each. */
  readonly notes?: readonly string[];
  /** Frees what the classifier holds. */
  dispose?(): Promise<void>;
}
