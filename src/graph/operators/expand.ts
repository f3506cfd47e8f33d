/** Writes nodes by their expansions: one node of a file, or all of some kind in a graph. */
import { attribute } from '../attributes.ts';
import { GraphBuilder } from '../builder.ts';
import { knownOperators, type InferredType } from '../shapes/infer.ts';
import type { Graph, Node, Tensor } from '../types.ts';
import { ExpansionSite } from './expansion.ts';
import type { Refusal } from './expansion.ts';
import { expansionOf } from './expansions/index.ts';

export { expansionOf } from './expansions/index.ts';

/** Whether a node is written out before a graph holds it: its operator is not held, or not in this form. */
export function isWrittenOut(node: Node): boolean {
  if (expansionOf(node.operator) === undefined) return false;
  // Runtimes take an odd number of channels only.
  if (node.operator === 'LRN') return (attribute(node, 'size', 'int') ?? 1) % 2 === 0;
  // Nor recurrent layers with the batch first.
  if ((attribute(node, 'layout', 'int') ?? 0) !== 0) return true;
  return !knownOperators.has(node.operator);
}

/** What is known of the values around a node, and names that none of them has. */
export interface Surroundings {
  type(value: string): InferredType | undefined;
  constant(value: string): Tensor | undefined;
  fresh(hint: string): string;
}

export interface Expanded {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
}

/**
 * Adds what a node does to the builder, by its expansion.
 *
 * @returns the values of its outputs, under names of their own
 * @throws what `refusal` makes, where the operator has no expansion or not in this form
 */
export function expandInto(builder: GraphBuilder, node: Node, refusal?: Refusal): readonly string[] {
  const expansion = expansionOf(node.operator);
  const site = new ExpansionSite(builder, node, refusal);
  if (expansion === undefined) throw site.refuse('this operator has no expansion');
  return expansion(site);
}

/**
 * The nodes and constants that stand in place of a node and give its outputs under its names.
 *
 * @throws InputError where the operator has no expansion, or not for these inputs
 */
export function expandNode(node: Node, surroundings: Surroundings): Expanded {
  const builder = new GraphBuilder('expansion');
  const given = new Set(node.inputs.filter((input) => input !== ''));
  for (const input of given) {
    const held = surroundings.constant(input);
    const type = surroundings.type(input);
    if (held !== undefined) builder.constant(held, input);
    else if (type !== undefined) builder.input(input, type.dataType, type.dims, type.elements);
    else throw new ExpansionSite(builder, node).refuse(`the shape of its input ${input} is not known`);
  }
  const results = expandInto(builder, node);
  const { nodes, initializers } = builder.build();
  const names = new Map<string, string>();
  results.forEach((result, index) => {
    const output = node.outputs[index] ?? '';
    if (output !== '' && !given.has(result) && !initializers.has(result) && !names.has(result))
      names.set(result, output);
  });
  const rename = (value: string): string => {
    if (value === '' || given.has(value)) return value;
    const known = names.get(value);
    if (known !== undefined) return known;
    const made = surroundings.fresh(`${node.name}_${value}`);
    names.set(value, made);
    return made;
  };
  const renamed = nodes.map((each) => ({
    ...each,
    name: surroundings.fresh(`${node.name}_${each.name}`),
    inputs: each.inputs.map(rename),
    outputs: each.outputs.map(rename),
  }));
  const copies = results.flatMap((result, index): Node[] => {
    const output = node.outputs[index] ?? '';
    if (output === '' || rename(result) === output) return [];
    const name = surroundings.fresh(`${node.name}_copy`);
    return [{ operator: 'Identity', name, inputs: [rename(result)], outputs: [output], attributes: {} }];
  });
  const constants = new Map(
    [...initializers].flatMap(([name, value]) => (given.has(name) ? [] : [[rename(name), value] as const])),
  );
  return { nodes: [...renamed, ...copies], constants };
}

/**
 * The graph with the nodes of some operators written out: those an engine has no kernel for, say.
 *
 * @param isWritten whether an operator is to be written by its expansion; asked again of what stands in its place
 */
export function expandGraph(graph: Graph, isWritten: (operator: string) => boolean): Graph {
  const concerns = (node: Node): boolean =>
    isWritten(node.operator) && expansionOf(node.operator) !== undefined;
  if (!graph.nodes.some(concerns)) return graph;
  const builder = GraphBuilder.from({ ...graph, nodes: [] });
  const taken = new Set(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  const surroundings: Surroundings = {
    type: (value) => builder.inferred(value),
    constant: (value) => builder.constantOf(value),
    fresh: (hint) => {
      for (;;) {
        const name = builder.fresh(hint);
        if (!taken.has(name)) return name;
      }
    },
  };
  const add = (node: Node): void => {
    if (!concerns(node)) {
      builder.node(node.operator, node.inputs, node.attributes, { name: node.name, outputs: node.outputs });
      return;
    }
    const { nodes, constants } = expandNode(node, surroundings);
    for (const [name, value] of constants) builder.constant(value, name);
    nodes.forEach(add);
  };
  graph.nodes.forEach(add);
  for (const { name } of graph.outputs) builder.output(name);
  return builder.build();
}
