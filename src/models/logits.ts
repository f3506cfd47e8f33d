/**
 * Finds the logits of a classifier whose scores are probabilities. Attacks need logits: the logarithm of a float32
 * softmax underflows where the model is sure, the gradient vanishes, and the model looks robust without being so.
 */
import { InputError } from '../core/errors.ts';
import { intOf } from '../graph/operators/definitions.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { float32, numbersOf } from '../graph/tensor.ts';
import type { Dimension, Graph, Node } from '../graph/types.ts';
import { logProbabilities } from './log-probabilities.ts';
import { stableLogarithms } from './stable-logarithms.ts';

/**
 * Where the logits come from: the file's output itself, what goes into its last softmax, the logarithm of the
 * probabilities it gives, or one number z for two classes, as [0, z].
 */
export type ScoreForm = 'logits' | 'softmax removed' | 'logarithm of probabilities' | 'binary';

export interface Logits {
  readonly graph: Graph;
  readonly outputs: ScoreForm;
  /** What was changed or taken for granted, one sentence each. */
  readonly notes: readonly string[];
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
 * @param given with the one output that holds the scores, [N, K] or [N, 1]
 * @param declared what the file's output is said to hold
 * @throws InputError when the scores are a sigmoid for each of several classes, or are said to be probabilities and
 * their logarithm cannot be found
 */
export function logitsOf(
  name: string,
  given: Graph,
  declared: 'logits' | 'probabilities' | undefined,
): Logits {
  const graph = stableLogarithms(given);
  if (graph.outputs[0]?.dims.at(-1) === 1) return binaryLogits(name, graph, declared);
  const last = lastComputation(graph);
  if (last?.operator === 'Sigmoid') {
    throw new InputError(
      `${name}: its output is a sigmoid (node ${last.name}), one yes or no per class; this toolkit attacks classifiers with one right class, so export the model without it if its classes exclude each other`,
    );
  }
  const source = last === undefined ? undefined : logitsBehind(graph, last);
  if (last !== undefined && source !== undefined) {
    return { graph: replaced(graph, last, source), outputs: 'softmax removed', notes: [] };
  }
  const found = declared === 'logits' ? undefined : logarithm(graph, last, declared === 'probabilities');
  if (found !== undefined) {
    const note =
      'its probabilities are scored by their logarithm, written without taking it of a finished softmax';
    return { graph: found.graph, outputs: 'logarithm of probabilities', notes: [note, ...found.notes] };
  }
  if (declared === 'probabilities') {
    throw new InputError(
      `${name}: its outputs are said to be probabilities, and no softmax ends the graph that their logarithm could be found from; export the model without its softmax, or say --outputs logits if they are logits`,
    );
  }
  return { graph, outputs: 'logits', notes: [] };
}

/** log p of an output p, or of an output that is the logarithm of probabilities already. */
function logarithm(
  graph: Graph,
  last: Node | undefined,
  declared: boolean,
): ReturnType<typeof logProbabilities> {
  if (last?.operator !== 'Log') return logProbabilities(graph, declared);
  const [inner = ''] = last.inputs;
  const builder = GraphBuilder.from(graph);
  builder.output(inner);
  return logProbabilities(builder.build(), declared);
}

/** One number z an example: class 1 where it is above 0; the same as the logits [0, z]. */
function binaryLogits(name: string, graph: Graph, declared: 'logits' | 'probabilities' | undefined): Logits {
  const sigmoid = sigmoidBehind(graph);
  if (sigmoid === undefined && declared === 'probabilities') {
    throw new InputError(
      `${name}: its one output is said to be a probability, and no sigmoid ends the graph that could be taken off; export the model without its sigmoid`,
    );
  }
  const plain = sigmoid === undefined ? graph : replaced(graph, sigmoid.node, sigmoid.input);
  const trimmed =
    sigmoid === undefined
      ? plain
      : sigmoid.clips.reduce((seen, clip) => replaced(seen, clip, clip.inputs[0] ?? ''), plain);
  const builder = GraphBuilder.from(trimmed);
  const z = graph.outputs[0]?.name ?? '';
  const none = builder.mul(z, builder.constant(float32([], [0]), builder.fresh('none')));
  builder.output(builder.concat([none, z], 1));
  const what =
    sigmoid === undefined ? 'one output is taken for the logit' : 'one sigmoid is taken for the probability';
  return {
    graph: builder.build(),
    outputs: 'binary',
    notes: [`its ${what} of class 1 against class 0`],
  };
}

interface SigmoidBehind {
  readonly node: Node;
  readonly input: string;
  /** Clips of the probability on the way. */
  readonly clips: readonly Node[];
}

/** The sigmoid that gives the one output, seen through carriers and clips to a range that has 0.5 inside. */
function sigmoidBehind(graph: Graph): SigmoidBehind | undefined {
  const producers = producersOf(graph);
  const builder = GraphBuilder.from(graph);
  const clips: Node[] = [];
  let node = producers.get(graph.outputs[0]?.name ?? '');
  for (; node !== undefined; node = producers.get(node.inputs[0] ?? '')) {
    if (node.operator === 'Sigmoid') return { node, input: node.inputs[0] ?? '', clips };
    if (node.operator === 'Clip' && holdsHalf(builder, node)) clips.push(node);
    else if (!carriers.has(node.operator)) return undefined;
  }
  return undefined;
}

function holdsHalf(builder: GraphBuilder, { inputs }: Node): boolean {
  const bound = (index: number, otherwise: number): number => {
    const held = (inputs[index] ?? '') === '' ? undefined : builder.constantOf(inputs[index] ?? '');
    return held === undefined ? otherwise : (numbersOf(held)[0] ?? NaN);
  };
  return bound(1, 0) < 0.5 && bound(2, 1) > 0.5;
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
      return isOverClasses(graph, input, intOf(node, 'axis')) ? input : undefined;
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

/** Whether the axis holds all the scores of an example: beside it there is the batch in front, and nothing else. */
function isOverClasses(graph: Graph, value: string, axis: number): boolean {
  const dims = GraphBuilder.from(graph).dims(value);
  const classAxis = axis < 0 ? axis + dims.length : axis;
  return (
    classAxis > 0 &&
    dims[classAxis] === graph.outputs[0]?.dims.at(-1) &&
    dims.every((dim, index) => index === 0 || index === classAxis || dim === 1)
  );
}

/** The graph with a node replaced by a copy of another value. */
function replaced(graph: Graph, node: Node, source: string): Graph {
  const copy: Node = { ...node, operator: 'Identity', inputs: [source], attributes: {} };
  return { ...graph, nodes: graph.nodes.map((other) => (other === node ? copy : other)) };
}

function producersOf(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/**
 * The number of scores of each example in an output: K of [N, K], also with further axes of size 1; 1 of [N]. An output
 * of one example may lack the axis of the batch.
 *
 * @param batch the size of the batch, or its name
 */
export function scoreCountOf(dims: readonly Dimension[], batch: Dimension): number | undefined {
  if (dims[0] !== batch && batch !== 1) return undefined;
  const sizes = (dims[0] === batch ? dims.slice(1) : dims).filter((dim) => dim !== 1);
  const [count = 1] = sizes;
  return sizes.length <= 1 && typeof count === 'number' ? count : undefined;
}
