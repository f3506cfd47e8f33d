/** One node as a rule of rows sees it: what lies where in its inputs, their shapes, and a way to say that it mixes. */
import { InputError } from '../../core/errors.ts';
import { intOf } from '../operators/definitions.ts';
import type { GraphBuilder } from '../builder.ts';
import { numbersOf } from '../tensor.ts';
import type { Dimension, Node, Tensor } from '../types.ts';
import { axisOf, SHARED, type Rows } from './rows.ts';

/**
 * The node at which the examples of a batch cannot be told apart any more. `certain`: it is known to mix them, as
 * opposed to not being known to keep them apart.
 */
export class MixingError extends InputError {
  override name = 'MixingError';

  constructor(
    readonly node: Node,
    reason: string,
    readonly certain: boolean,
  ) {
    super(`node ${node.name} (${node.operator}) ${reason}`);
  }
}

export class RowSite {
  constructor(
    readonly builder: GraphBuilder,
    readonly node: Node,
    readonly inputs: readonly Rows[],
    /** The name of the batch's size. */
    readonly batch: string,
  ) {}

  /** The rows of an input; one left out is shared. */
  rows(index: number): Rows {
    return this.inputs[index] ?? SHARED;
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  dims(index: number): readonly Dimension[] {
    return this.builder.dims(this.node.inputs[index] ?? '');
  }

  rank(index: number): number {
    return this.dims(index).length;
  }

  outputDims(index = 0): readonly Dimension[] {
    const output = this.node.outputs[index] ?? '';
    return output === '' ? [] : this.builder.dims(output);
  }

  /** An integer attribute, or its default by the operator's definition. */
  int(name: string): number {
    return intOf(this.node, name);
  }

  constant(index: number): Tensor | undefined {
    return this.has(index) ? this.builder.constantOf(this.node.inputs[index] ?? '') : undefined;
  }

  /** The numbers of a constant input. */
  numbers(index: number): readonly number[] | undefined {
    const held = this.constant(index);
    if (held !== undefined) return numbersOf(held);
    if (!this.has(index)) return undefined;
    const elements = this.builder.elementsOf(this.node.inputs[index] ?? '');
    return elements?.every((element) => typeof element === 'number') === true ? elements : undefined;
  }

  /** The attribute axis counted from the front of input 0. */
  axis(rank = this.rank(0)): number {
    const axis = this.int('axis');
    return axis < 0 ? axis + rank : axis;
  }

  /** The axis of the examples in an input. */
  axisOf(index: number): number | undefined {
    return axisOf(this.rows(index));
  }

  /** The same rows for every output that the node has. */
  all(rows: Rows): readonly Rows[] {
    return this.node.outputs.map(() => rows);
  }

  /** @throws MixingError: the node makes one example's outcome depend on another */
  mixes(reason: string): never {
    throw new MixingError(this.node, reason, true);
  }

  /** @throws MixingError: nothing says that it does not */
  mayMix(reason = 'is not known to keep the examples of a batch apart'): never {
    throw new MixingError(this.node, reason, false);
  }

  /** Demands that inputs other than those numbered hold nothing of the examples. */
  onlyExamplesIn(...indices: readonly number[]): void {
    this.inputs.forEach((rows, index) => {
      if (rows.kind !== 'shared' && !indices.includes(index)) {
        this.mayMix(`takes its input number ${String(index + 1)} from the examples`);
      }
    });
  }
}

/** How the rows of a node's outputs follow from those of its inputs; one entry an output. */
export type RowRule = (site: RowSite) => readonly Rows[];

export type RowRules = Readonly<Record<string, RowRule>>;
