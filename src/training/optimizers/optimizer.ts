/** What an optimizer is to the training graph: how many arrays it keeps for each weight, and the nodes of an update. */
import type { GraphBuilder } from '../../graph/builder.ts';

export interface SgdSettings {
  readonly kind: 'sgd';
  readonly momentum: number;
  readonly nesterov: boolean;
}

export interface AdamSettings {
  readonly kind: 'adam';
  /** Decay of the running mean of gradients. */
  readonly beta1: number;
  /** Decay of the running mean of squared gradients. */
  readonly beta2: number;
  readonly epsilon: number;
}

/** The L2 penalty, added to the gradient as PyTorch's `weight_decay` is. */
export interface WeightDecay {
  readonly factor: number;
  /**
   * Every parameter; all but the scales and shifts of batch normalization; or only those of rank 2 and more: kernels and
   * matrices, not scales, shifts and biases.
   */
  readonly on: 'all' | 'no-normalization' | 'kernels';
}

export type OptimizerSettings = (SgdSettings | AdamSettings) & { readonly weightDecay: WeightDecay };

/** The values of one weight's update; names of graph values. */
export interface UpdateOperands {
  readonly weight: string;
  /** The loss's gradient, the penalty included. */
  readonly gradient: string;
  /** The optimizer's own arrays, in the order of `slots`, each of the weight's shape. */
  readonly slots: readonly string[];
  /** The learning rate, a scalar. */
  readonly rate: string;
  /** The number of this update, from 1, a float32 scalar. */
  readonly count: string;
}

/** An optimizer as nodes of the training graph. */
export interface Optimizer {
  /** Names of the arrays it keeps for each weight, all zero at first: `velocity`. */
  readonly slots: readonly string[];
  /** Whether `count` is read. */
  readonly countsUpdates: boolean;
  /** Adds one update. @returns the renewed weight and slots */
  append(builder: GraphBuilder, operands: UpdateOperands): { weight: string; slots: readonly string[] };
}
