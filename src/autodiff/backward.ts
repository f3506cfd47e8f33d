/**
 * What a gradient rule sees: one node, the gradient by its outputs, and the arithmetic to write the gradient by
 * its inputs with. rules/ holds the rules, gradient.ts applies them.
 */
import { UnsupportedOperatorError } from '../core/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { OperatorSite } from '../graph/operators/site.ts';
import type { DataType, Node } from '../graph/types.ts';
import { sumTo } from './broadcasting.ts';

/** Emits the nodes of the gradient by one input and returns its name. Called only where that gradient is wanted. */
export type Partial = () => string;

/**
 * The gradient of an operator: `zero` where the derivative is 0 wherever it exists, or a function that gives a
 * partial for each input, undefined for inputs that have none (shapes, indices).
 */
export type Rule = 'zero' | Refused | ((node: BackwardNode) => readonly (Partial | undefined)[]);

/** An operator that has no gradient, and why. */
export interface Refused {
  readonly refused: string;
}

export type RuleTable = Readonly<Record<string, Rule>>;

/** An error that names the node and offers what works without a gradient. */
export function unsupported(node: Node, reason: string): UnsupportedOperatorError {
  const problem = `node ${node.name} (${node.operator}): ${reason}`;
  return new UnsupportedOperatorError(
    node.operator,
    node.name,
    `${problem}, so this model has no white-box gradient; attack it in the black box, with examples made on another ` +
      'model (--source MODEL)',
    problem,
  );
}

/** One node on the way back. */
export class BackwardNode extends OperatorSite {
  constructor(
    builder: GraphBuilder,
    node: Node,
    /** Gradient by each output, undefined for an output that `of` does not depend on. */
    readonly gradients: readonly (string | undefined)[],
  ) {
    super(builder, node);
  }

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

  output(index = 0): string {
    return this.node.outputs[index] ?? '';
  }

  get dataType(): DataType {
    return this.builder.type(this.output()).dataType;
  }

  refuse(reason: string): UnsupportedOperatorError {
    return unsupported(this.node, reason);
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
