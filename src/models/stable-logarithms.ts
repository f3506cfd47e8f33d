/**
 * Takes the logarithm of a softmax or sigmoid in one with it. As two nodes it is −∞ wherever float32 rounds the
 * probability to 0, and the gradient is lost with it; the function that the two compute is the same.
 */
import type { Graph, Node } from '../graph/types.ts';

/** The graph with Log ∘ Softmax as LogSoftmax, and Log ∘ Sigmoid as −Softplus(−x); the same graph where there is none. */
export function stableLogarithms(graph: Graph): Graph {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const taken = new Set([...makers.keys(), ...graph.nodes.map(({ name }) => name)]);
  const fresh = (hint: string): string => {
    let name = hint;
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    return name;
  };
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const inner = node.operator === 'Log' ? makers.get(node.inputs[0] ?? '') : undefined;
    if (inner?.operator === 'Softmax') {
      return [{ ...node, operator: 'LogSoftmax', inputs: inner.inputs, attributes: inner.attributes }];
    }
    if (inner?.operator !== 'Sigmoid') return [node];
    const alone = (operator: string, input: string): Node => {
      const name = fresh(`${node.name} ${operator}`);
      return { operator, name, inputs: [input], outputs: [fresh(name)], attributes: {} };
    };
    const negated = alone('Neg', inner.inputs[0] ?? '');
    const softplus = alone('Softplus', negated.outputs[0] ?? '');
    return [negated, softplus, { ...node, operator: 'Neg', inputs: [...softplus.outputs], attributes: {} }];
  });
  return nodes.every((node, index) => node === graph.nodes[index]) ? graph : { ...graph, nodes };
}
