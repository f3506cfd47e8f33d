/**
 * What of a file the chosen outputs need, found before anything is decoded: whatever stands beside it (labels by
 * operators of other domains, what training left over, weights of rare types) then does not matter.
 */
import { InputError } from '../../core/errors.ts';
import {
  attributeField,
  graphField,
  nodeField,
  sparseTensorField,
  tensorField,
  valueField,
} from './fields.ts';
import type { Message } from '../../core/protobuf/reader.ts';

/** Graphs within graphs to this depth; deeper files are made to break readers. */
export const MAXIMUM_DEPTH = 16;

export interface NeededParts {
  readonly nodes: readonly Message[];
  /** Whether a value is read by one of the nodes or is an output. */
  readonly has: (value: string) => boolean;
}

/** The nodes that compute the outputs, in the order of the file, and the values that they read. */
export function neededParts(graph: Message, outputs: readonly string[]): NeededParts {
  const nodes = [...graph.messages(graphField.node)];
  const makers = new Map<string, Message>();
  for (const node of nodes) {
    for (const output of node.strings(nodeField.output)) if (output !== '') makers.set(output, node);
  }
  const values = new Set(outputs);
  const kept = new Set<Message>();
  // A set visits what is added to it while it is walked.
  for (const value of values) {
    const maker = makers.get(value);
    if (maker === undefined || kept.has(maker)) continue;
    kept.add(maker);
    for (const read of readsOfMessage(maker, 0)) values.add(read);
  }
  return { nodes: nodes.filter((node) => kept.has(node)), has: (value) => values.has(value) };
}

function readsOfMessage(node: Message, depth: number): string[] {
  const reads = node.strings(nodeField.input).filter((input) => input !== '');
  for (const inner of graphsOf(node)) reads.push(...capturesOfMessage(inner, depth + 1));
  return reads;
}

function* graphsOf(node: Message): Generator<Message> {
  for (const attribute of node.messages(nodeField.attribute)) {
    const inner = attribute.message(attributeField.graph);
    if (inner !== undefined) yield inner;
  }
}

function capturesOfMessage(graph: Message, depth: number): string[] {
  assertDepth(depth);
  const nodes = [...graph.messages(graphField.node)];
  const own = new Set([
    ...namesOf(graph, graphField.input),
    ...initializerNames(graph),
    ...nodes.flatMap((node) => node.strings(nodeField.output)),
  ]);
  const reads = nodes.flatMap((node) => readsOfMessage(node, depth));
  return [...reads, ...namesOf(graph, graphField.output)].filter((name) => !own.has(name));
}

/** @throws InputError when graphs stand within graphs too deep */
export function assertDepth(depth: number): void {
  if (depth > MAXIMUM_DEPTH) {
    throw new InputError(`graphs stand within graphs deeper than ${String(MAXIMUM_DEPTH)} levels`);
  }
}

function namesOf(graph: Message, field: number): string[] {
  return [...graph.messages(field)].map((value) => value.string(valueField.name) ?? '');
}

/** The names of a graph's constants, dense and sparse. */
export function initializerNames(graph: Message): string[] {
  const names = [...graph.messages(graphField.initializer)].map((held) => held.string(tensorField.name));
  const sparse = [...graph.messages(graphField.sparseInitializer)].map((held) =>
    held.message(sparseTensorField.values)?.string(tensorField.name),
  );
  return [...names, ...sparse].map((name) => name ?? '');
}

/** Every name of a value or node in a graph and the graphs within it. */
export function namesIn(graph: Message, depth = 0): string[] {
  assertDepth(depth);
  const names = [...namesOf(graph, graphField.input), ...initializerNames(graph)];
  for (const node of graph.messages(graphField.node)) {
    names.push(node.string(nodeField.name) ?? '', ...node.strings(nodeField.output));
    for (const inner of graphsOf(node)) names.push(...namesIn(inner, depth + 1));
  }
  return names;
}
