/** What an operator's handler is given and gives back. The tables of handlers are in operators/, by family. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { InputError } from '../../core/errors.ts';
import { attribute } from '../../graph/attributes.ts';
import { floatOf, intOf, textOf } from '../../graph/operators/definitions.ts';
import type { DataType, Node } from '../../graph/types.ts';
import type { Tf } from './backend.ts';
import type { Layout } from './layout.ts';
import { RuntimeValue } from './value.ts';

/**
 * Computes a node. What it leaves behind is freed afterwards; a value that it returns must hold a tensor of
 * its own, never an input's.
 */
export type Handler = (call: Call) => RuntimeValue | readonly RuntimeValue[];

/** Handlers by ONNX operator. */
export type Handlers = Readonly<Record<string, Handler>>;

/** One application of an operator. */
export class Call {
  readonly tf: Tf;
  readonly node: Node;
  /** Every value given back so far. */
  readonly made: RuntimeValue[] = [];
  readonly #inputs: readonly (RuntimeValue | undefined)[];

  constructor(tf: Tf, node: Node, inputs: readonly (RuntimeValue | undefined)[]) {
    this.tf = tf;
    this.node = node;
    this.#inputs = inputs;
  }

  /** The input of a number, which the operator cannot do without. */
  input(index: number): RuntimeValue {
    const value = this.#inputs[index];
    if (value === undefined) throw this.error(`input number ${String(index)} is missing`);
    return value;
  }

  optional(index: number): RuntimeValue | undefined {
    return this.#inputs[index];
  }

  /** All inputs of a variadic operator. */
  inputs(): RuntimeValue[] {
    return this.#inputs.map((_, index) => this.input(index));
  }

  /** An integer attribute, or its default by the operator's definition. */
  int(name: string): number {
    return intOf(this.node, name);
  }

  /** A floating-point attribute, or its default by the operator's definition. */
  float(name: string): number {
    return floatOf(this.node, name);
  }

  /** A text attribute, or its default by the operator's definition. */
  text(name: string): string {
    return textOf(this.node, name);
  }

  ints(name: string): readonly number[] | undefined {
    return attribute(this.node, name, 'ints');
  }

  /** An axis counted from the front; a negative one counts from the back. */
  axis(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted >= Math.max(rank, 1)) {
      throw this.error(`axis ${String(axis)} is not one of ${String(rank)} dimensions`);
    }
    return counted;
  }

  /** Gives a tensor back as an output. */
  value(dataType: DataType, tensor: TfTensor, layout: Layout = 'first'): RuntimeValue {
    const made = RuntimeValue.of(this.tf, dataType, tensor, layout);
    this.made.push(made);
    return made;
  }

  error(problem: string): InputError {
    return new InputError(`tfjs: node ${this.node.name} (${this.node.operator}): ${problem}`);
  }
}
