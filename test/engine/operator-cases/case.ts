/** What a case of one operator is, and the inputs that cases are made of. */
import { randomStream } from '../../../src/core/random.ts';
import { float32, int64s, sizeOf, tensor } from '../../../src/graph/tensor.ts';
import type { Attributes, Tensor } from '../../../src/graph/types.ts';

export interface OperatorCase {
  readonly operator: string;
  /** What is special about it. */
  readonly title: string;
  /** Inputs fed when the graph runs. */
  readonly inputs: readonly (Tensor | Constant | undefined)[];
  readonly attributes: Attributes;
  /** How many outputs are compared. */
  readonly outputs: number;
}

/** An input that is a constant of the graph: shapes and axes mostly. */
export interface Constant {
  readonly constant: Tensor;
}

const stream = randomStream(7, 'operator cases');

/** Standard normal elements. */
export const normal = (...dims: number[]): Tensor =>
  float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );
/** Uniform elements of [low, low + 1), away from the edges of operators that have a domain. */
export const positive = (low: number, ...dims: number[]): Tensor =>
  float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => low + stream.uniform()),
  );
export const values = (dims: number[], data: number[]): Tensor => float32(dims, data);
export const integers = (dims: number[], data: number[]): Tensor =>
  tensor('int64', dims, BigInt64Array.from(data, BigInt));
export const bools = (dims: number[], data: number[]): Tensor => tensor('bool', dims, Uint8Array.from(data));
export const fixed = (...data: number[]): Constant => ({ constant: int64s(data) });
export const scalarIndex = (value: number): Constant => ({ constant: integers([], [value]) });

export type AddCase = (
  operator: string,
  title: string,
  inputs: OperatorCase['inputs'],
  attributes?: Attributes,
  outputs?: number,
) => void;

/** Starts a list of cases: the list, and the function that adds to it. */
export function caseList(): { cases: OperatorCase[]; add: AddCase } {
  const cases: OperatorCase[] = [];
  return {
    cases,
    add: (operator, title, inputs, attributes = {}, outputs = 1) => {
      cases.push({ operator, title, inputs, attributes, outputs });
    },
  };
}
