/** Writes nodes by their expansions: one node of a file, or all of some kind in a graph. */
import { GraphBuilder } from '../builder.ts';
import { inferTypes, type InferredType } from '../shapes/infer.ts';
import type { Graph, Node, Tensor } from '../types.ts';
import { definitionOf, inputCountProblem, isHeld } from './definitions.ts';
import { ExpansionSite } from './expansion.ts';
import type { Form, Refusal } from './expansion.ts';

/** Whether the operator can be written as others. */
export function hasExpansion(operator: string): boolean {
  return definitionOf(operator)?.expansion !== undefined;
}

/** Whether a node is written out before a graph holds it: its operator is not held, or not in this form. */
export function isWrittenOut(builder: GraphBuilder, node: Node): boolean {
  const { expansion, types, unheld } = definitionOf(node.operator) ?? {};
  if (expansion === undefined) return false;
  return types === undefined || (unheld?.(new ExpansionSite(builder, node)) ?? false);
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
  const { expansion } = definitionOf(node.operator) ?? {};
  const site = new ExpansionSite(builder, node, refusal);
  if (expansion === undefined) throw site.refuse('this operator has no expansion');
  const problem = inputCountProblem(node);
  if (problem !== undefined) throw site.refuse(problem);
  return expansion(site);
}

/**
 * The nodes and constants that stand in place of a node and give its outputs under its names.
 *
 * @throws InputError where the operator has no expansion, or not for these inputs
 */
export function expandNode(node: Node, surroundings: Surroundings): Expanded {
  const builder = builderAround(node, surroundings);
  const given = new Set(node.inputs);
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
 * The types of a node's outputs: by its operator's rule, or as they follow from its expansion where graphs do not hold
 * the operator.
 *
 * @throws InputError when the inputs do not fit the operator, or it is unknown
 */
export function typesOf(
  node: Node,
  inputs: readonly (InferredType | undefined)[],
  constantOf: (value: string) => Tensor | undefined,
): readonly InferredType[] {
  if (isHeld(node.operator) || !hasExpansion(node.operator)) return inferTypes(node, inputs, constantOf);
  const builder = builderAround(node, {
    type: (value) => inputs[node.inputs.indexOf(value)],
    constant: constantOf,
  });
  return expandInto(builder, node).map((result) => builder.inferred(result));
}

/** A graph that knows what a node reads, to write its expansion into. */
function builderAround(node: Node, { type, constant }: Omit<Surroundings, 'fresh'>): GraphBuilder {
  const builder = new GraphBuilder('expansion');
  for (const input of new Set(node.inputs)) {
    if (input === '') continue;
    const held = constant(input);
    const known = type(input);
    if (held !== undefined) builder.constant(held, input);
    else if (known !== undefined) builder.input(input, known.dataType, known.dims, known.elements);
    else throw new ExpansionSite(builder, node).refuse(`the shape of its input ${input} is not known`);
  }
  return builder;
}

/**
 * The graph with the nodes of some operators written out: those an engine has no kernel for, say.
 *
 * @param isWritten whether an operator is to be written by its expansion; asked again of what stands in its place
 */
export function expandGraph(graph: Graph, isWritten: (operator: string) => boolean): Graph {
  const mayConcern = ({ operator }: Node): boolean => isWritten(operator) && hasExpansion(operator);
  return graph.nodes.some(mayConcern) ? expanded(graph, (_, node) => mayConcern(node)) : graph;
}

/** The graph with the forms of operators written out that a file of OPSET cannot say. */
export function writableGraph(graph: Graph): Graph {
  const formOf = ({ operator }: Node): Form | undefined => definitionOf(operator)?.unwritable;
  if (graph.nodes.every((node) => formOf(node) === undefined)) return graph;
  return expanded(graph, (builder, node) => formOf(node)?.(new ExpansionSite(builder, node)) ?? false);
}

function expanded(graph: Graph, concerns: (builder: GraphBuilder, node: Node) => boolean): Graph {
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
    if (!concerns(builder, node)) {
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
