/** Reverse-mode differentiation: adds the nodes of a graph's gradient to the graph. rules/ knows the operators. */
import { InputError } from '../core/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { filledLike, isFloating } from '../graph/filling.ts';
import { expandInto, hasExpansion } from '../graph/operators/expand.ts';
import type { Node } from '../graph/types.ts';
import { BackwardNode, unsupported } from './backward.ts';
import type { Rule } from './backward.ts';
import { ruleOf } from './rules/index.ts';
import { straightThrough } from './rules/straight-through.ts';

export interface GradientOptions {
  /**
   * What stands in for the gradient where there is none: `straight-through` takes the rounding of QuantizeLinear for
   * the identity (Bengio, Léonard and Courville 2013), so that the gradient passes where the value is in range.
   */
  readonly approximate?: 'straight-through';
}

/**
 * Appends the reverse pass of the sum of a value. Only nodes on a path from a requested value to it are visited.
 *
 * @param of a floating-point value of any shape
 * @param withRespectTo inputs, constants or inner values of the graph
 * @returns for each requested value its gradient's name: the same shape and type, zeros where `of` does not
 *   depend on it
 * @throws UnsupportedOperatorError when an operator on such a path has no gradient rule, or not for this use of it
 */
export function appendGradients(
  builder: GraphBuilder,
  of: string,
  withRespectTo: readonly string[],
  options: GradientOptions = {},
): string[] {
  for (const value of [of, ...withRespectTo]) {
    const { dataType } = builder.type(value);
    if (!isFloating(dataType)) {
      throw new InputError(
        `the value ${value} is of type ${dataType}: only floating-point values have gradients`,
      );
    }
  }
  const pass = new ReversePass(builder, options);
  const forward = [...builder.nodes];
  const active = pass.reachable(forward, withRespectTo);
  const found = new Map<string, string>();
  if (active.has(of)) found.set(of, filledLike(builder, of, 1));
  pass.propagate(forward, active, found);
  return withRespectTo.map((value) => found.get(value) ?? filledLike(builder, value, 0));
}

/**
 * The first node behind which no derivative is left, where none is left of a value: a number that is rounded or
 * compared on every way from the other value to it has a derivative of 0 wherever it has one.
 *
 * @returns undefined where a derivative is left, or the value does not depend on the other
 */
export function gradientEnd(
  builder: GraphBuilder,
  of: string,
  withRespectTo: string,
  options: GradientOptions = {},
): Node | undefined {
  const active = new ReversePass(builder, options).reachable(builder.nodes, [withRespectTo]);
  if (active.has(of)) return undefined;
  return builder.nodes.find(
    ({ inputs, outputs }) =>
      inputs.some((input) => active.has(input)) && !outputs.some((output) => active.has(output)),
  );
}

/** How far gradients reach through an operator; what the `models` command shows. */
export function gradientSupport(
  operator: string,
  options: GradientOptions = {},
): 'gradient' | 'zero' | 'unsupported' {
  const rule = ruleWith(operator, options);
  if (rule === 'zero') return 'zero';
  return isRefused(rule, operator) ? 'unsupported' : 'gradient';
}

function ruleWith(operator: string, { approximate }: GradientOptions): Rule | undefined {
  const substitute = approximate === 'straight-through' ? straightThrough[operator] : undefined;
  return substitute ?? ruleOf(operator);
}

/** Whether an operator has neither a rule nor an expansion to go back through. */
function isRefused(rule: Rule | undefined, operator: string): boolean {
  return rule === undefined ? !hasExpansion(operator) : typeof rule === 'object';
}

/** Operators that move or choose quantised values, and those between them and real ones. */
const quantisedPath: ReadonlySet<string> = new Set([
  'Concat',
  'DequantizeLinear',
  'Flatten',
  'Gather',
  'Identity',
  'MaxPool',
  'QuantizeLinear',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** The way back through the nodes of a graph, or of an operator written out. */
class ReversePass {
  readonly #builder: GraphBuilder;
  readonly #options: GradientOptions;

  constructor(builder: GraphBuilder, options: GradientOptions) {
    this.#builder = builder;
    this.#options = options;
  }

  /** The values that change, with a derivative that is not 0 everywhere, when one of the given values does. */
  reachable(nodes: readonly Node[], values: Iterable<string>): Set<string> {
    const active = new Set(values);
    for (const node of nodes) {
      const rule = ruleWith(node.operator, this.#options);
      if (rule === 'zero' || !node.inputs.some((input) => active.has(input))) continue;
      // Integers stay active behind an operator that is refused, or quantises with a gradient when asked to, so that a
      // quantised path is never taken for flat.
      const whole =
        isRefused(rule, node.operator) ||
        node.operator === 'QuantizeLinear' ||
        node.inputs.some((input) => active.has(input) && !this.#isFloating(input));
      for (const output of node.outputs) {
        if (output !== '' && (whole || this.#isFloating(output))) active.add(output);
      }
    }
    return active;
  }

  /** Adds the gradients of the nodes' inputs, from the last node to the first, to those found of their outputs. */
  propagate(nodes: readonly Node[], active: ReadonlySet<string>, found: Map<string, string>): void {
    for (const node of nodes.toReversed()) {
      const gradients = node.outputs.map((output) => (active.has(output) ? found.get(output) : undefined));
      if (gradients.every((gradient) => gradient === undefined)) continue;
      for (const [input, gradient] of this.#byInput(node, gradients, active)) {
        const before = found.get(input);
        found.set(input, before === undefined ? gradient : this.#builder.add(before, gradient));
      }
    }
  }

  #isFloating(value: string): boolean {
    return isFloating(this.#builder.type(value).dataType);
  }

  #byInput(
    node: Node,
    gradients: readonly (string | undefined)[],
    active: ReadonlySet<string>,
  ): readonly (readonly [string, string])[] {
    const rule = ruleWith(node.operator, this.#options);
    if (isRefused(rule, node.operator))
      throw unsupported(node, typeof rule === 'object' ? rule.refused : 'this operator has no gradient rule');
    const quantised = node.inputs.some((input) => active.has(input) && !this.#isFloating(input));
    if (quantised && !quantisedPath.has(node.operator))
      throw unsupported(node, 'this operator has no gradient rule for quantised values');
    if (rule === undefined) return this.#throughExpansion(node, gradients, active);
    if (typeof rule !== 'function') return [];
    const partials = rule(new BackwardNode(this.#builder, node, gradients));
    return node.inputs.flatMap((input, index): [string, string][] => {
      if (!active.has(input)) return [];
      const partial = partials[index];
      if (partial === undefined)
        throw unsupported(node, `its input number ${String(index + 1)} has no gradient rule`);
      return [[input, partial()]];
    });
  }

  /** Writes the node out beside itself, and goes back through what it is written as. */
  #throughExpansion(
    node: Node,
    gradients: readonly (string | undefined)[],
    active: ReadonlySet<string>,
  ): readonly (readonly [string, string])[] {
    const builder = this.#builder;
    const before = builder.nodes.length;
    const outputs = expandInto(builder, node, unsupported);
    const nodes = builder.nodes.slice(before);
    const inputs = [...new Set(node.inputs.filter((input) => active.has(input)))];
    const inner = this.reachable(nodes, inputs);
    const found = new Map<string, string>();
    gradients.forEach((gradient, index) => {
      const output = outputs[index] ?? '';
      if (gradient === undefined || !inner.has(output)) return;
      const earlier = found.get(output);
      found.set(output, earlier === undefined ? gradient : builder.add(earlier, gradient));
    });
    this.propagate(nodes, inner, found);
    return inputs.flatMap((input) => {
      const gradient = found.get(input);
      return gradient === undefined ? [] : [[input, gradient] as const];
    });
  }
}
