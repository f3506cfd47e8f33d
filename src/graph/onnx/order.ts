/**
 * Checks that a graph from a file is one: every value made once and before it is used. Files whose nodes are not in
 * order are put in order; anything else is refused.
 */
import { InputError } from '../../core/errors.ts';
import type { Attributes, Node, OpenGraph } from '../types.ts';

/** A node of a file, with the opset that it is of where that is not the file's: one out of a function. */
export interface FileNode extends Node {
  readonly opset?: number;
}

/** The parts of a graph that say where values come from; outputs by name. */
export interface Wiring extends Pick<OpenGraph, 'inputs' | 'initializers'> {
  readonly outputs: readonly string[];
  readonly nodes: readonly FileNode[];
}

/**
 * The nodes in an order in which each value is made before it is used, here and in the graphs within nodes: the
 * order given where it is one already.
 *
 * @param outer whether a value is one of the graphs around this one
 * @throws InputError naming a value that is made twice or never, or a node on a cycle
 */
export function orderNodes(graph: Wiring, outer: (value: string) => boolean = () => false): FileNode[] {
  const makers = findMakers(graph);
  const known = (value: string): boolean => makers.has(value) || outer(value);
  for (const node of graph.nodes) {
    const missing = readsOf(node).find((value) => !known(value));
    if (missing !== undefined) {
      throw new InputError(
        `node ${node.name} (${node.operator}) reads the value ${missing}, which no input, initializer or node makes`,
      );
    }
  }
  for (const output of graph.outputs) {
    if (!known(output)) {
      throw new InputError(`the graph's output ${output} is made by no input, initializer or node`);
    }
  }
  return sorted(graph.nodes, makers).map((node) => withSubgraphs(node, (inner) => ordered(inner, known)));
}

/** The node with each graph among its attributes replaced. */
export function withSubgraphs(node: FileNode, change: (graph: OpenGraph) => OpenGraph): FileNode {
  if (subgraphsOf(node.attributes).length === 0) return node;
  return {
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, attribute]) => [
        key,
        attribute.kind === 'graph' ? { kind: 'graph', value: change(attribute.value) } : attribute,
      ]),
    ),
  };
}

/** Every value a node reads: its inputs, and what the graphs within it read from around them. */
export function readsOf(node: Node): string[] {
  const inputs = node.inputs.filter((input) => input !== '');
  return [...inputs, ...subgraphsOf(node.attributes).flatMap(capturesOf)];
}

function capturesOf(graph: OpenGraph): string[] {
  const own = new Set([
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const reads = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map((output) => output.name)];
  return reads.filter((value) => !own.has(value));
}

function subgraphsOf(attributes: Attributes): OpenGraph[] {
  return Object.values(attributes).flatMap((attribute) =>
    attribute.kind === 'graph' ? [attribute.value] : [],
  );
}

function ordered(graph: OpenGraph, outer: (value: string) => boolean): OpenGraph {
  const outputs = graph.outputs.map((output) => output.name);
  return { ...graph, nodes: orderNodes({ ...graph, outputs }, outer) };
}

/** Each value of the graph with the node that makes it, or null for inputs and initializers. */
function findMakers(graph: Wiring): Map<string, FileNode | null> {
  const makers = new Map<string, FileNode | null>();
  for (const name of [...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]) {
    if (makers.has(name)) throw new InputError(`two inputs of the graph are named ${name}`);
    makers.set(name, null);
  }
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      const other = makers.get(output);
      if (other !== undefined) {
        const maker = other === null ? 'an input or initializer' : `node ${other.name} (${other.operator})`;
        throw new InputError(
          `node ${node.name} (${node.operator}) makes the value ${output}, which is made by ${maker} already`,
        );
      }
      makers.set(output, node);
    }
  }
  return makers;
}

/**
 * Depth first from each node in the order given, makers before readers, so that a sorted list stays as it is.
 * The way down is a list, not recursion: graphs are deeper than the call stack.
 */
function sorted(nodes: readonly FileNode[], makers: ReadonlyMap<string, FileNode | null>): FileNode[] {
  const result: FileNode[] = [];
  const done = new Set<FileNode>();
  for (const start of nodes) {
    const way: { readonly node: FileNode; readonly makers: readonly FileNode[]; next: number }[] = [];
    const onWay = new Set<FileNode>();
    const enter = (node: FileNode): void => {
      if (done.has(node)) return;
      if (onWay.has(node)) {
        throw new InputError(
          `node ${node.name} (${node.operator}) reads a value that depends on its own output: the graph has a cycle`,
        );
      }
      onWay.add(node);
      way.push({ node, makers: readsOf(node).flatMap((value) => makers.get(value) ?? []), next: 0 });
    };
    enter(start);
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const next = last.makers[last.next++];
      if (next !== undefined) {
        enter(next);
        continue;
      }
      way.pop();
      onWay.delete(last.node);
      done.add(last.node);
      result.push(last.node);
    }
  }
  return result;
}
