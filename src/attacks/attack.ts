/**
 * What an attack is: a definition of what it needs and how it is set, and a function that moves a batch of clean inputs
 * to adversarial ones. An attack knows of a model only what its oracle answers, and nothing else knows of an attack
 * more than its definition says.
 */
import type { Bounds } from '../classifier/classifier.ts';
import type { Access, Oracle } from '../classifier/oracle.ts';
import type { RandomStream, Seed } from '../core/random.ts';
import type { Ball, Norm } from './balls/ball.ts';
import type { ParameterTable, ParametersOf, ParameterValue } from './parameters.ts';
import type { Size } from './size.ts';
import type { TargetRule } from './targets.ts';

/** Whose class the attack works from: the data's label, or the model's own prediction on the clean input. */
export type LabelRule = 'true' | 'predicted';

/** `bounded`: the worst example within a radius; `minimum-norm`: the nearest one that is misclassified. */
export type Aim = 'bounded' | 'minimum-norm';

/** Everything that decides what an attack does; plain data, as recorded in results. */
export interface AttackSettings {
  readonly norm: Norm;
  /** null only for minimum-norm attacks: as near as possible, however far that is. */
  readonly radius: Size | null;
  readonly label: LabelRule;
  /** null: away from the label. Otherwise towards the class that the rule chooses. */
  readonly target: TargetRule | null;
  readonly seed: Seed;
  /** The attack's own parameters by name, each one present. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** What the body of an attack is given. Every example of it is to be attacked. */
export interface AttackTask<P = Readonly<Record<string, ParameterValue>>> {
  /** Answers for the examples of the task, one row each, and counts. */
  readonly oracle: Oracle;
  /** The clean inputs, [n, ...inputShape], within the bounds; not to be changed. */
  readonly inputs: Float32Array;
  /** The class that each example is led away from, [n]. */
  readonly labels: Int32Array;
  /** The class that each is led towards, [n]; null when untargeted. */
  readonly targets: Int32Array | null;
  readonly norm: Norm;
  /** The set to search; of a minimum-norm attack without a radius, the ball of infinite radius: the bounds alone. */
  readonly ball: Ball;
  /** In the units of the bounds, a float32 number; a count in L0; infinite where there is none. */
  readonly radius: number;
  readonly radiusUnit: Size['unit'];
  readonly bounds: Bounds;
  readonly inputShape: readonly number[];
  readonly parameters: P;
  /**
   * The random stream of an example, the same whatever batch it comes in.
   *
   * @param example its place in the task
   * @param path what the stream is for, e.g. `start` and the number of the restart
   */
  stream(example: number, ...path: readonly (string | number)[]): RandomStream;
  /** Whether predictions are what the attack wants: another class than the label, or the target. */
  succeeded(predictions: Int32Array): Uint8Array;
  /** The task of some of its examples, by their places in it. */
  select(rows: ArrayLike<number>): AttackTask<P>;
  /** The same examples under another attack's parameters. */
  withParameters<Q>(parameters: Q): AttackTask<Q>;
}

export interface AttackDefinition<T extends ParameterTable = ParameterTable> {
  /** What `--method` takes. */
  readonly id: string;
  readonly title: string;
  /** Authors, year and title of the paper that proposed it; null for one that has none. */
  readonly citation: string | null;
  readonly access: Access;
  /** The norms it works in, the customary one first. */
  readonly norms: readonly Norm[];
  readonly aim: Aim;
  readonly parameters: T;
  /**
   * Makes an adversarial example of every example of the task, in the task's ball, or leaves it clean. What becomes of
   * an example may depend on no other example of the batch.
   *
   * @returns [n, ...inputShape], a new array
   */
  run(task: AttackTask<ParametersOf<T>>): Promise<Float32Array>;
}

export interface AttackBatch {
  /** [n, ...inputShape] within the classifier's bounds; not changed. */
  readonly inputs: Float32Array;
  /** True labels, [n]. */
  readonly labels: Int32Array;
  /** Each example's place in the data set, [n]: names its random streams. */
  readonly indices: ArrayLike<number>;
  /** The classifier's logits of the inputs, [n, classCount], where the caller has them already. */
  readonly cleanLogits?: Float32Array;
}

export interface AttackOutput {
  /** The adversarial examples, [n, ...inputShape]; a new array. */
  readonly inputs: Float32Array;
  /** The class each example was led towards, [n]; null when untargeted. */
  readonly targets: Int32Array | null;
  /**
   * 0 where the target is the very label (true or predicted, as the settings say) that the example is to be led away
   * from: it stays clean and is no success. Else 1, [n]; null when untargeted.
   */
  readonly led: Uint8Array | null;
  /** Gradients taken for each example, [n]. */
  readonly gradientCounts: Int32Array;
  /** Logits or decisions asked for each example, [n]. */
  readonly queryCounts: Int32Array;
  /** 1 where the first gradient is zero everywhere, so that the attack had nothing to follow, [n]. */
  readonly zeroGradients: Uint8Array;
}
