/** Drops what nothing asks for: nodes, constants and, where outputs are chosen anew, inputs. */
import { GraphBuilder } from '../builder.ts';
import type { Graph, Node } from '../types.ts';

/** The graph without the nodes and constants that its outputs do not need; every input stays. */
export function removeUnused(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => output !== '' && needed.has(output))) continue;
    for (const input of node.inputs) needed.add(input);
    kept.push(node);
  }
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  return { ...graph, initializers, nodes: kept.reverse() };
}

/**
 * The part of a graph that computes the given values, which become its outputs in the order given. Inputs that
 * they do not depend on are dropped too.
 *
 * @throws InputError when the graph has no value of a name
 */
export function pruneTo(graph: Graph, outputs: readonly string[]): Graph {
  const builder = GraphBuilder.from(graph);
  for (const output of outputs) builder.output(output);
  const pruned = removeUnused(builder.build());
  const used = new Set([...outputs, ...pruned.nodes.flatMap((node) => node.inputs)]);
  return { ...pruned, inputs: pruned.inputs.filter((input) => used.has(input.name)) };
}
