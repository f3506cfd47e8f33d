/** Which nodes run, and after which of them a value is not needed any more. */
import type { Graph, Node } from '../../graph/types.ts';

export interface Step {
  readonly node: Node;
  /** Values that no later step reads and that are no outputs of the graph. */
  readonly lastRead: readonly string[];
}

/** The nodes that an output of the graph depends on, in their order. */
export function liveNodes(graph: Graph): Node[] {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const live = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const name of node.inputs) wanted.add(name);
    return true;
  });
  return live.toReversed();
}

/** The nodes with what each is the last to need; an output that nothing reads goes right after its node. */
export function scheduled(graph: Graph, nodes: readonly Node[]): Step[] {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const steps = nodes.toReversed().map((node): Step => {
    const lastRead = new Set([...node.inputs, ...node.outputs].filter((name) => !needed.has(name)));
    for (const name of node.inputs) needed.add(name);
    return { node, lastRead: [...lastRead] };
  });
  return steps.toReversed();
}
