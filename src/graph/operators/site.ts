/** One application of an operator to values of a growing graph, as expansions and gradient rules see it. */
import { attribute } from '../attributes.ts';
import type { GraphBuilder } from '../builder.ts';
import { scalar } from '../filling.ts';
import { numbersOf } from '../tensor.ts';
import type { Attribute, Attributes, DataType, Dimension, Node } from '../types.ts';
import { defaultOf } from './definitions.ts';

export abstract class OperatorSite {
  constructor(
    readonly builder: GraphBuilder,
    readonly node: Node,
  ) {}

  /** An error that names the node. */
  abstract refuse(reason: string): Error;

  /** The floating type that the arithmetic is done in. */
  abstract get dataType(): DataType;

  /** The name of an input, '' where it is left out. */
  input(index: number): string {
    return this.node.inputs[index] ?? '';
  }

  has(index: number): boolean {
    return this.input(index) !== '';
  }

  dims(value: string): readonly Dimension[] {
    return this.builder.dims(value);
  }

  /** The number of axes of the first input. */
  get rank(): number {
    return this.dims(this.input(0)).length;
  }

  attribute<K extends Attribute['kind']>(name: string, kind: K): ReturnType<typeof attribute<K>> {
    return attribute(this.node, name, kind);
  }

  /** An integer attribute, or its default by the operator's definition. */
  int(name: string): number {
    return this.#number(name, 'int');
  }

  /** A floating-point attribute, or its default by the operator's definition. */
  float(name: string): number {
    return this.#number(name, 'float');
  }

  /** A list of integers as attribute, or its default by the operator's definition. */
  ints(name: string): readonly number[] {
    const value = this.attribute(name, 'ints') ?? defaultOf(this.node.operator, name);
    const numbers = Array.isArray(value) ? value.filter((each) => typeof each === 'number') : undefined;
    if (numbers === undefined) throw this.refuse(`the attribute ${name} is missing`);
    return numbers;
  }

  /** A text attribute, or its default by the operator's definition. */
  text(name: string): string {
    const value = this.attribute(name, 'string') ?? defaultOf(this.node.operator, name);
    if (typeof value !== 'string') throw this.refuse(`the attribute ${name} is missing`);
    return value;
  }

  /** The attribute axis counted from the front. */
  axis(rank = this.rank): number {
    const axis = this.int('axis');
    return axis < 0 ? axis + rank : axis;
  }

  /** The numbers of a constant input, undefined where it is left out. */
  constants(index: number, what: string): number[] | undefined {
    if (!this.has(index)) return undefined;
    const held = this.builder.constantOf(this.input(index));
    if (held !== undefined) return numbersOf(held);
    const elements = this.builder.elementsOf(this.input(index));
    if (elements?.every((element) => typeof element === 'number') === true) return [...elements];
    throw this.refuse(`its ${what} are known only at run time`);
  }

  /** One dimension of a value, which has to be known in advance. */
  fixedDim(value: string, axis: number): number {
    const dim = this.dims(value)[axis];
    if (typeof dim === 'number') return dim;
    throw this.refuse(`axis ${String(axis)} of ${value} must be of fixed size`);
  }

  /** All dimensions of a value from an axis on. */
  fixedDims(value: string, from = 0): number[] {
    return this.dims(value).flatMap((_, axis) => (axis < from ? [] : [this.fixedDim(value, axis)]));
  }

  /** A constant of the node's own floating type. */
  scalar(value: number): string {
    return scalar(this.builder, value, this.dataType);
  }

  scaled(value: string, factor: number): string {
    return factor === 1 ? value : this.builder.mul(value, this.scalar(factor));
  }

  /** A condition as 0 and 1. Multiplying by it is ten times as fast on onnxruntime's CPU provider as `Where`. */
  mask(condition: string): string {
    return this.builder.cast(condition, this.dataType);
  }

  /** 1 where the value is above a threshold, else 0. */
  above(value: string, threshold = 0): string {
    return this.mask(this.builder.greater(value, this.scalar(threshold)));
  }

  apply(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.builder.apply(operator, inputs, attributes);
  }

  #number(name: string, kind: 'int' | 'float'): number {
    const value = this.attribute(name, kind) ?? defaultOf(this.node.operator, name);
    if (typeof value !== 'number') throw this.refuse(`the attribute ${name} is missing`);
    return value;
  }
}
