/** One constant node to evaluate: what it is given and the type that inference found for its output. */
import { intOf } from '../operators/definitions.ts';
import { numbersOf } from '../tensor.ts';
import type { Node, Tensor } from '../types.ts';
import type { NumericType } from '../data-types.ts';

export interface Evaluation {
  readonly node: Node;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly dataType: NumericType;
  readonly dims: readonly number[];
}

/** The output's tensor, or undefined for a case that is left to the engine. */
export type Evaluator = (evaluation: Evaluation) => Tensor | undefined;

export type Evaluators = Readonly<Record<string, Evaluator>>;

/** The elements of an integer input as numbers. */
export function integersOf(evaluation: Evaluation, index: number): readonly number[] | undefined {
  const value = evaluation.inputs[index];
  return value === undefined ? undefined : numbersOf(value);
}

/** The attribute axis, counted from the front of input 0. */
export function axisOf(evaluation: Evaluation): number {
  const axis = intOf(evaluation.node, 'axis');
  return axis < 0 ? axis + (evaluation.inputs[0]?.dims.length ?? 0) : axis;
}
