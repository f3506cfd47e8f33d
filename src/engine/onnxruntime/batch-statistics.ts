/**
 * Keeps the runtime to the standard where it departs from it: BatchNormalization in training mode writes the renewed
 * running statistics over its inputs, so that any other reader of them, and the caller's own array, gets the new
 * values. Such a node is given copies.
 */
import { attribute } from '../../graph/attributes.ts';
import type { Graph, Node } from '../../graph/types.ts';

/** The inputs that the runtime overwrites: running mean and running variance. */
const OVERWRITTEN = [3, 4];

/** The same graph with copies before the overwritten inputs. */
export function withCopiedStatistics(graph: Graph): Graph {
  if (!graph.nodes.some(overwrites)) return graph;
  return { ...graph, nodes: graph.nodes.flatMap((node) => (overwrites(node) ? copied(node) : [node])) };
}

function overwrites(node: Node): boolean {
  return node.operator === 'BatchNormalization' && attribute(node, 'training_mode', 'int') === 1;
}

/** Negated twice, which is exact: the runtime would see through an Identity or an addition of 0. */
function copied(node: Node): Node[] {
  const copies = OVERWRITTEN.flatMap((index) => {
    const input = node.inputs[index] ?? '';
    const name = `${node.name} copy of input ${String(index)}`;
    return [
      negation(`${name}, negated`, input, `${name}, negated`),
      negation(name, `${name}, negated`, name),
    ];
  });
  const inputs = node.inputs.map((input, index) =>
    OVERWRITTEN.includes(index) ? `${node.name} copy of input ${String(index)}` : input,
  );
  return [...copies, { ...node, inputs }];
}

function negation(name: string, input: string, output: string): Node {
  return { operator: 'Neg', name, inputs: [input], outputs: [output], attributes: {} };
}
