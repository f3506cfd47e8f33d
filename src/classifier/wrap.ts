/** Makes any function a classifier: a remote service, another runtime, a rule written by hand. */
import { InputError } from '../core/errors.ts';
import type { Bounds, Classifier, LossGradient } from './classifier.ts';
import { logitGradient } from './logit-losses.ts';
import { lossesOf, type LossName, type Objective } from './objective.ts';

export interface FunctionClassifier {
  /** Names the classifier in results and messages. */
  readonly name: string;
  /** The shape of one input, channels first for images: [channels, height, width]. */
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly bounds: Bounds;
  /**
   * Scores before the softmax.
   *
   * @param inputs [n, ...inputShape]
   * @param count n
   * @returns [n, classCount], in any array of numbers
   */
  logits(inputs: Float32Array, count: number): Promise<ArrayLike<number>> | ArrayLike<number>;
  /**
   * Cross-entropy of each example [n], the gradient of their sum by the inputs [n, ...inputShape], and the
   * logits [n, classCount]. It serves attacks on the cross-entropy; `vectorJacobianProduct` serves all.
   */
  lossGradient?(inputs: Float32Array, labels: Int32Array): Promise<LossGradient> | LossGradient;
  /**
   * The gradient of Σ weights · logits by the inputs, [n, ...inputShape]: what reverse mode gives of the logits. With
   * neither this nor `lossGradient`, only attacks that need no gradient apply.
   *
   * @param weights [n, classCount]
   */
  vectorJacobianProduct?(
    inputs: Float32Array,
    weights: Float32Array,
  ): Promise<ArrayLike<number>> | ArrayLike<number>;
  dispose?(): Promise<void>;
}

/**
 * Wraps functions as a classifier. What they are given and what they return is checked at every call.
 *
 * @throws InputError when the description is malformed; from the classifier's methods, when inputs do not fill
 * whole examples, a label is out of range, or a function returns arrays of the wrong length or with NaN
 */
export function wrapFunction(description: FunctionClassifier): Classifier {
  const { name, inputShape, classCount, bounds } = description;
  assertDescription(description);
  const elements = inputShape.reduce((product, size) => product * size, 1);

  const score = async (inputs: Float32Array): Promise<Float32Array> => {
    const count = exampleCount(name, inputs, elements);
    const logits = await description.logits(inputs, count);
    return checked(name, 'logits', logits, count * classCount, `[${String(count)}, ${String(classCount)}]`);
  };

  const givenLoss = async (inputs: Float32Array, labels: Int32Array): Promise<LossGradient> => {
    const count = labels.length;
    const given = await description.lossGradient?.(inputs, labels);
    if (given === undefined) throw new InputError(`${name}: its function returned no losses and gradients`);
    const n = String(count);
    const gradientShape = `[${[n, ...inputShape].join(', ')}]`;
    const logitsShape = `[${n}, ${String(classCount)}]`;
    return {
      losses: checked(name, 'losses', given.losses, count, `[${n}]`),
      gradients: checked(name, 'gradients', given.gradients, count * elements, gradientShape),
      logits: checked(name, 'logits', given.logits, count * classCount, logitsShape),
    };
  };

  /** The chain rule at the logits: the loss is differentiated here, the model by its function. */
  const byProduct = async (inputs: Float32Array, objective: Objective): Promise<LossGradient> => {
    const logits = await score(inputs);
    const { losses, weights } = logitGradient(objective, logits, classCount);
    const shape = `[${[logits.length / classCount, ...inputShape].join(', ')}]`;
    const product = await description.vectorJacobianProduct?.(inputs, weights);
    return { losses, gradients: checked(name, 'gradients', product ?? [], inputs.length, shape), logits };
  };

  const differentiate = async (inputs: Float32Array, objective: Objective): Promise<LossGradient> => {
    assertObjective(name, objective, exampleCount(name, inputs, elements), classCount);
    if (objective.loss === 'cross-entropy' && description.lossGradient !== undefined) {
      return givenLoss(inputs, objective.labels);
    }
    if (description.vectorJacobianProduct !== undefined) return byProduct(inputs, objective);
    throw new InputError(
      `${name}: its function gives the gradient of the cross-entropy, not of ${objective.loss}: give a vectorJacobianProduct`,
    );
  };
  const losses: ReadonlySet<LossName> =
    description.vectorJacobianProduct === undefined ? new Set(['cross-entropy']) : lossesOf(classCount);
  const hasGradient =
    description.lossGradient !== undefined || description.vectorJacobianProduct !== undefined;

  return {
    name,
    inputShape,
    classCount,
    bounds,
    logits: score,
    ...(hasGradient ? { losses, gradient: differentiate } : {}),
    dispose: async () => {
      await description.dispose?.();
    },
  };
}

/**
 * The number of whole examples in a batch.
 *
 * @param elements the number of elements of one example
 * @throws InputError when the last example is cut short
 */
export function exampleCount(name: string, inputs: Float32Array, elements: number): number {
  if (inputs.length % elements !== 0) {
    throw new InputError(
      `${name}: ${String(inputs.length)} input elements are not whole examples of ${String(elements)}`,
    );
  }
  return inputs.length / elements;
}

/**
 * Checks that there is one label an example, each a class of the classifier.
 *
 * @throws InputError naming the first label out of range
 */
export function assertLabels(name: string, labels: Int32Array, count: number, classCount: number): void {
  if (labels.length !== count) {
    throw new InputError(`${name}: ${String(count)} examples came with ${String(labels.length)} labels`);
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= classCount);
  if (wrong >= 0) {
    throw new InputError(
      `${name}: the label ${String(labels[wrong])} of example ${String(wrong)} is not one of its classes 0 to ${String(classCount - 1)}`,
    );
  }
}

/**
 * Checks that an objective fits a batch.
 *
 * @throws InputError naming the first label out of range, or what is of the wrong length
 */
export function assertObjective(name: string, objective: Objective, count: number, classCount: number): void {
  if (!lossesOf(classCount).has(objective.loss)) {
    throw new InputError(
      `${name}: the loss ${objective.loss} is not defined for ${String(classCount)} classes`,
    );
  }
  if (objective.loss === 'weighted-logits') {
    if (objective.weights.length === count * classCount) return;
    throw new InputError(
      `${name}: ${String(count)} examples of ${String(classCount)} classes came with ${String(objective.weights.length)} weights`,
    );
  }
  assertLabels(name, objective.labels, count, classCount);
  if (objective.loss === 'targeted-dlr') assertLabels(name, objective.targets, count, classCount);
}

function assertDescription({ name, inputShape, classCount, bounds }: FunctionClassifier): void {
  if (inputShape.length === 0 || !inputShape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new InputError(
      `${name}: the input shape [${inputShape.join(', ')}] is not a list of sizes above 0`,
    );
  }
  if (!Number.isInteger(classCount) || classCount < 2) {
    throw new InputError(
      `${name}: the class count is ${String(classCount)}, expected a whole number above 1`,
    );
  }
  if (!Number.isFinite(bounds.lower) || !Number.isFinite(bounds.upper) || bounds.lower >= bounds.upper) {
    throw new InputError(
      `${name}: the bounds ${String(bounds.lower)} to ${String(bounds.upper)} are not an interval`,
    );
  }
}

function checked(
  name: string,
  what: string,
  values: ArrayLike<number>,
  length: number,
  shape: string,
): Float32Array {
  if (values.length !== length) {
    throw new InputError(
      `${name}: its function returned ${String(values.length)} ${what}, expected ${String(length)} for the shape ${shape}`,
    );
  }
  const array = values instanceof Float32Array ? values : Float32Array.from(values);
  assertNoNaN(name, what, array);
  return array;
}

/**
 * Refuses NaN, which would pass every comparison as "not an error".
 *
 * @throws InputError naming the place of the first
 */
export function assertNoNaN(name: string, what: string, values: Float32Array): void {
  for (let place = 0; place < values.length; place++) {
    if (Number.isNaN(values[place])) {
      throw new InputError(
        `${name}: its ${what} hold NaN at element ${String(place)}; check that the inputs and the weights are finite`,
      );
    }
  }
}
