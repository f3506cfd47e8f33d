/**
 * What a gradient rule sees: one node, the gradient by its outputs, and the arithmetic to write the gradient by
 * its inputs with. rules/ holds the rules, gradient.ts applies them.
 */
import { UnsupportedOperatorError } from '../core/errors.ts';
import { attribute } from '../graph/attributes.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { numbersOf } from '../graph/tensor.ts';
import type { Attribute, Attributes, Dimension, DataType, Node } from '../graph/types.ts';
import { sumTo } from './broadcasting.ts';
import { scalar } from './filling.ts';

/** Emits the nodes of the gradient by one input and returns its name. Called only where that gradient is wanted. */
export type Partial = () => string;

/**
 * The gradient of an operator: `zero` where the derivative is 0 wherever it exists, or a function that gives a
 * partial for each input, undefined for inputs that have none (shapes, indices).
 */
export type Rule = 'zero' | ((node: BackwardNode) => readonly (Partial | undefined)[]);

export type RuleTable = Readonly<Record<string, Rule>>;

/** An error that names the node and offers what works without a gradient. */
export function unsupported(node: Node, reason: string): UnsupportedOperatorError {
  return new UnsupportedOperatorError(
    node.operator,
    node.name,
    `node ${node.name} (${node.operator}): ${reason}, so this model has no white-box gradient; attack it in the ` +
      'black box, with examples made on another model (--source MODEL)',
  );
}

/** One node on the way back. */
export class BackwardNode {
  constructor(
    readonly builder: GraphBuilder,
    readonly node: Node,
    /** Gradient by each output, undefined for an output that `of` does not depend on. */
    readonly gradients: readonly (string | undefined)[],
  ) {}

  /**
   * The gradient by the first output.
   *
   * @throws UnsupportedOperatorError when one arrives at another output, for which the rule has no answer
   */
  get gradient(): string {
    const [first, ...others] = this.gradients;
    const other = others.findIndex((gradient) => gradient !== undefined);
    if (other !== -1) throw this.refuse(`output number ${String(other + 2)} has no gradient rule`);
    if (first === undefined) throw this.refuse('no gradient arrives at its output');
    return first;
  }

  /** The name of an input, '' where it is left out. */
  input(index: number): string {
    return this.node.inputs[index] ?? '';
  }

  has(index: number): boolean {
    return this.input(index) !== '';
  }

  output(index = 0): string {
    return this.node.outputs[index] ?? '';
  }

  dims(value: string): readonly Dimension[] {
    return this.builder.dims(value);
  }

  get rank(): number {
    return this.dims(this.input(0)).length;
  }

  get dataType(): DataType {
    return this.builder.type(this.output()).dataType;
  }

  attribute<K extends Attribute['kind']>(name: string, kind: K): ReturnType<typeof attribute<K>> {
    return attribute(this.node, name, kind);
  }

  /** An axis attribute counted from the front. */
  axis(fallback: number, rank = this.rank): number {
    const axis = this.attribute('axis', 'int') ?? fallback;
    return axis < 0 ? axis + rank : axis;
  }

  /** The numbers of a constant input, undefined where it is left out. */
  constants(index: number, what: string): number[] | undefined {
    if (!this.has(index)) return undefined;
    const held = this.builder.constantOf(this.input(index));
    if (held === undefined) throw this.refuse(`its ${what} are known only at run time`);
    return numbersOf(held);
  }

  /** One dimension of a value, which the rule needs to know in advance. */
  fixedDim(value: string, axis: number): number {
    const dim = this.dims(value)[axis];
    if (typeof dim === 'number') return dim;
    throw this.refuse(`axis ${String(axis)} of ${value} must be of fixed size`);
  }

  /** All dimensions of a value from an axis on. */
  fixedDims(value: string, from = 0): number[] {
    return this.dims(value).flatMap((_, axis) => (axis < from ? [] : [this.fixedDim(value, axis)]));
  }

  refuse(reason: string): UnsupportedOperatorError {
    return unsupported(this.node, reason);
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

  /** Sums a value of the first output's shape over the axes that an input was broadcast along. */
  sumToInput(value: string, index: number): string {
    return sumTo(this.builder, value, this.dims(this.output()), this.dims(this.input(index)));
  }
}

/** The rule of y = f(x): the gradient times the slope, which `slope` emits. */
export const bySlope =
  (slope: (node: BackwardNode) => string) =>
  (node: BackwardNode): Partial[] => [() => node.builder.mul(node.gradient, slope(node))];

/** Remembers the value, so that nodes shared by several partials are emitted once. */
export function once(make: Partial): Partial {
  let made: string | undefined;
  return () => (made ??= make());
}
