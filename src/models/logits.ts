/**
 * Finds the softmax at the end of a classifier and takes it off. Attacks need logits: the logarithm of a float32
 * softmax underflows where the model is sure, the gradient vanishes, and the model looks robust without being so.
 */
import { InputError } from '../core/errors.ts';
import { attribute } from '../graph/attributes.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Dimension, Graph, Node } from '../graph/types.ts';

export type ScoreForm = 'logits' | 'softmax removed';

export interface Logits {
  readonly graph: Graph;
  readonly outputs: ScoreForm;
}

/** Operators that may stand between the softmax and the output: they move or copy scores, no more. */
const carriers = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Cast',
  'Dropout',
]);

/**
 * The graph that gives logits.
 *
 * @param name names the model in messages
 * @param graph with the one output that holds the scores
 * @param declared what the file's output is said to hold
 * @throws InputError when the scores end in a sigmoid, or are said to be probabilities and no softmax is found
 */
export function takeOffSoftmax(
  name: string,
  graph: Graph,
  declared: 'logits' | 'probabilities' | undefined,
): Logits {
  const last = lastComputation(graph);
  if (last?.operator === 'Sigmoid') {
    throw new InputError(
      `${name}: its output is a sigmoid (node ${last.name}), one yes or no per class; this toolkit attacks classifiers with one right class, so export the model without it if its classes exclude each other`,
    );
  }
  const source = last === undefined ? undefined : logitsBehind(graph, last);
  if (last !== undefined && source !== undefined) {
    return { graph: replaced(graph, last, source), outputs: 'softmax removed' };
  }
  if (declared === 'probabilities') {
    throw new InputError(
      `${name}: its outputs are said to be probabilities, and no softmax ends the graph that could be taken off; export the model without its softmax, or say --outputs logits if they are logits`,
    );
  }
  return { graph, outputs: 'logits' };
}

/** The node that computes the scores, seen through nodes that only carry them. */
function lastComputation(graph: Graph): Node | undefined {
  const producers = producersOf(graph);
  let node = producers.get(graph.outputs[0]?.name ?? '');
  while (node !== undefined && carriers.has(node.operator)) node = producers.get(node.inputs[0] ?? '');
  return node;
}

/** What the node is the softmax over the classes of, or undefined where it is none. */
function logitsBehind(graph: Graph, node: Node): string | undefined {
  const [input = ''] = node.inputs;
  switch (node.operator) {
    case 'Softmax':
    case 'LogSoftmax':
      return isOverClasses(graph, input, attribute(node, 'axis', 'int') ?? -1) ? input : undefined;
    case 'Log': {
      const inner = producersOf(graph).get(input);
      return inner?.operator === 'Softmax' ? logitsBehind(graph, inner) : undefined;
    }
    case 'Div':
      return exponentBehind(graph, node);
    default:
      return undefined;
  }
}

/** A softmax written out: exp(z) / Σ exp(z), where z may be shifted by its maximum. */
function exponentBehind(graph: Graph, node: Node): string | undefined {
  const producers = producersOf(graph);
  const [numerator = '', denominator = ''] = node.inputs;
  const exponential = producers.get(numerator);
  const sum = producers.get(denominator);
  if (exponential?.operator !== 'Exp' || sum?.operator !== 'ReduceSum' || sum.inputs[0] !== numerator) {
    return undefined;
  }
  const dims = GraphBuilder.from(graph).dims(numerator);
  const summed = GraphBuilder.from(graph).dims(denominator);
  const axis = dims.findIndex((dim, index) => index > 0 && dim !== summed[index]);
  const [input = ''] = exponential.inputs;
  return summed.length === dims.length && isOverClasses(graph, input, axis) ? input : undefined;
}

/** Whether the axis holds all the elements of an example. */
function isOverClasses(graph: Graph, value: string, axis: number): boolean {
  const dims = GraphBuilder.from(graph).dims(value);
  const classAxis = axis < 0 ? axis + dims.length : axis;
  return classAxis > 0 && dims.every((dim, index) => index === 0 || index === classAxis || dim === 1);
}

/** The graph with a node replaced by a copy of another value. */
function replaced(graph: Graph, node: Node, source: string): Graph {
  const copy: Node = { ...node, operator: 'Identity', inputs: [source], attributes: {} };
  return { ...graph, nodes: graph.nodes.map((other) => (other === node ? copy : other)) };
}

function producersOf(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** The number of classes of an output of [N, K], or of [N, K] with further axes of size 1. */
export function classCountOf(dims: readonly Dimension[]): number | undefined {
  const sizes = dims.slice(1).filter((dim) => dim !== 1);
  const [count] = sizes;
  return sizes.length === 1 && typeof count === 'number' && dims.length >= 2 ? count : undefined;
}
