/** Reverse-mode differentiation: adds the nodes of a graph's gradient to the graph. rules/ knows the operators. */
import { InputError } from '../core/errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Node } from '../graph/types.ts';
import { BackwardNode, unsupported } from './backward.ts';
import { filledLike, isFloating } from './filling.ts';
import { ruleOf } from './rules/index.ts';

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
): string[] {
  for (const value of [of, ...withRespectTo]) {
    const { dataType } = builder.type(value);
    if (!isFloating(dataType)) {
      throw new InputError(
        `the value ${value} is of type ${dataType}: only floating-point values have gradients`,
      );
    }
  }
  const forward = [...builder.nodes];
  const active = reachableFrom(builder, forward, withRespectTo);
  const found = new Map<string, string>();
  const add = (value: string, gradient: string): void => {
    const before = found.get(value);
    found.set(value, before === undefined ? gradient : builder.add(before, gradient));
  };
  if (active.has(of)) add(of, filledLike(builder, of, 1));
  for (const node of forward.reverse()) {
    const gradients = node.outputs.map((output) => (active.has(output) ? found.get(output) : undefined));
    if (gradients.every((gradient) => gradient === undefined)) continue;
    for (const [input, gradient] of gradientsByInput(builder, node, gradients, active)) add(input, gradient);
  }
  return withRespectTo.map((value) => found.get(value) ?? filledLike(builder, value, 0));
}

/** How far gradients reach through an operator; what the `models` command shows. */
export function gradientSupport(operator: string): 'gradient' | 'zero' | 'unsupported' {
  const rule = ruleOf(operator);
  if (rule === undefined) return 'unsupported';
  return rule === 'zero' ? 'zero' : 'gradient';
}

/** The values that change, with a derivative that is not 0 everywhere, when one of the given values does. */
function reachableFrom(
  builder: GraphBuilder,
  nodes: readonly Node[],
  values: readonly string[],
): Set<string> {
  const active = new Set(values);
  for (const node of nodes) {
    const rule = ruleOf(node.operator);
    if (rule === 'zero' || !node.inputs.some((input) => active.has(input))) continue;
    for (const output of node.outputs) {
      // Integers of an operator without rule stay active, so that a quantised path is refused and not taken for flat.
      const carries = output !== '' && (rule === undefined || isFloating(builder.type(output).dataType));
      if (carries) active.add(output);
    }
  }
  return active;
}

function gradientsByInput(
  builder: GraphBuilder,
  node: Node,
  gradients: readonly (string | undefined)[],
  active: ReadonlySet<string>,
): [string, string][] {
  const rule = ruleOf(node.operator);
  if (rule === undefined || rule === 'zero') throw unsupported(node, 'this operator has no gradient rule');
  const partials = rule(new BackwardNode(builder, node, gradients));
  return node.inputs.flatMap((input, index): [string, string][] => {
    if (!active.has(input)) return [];
    const partial = partials[index];
    if (partial === undefined)
      throw unsupported(node, `its input number ${String(index + 1)} has no gradient rule`);
    return [[input, partial()]];
  });
}
