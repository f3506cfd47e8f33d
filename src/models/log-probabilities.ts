/**
 * The logarithm of probabilities that a graph computes, found through what stands between them and a softmax or
 * sigmoid: scaling, clipping, the mean of an ensemble, the pair [1 − σ, σ]. Log-probabilities are logits: their softmax
 * gives the probabilities back. Taking the logarithm of the finished float32 probabilities instead would lose the
 * gradient wherever the model is sure.
 */
import { int } from '../graph/attributes.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { intOf } from '../graph/operators/definitions.ts';
import { float32, numbersOf } from '../graph/tensor.ts';
import type { Graph, Node } from '../graph/types.ts';

/** A finished search: the graph with the logarithm of its output in the output's place. */
export interface LogProbabilities {
  readonly graph: Graph;
  /** What was left out because it changes no prediction, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * The graph that gives log p (up to a constant for each example) in the place of p.
 *
 * @param graph its one output p of [N, K]
 * @param declared whether it is said that p are the probabilities of classes of which one is right
 * @returns undefined where the way from p back to softmaxes and sigmoids is not understood, or there is none
 */
export function logProbabilities(graph: Graph, declared: boolean): LogProbabilities | undefined {
  const [output] = graph.outputs;
  if (output === undefined) return undefined;
  const classes = Number(output.dims.at(-1));
  const search = new Search(graph, classes);
  const found = search.logOf(output.name, 0);
  if (found === undefined || !(declared || search.excludesClasses)) return undefined;
  return { graph: search.finish(found, output.name), notes: search.notes };
}

/** Ways longer than this are no tail of a classifier. */
const LONGEST_WAY = 64;

class Search {
  readonly #builder: GraphBuilder;
  readonly #producers: ReadonlyMap<string, Node>;
  readonly #classes: number;
  readonly notes: string[] = [];
  #sawSoftmax = false;
  #sawComplement = false;
  #sawExponential = false;
  #sawSum = false;

  constructor(graph: Graph, classes: number) {
    this.#builder = GraphBuilder.from(graph);
    this.#classes = classes;
    this.#producers = new Map(
      graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
    );
  }

  /** Whether the probabilities are those of classes of which one is right; sigmoids alone are a yes or no each. */
  get excludesClasses(): boolean {
    return this.#sawSoftmax || this.#sawComplement || (this.#sawExponential && this.#sawSum);
  }

  /** The graph whose output is the value. */
  finish(value: string, name: string): Graph {
    this.#builder.output(value);
    const built = this.#builder.build();
    return { ...built, name: built.name === '' ? name : built.name };
  }

  /** A value that is the logarithm of another, undefined where the other's making is not understood. */
  logOf(value: string, depth: number): string | undefined {
    if (depth > LONGEST_WAY) return undefined;
    const builder = this.#builder;
    const held = builder.constantOf(value);
    if (held !== undefined) {
      const numbers = numbersOf(held);
      if (held.dataType !== 'float32' || numbers.some((number) => number < 0)) return undefined;
      return builder.constant(float32(held.dims, numbers.map(Math.log)), builder.fresh('log'));
    }
    const node = this.#producers.get(value);
    if (node === undefined) return undefined;
    const [x = '', second = ''] = node.inputs;
    const log = (input: string): string | undefined => this.logOf(input, depth + 1);
    switch (node.operator) {
      case 'Softmax':
        return this.#softmax(x, intOf(node, 'axis'));
      case 'Sigmoid':
        // log σ(z) = −softplus(−z)
        return builder.neg(builder.apply('Softplus', [builder.neg(x)]));
      case 'Sub':
        return this.#complement(x, second);
      case 'Exp':
        this.#sawExponential = true;
        this.#sawSoftmax ||= this.#isLogSoftmax(x);
        return x;
      case 'Mul':
        return both(log(x), log(second), (a, b) => builder.add(a, b));
      case 'Div':
        return both(log(x), log(second), (a, b) => builder.sub(a, b));
      case 'Pow':
        return this.#power(log, x, second);
      case 'Sqrt':
        return both(log(x), builder.scalar(0.5), (a, b) => builder.mul(a, b));
      case 'Add':
      case 'Sum':
        return this.#sum(node.inputs.map(log));
      case 'Mean':
        return both(this.#sum(node.inputs.map(log)), builder.scalar(Math.log(node.inputs.length)), (a, b) =>
          builder.sub(a, b),
        );
      case 'ReduceSum':
      case 'ReduceMean':
        return this.#reduced(node, log(x));
      case 'Clip':
        return this.#clipped(node, log(x));
      case 'Max':
      case 'Min':
        return this.#bounded(node, log);
      case 'MatMul':
        return this.#mixed(log(x), second);
      case 'Concat':
        this.#sawComplement ||= this.#isSigmoidPair(node.inputs);
        return this.#carried(node, node.inputs.map(log));
      default:
        return CARRIERS.has(node.operator)
          ? this.#carried(node, [log(x), ...node.inputs.slice(1)])
          : undefined;
    }
  }

  /** A softmax over anything else than the classes gives no probabilities of theirs. */
  #softmax(x: string, axis: number): string | undefined {
    if (this.#builder.dims(x).at(axis) !== this.#classes) return undefined;
    this.#sawSoftmax = true;
    return this.#builder.logSoftmax(x, axis);
  }

  /** log (1 − σ(z)) = −softplus(z) */
  #complement(one: string, value: string): string | undefined {
    const builder = this.#builder;
    const held = builder.constantOf(one);
    const sigmoid = this.#producers.get(value);
    if (held === undefined || numbersOf(held).some((number) => number !== 1)) return undefined;
    if (sigmoid?.operator !== 'Sigmoid') return undefined;
    this.#sawComplement = true;
    return builder.neg(builder.apply('Softplus', [sigmoid.inputs[0] ?? '']));
  }

  #isLogSoftmax(value: string): boolean {
    const node = this.#producers.get(value);
    if (node?.operator !== 'LogSoftmax') return false;
    return this.#builder.dims(value).at(intOf(node, 'axis')) === this.#classes;
  }

  /** σ(−z) is 1 − σ(z). */
  #isSigmoidPair(values: readonly string[]): boolean {
    const [one, other, ...more] = values.map((value) => this.#producers.get(value));
    if (this.#classes !== 2 || one?.operator !== 'Sigmoid' || other?.operator !== 'Sigmoid') return false;
    const negates = (a: Node, b: Node): boolean => {
      const negation = this.#producers.get(a.inputs[0] ?? '');
      return negation?.operator === 'Neg' && negation.inputs[0] === b.inputs[0];
    };
    return more.length === 0 && (negates(one, other) || negates(other, one));
  }

  #power(log: (value: string) => string | undefined, base: string, exponent: string): string | undefined {
    const held = this.#builder.constantOf(exponent);
    if (held?.dataType !== 'float32' || numbersOf(held).some((power) => power <= 0)) return undefined;
    return both(log(base), exponent, (a, b) => this.#builder.mul(a, b));
  }

  /** log Σ exp, shifted by the greatest. */
  #sum(logs: readonly (string | undefined)[]): string | undefined {
    const builder = this.#builder;
    const known = logs.filter((value) => value !== undefined);
    const [first] = known;
    if (first === undefined || known.length < logs.length) return undefined;
    if (known.length === 1) return first;
    const greatest = builder.apply('Max', known);
    const total = known
      .map((value) => builder.exp(builder.sub(value, greatest)))
      .reduce((sum, value) => builder.add(sum, value));
    return builder.add(greatest, builder.log(total));
  }

  #reduced(node: Node, log: string | undefined): string | undefined {
    if (log === undefined) return undefined;
    this.#sawSum = true;
    const builder = this.#builder;
    const [, axes] = node.inputs;
    const keeps = { ...node.attributes, keepdims: int(1) };
    const inputs = (value: string): string[] => (axes === undefined || axes === '' ? [value] : [value, axes]);
    const greatest = builder.apply('ReduceMax', inputs(log), keeps);
    const shifted = builder.exp(builder.sub(log, greatest));
    // The mean of the shifted exponentials differs from their sum by a constant factor, which is kept.
    const total = builder.apply(node.operator, inputs(shifted), keeps);
    const result = builder.add(greatest, builder.log(total));
    return builder.reshape(result, this.#targetOf(node.outputs[0] ?? ''));
  }

  /** log Σ w·p of positive weights, shifted by the greatest: none of the weights drops what the shift is taken from. */
  #mixed(log: string | undefined, weights: string): string | undefined {
    const builder = this.#builder;
    const held = builder.constantOf(weights);
    if (log === undefined || held?.dataType !== 'float32') return undefined;
    if (numbersOf(held).some((weight) => weight <= 0)) return undefined;
    const greatest = builder.reduceMax(log, [-1]);
    const total = builder.log(builder.matMul(builder.exp(builder.sub(log, greatest)), weights));
    return builder.add(held.dims.length === 1 ? builder.squeeze(greatest, [-1]) : greatest, total);
  }

  #targetOf(value: string): readonly number[] {
    return this.#builder.dims(value).map((dim) => (typeof dim === 'number' ? dim : -1));
  }

  /** A clip that moves neither the greatest probability below another nor another above it changes no prediction. */
  #clipped(node: Node, log: string | undefined): string | undefined {
    const [, least, greatest] = node.inputs.map((input) => this.#numberOf(input));
    const low = node.inputs[1] === undefined || node.inputs[1] === '' ? 0 : least;
    const high = node.inputs[2] === undefined || node.inputs[2] === '' ? 1 : greatest;
    return this.#within(log, low, high);
  }

  /** A clip written as the greater, or the less, of a probability and a number. */
  #bounded({ operator, inputs }: Node, log: (value: string) => string | undefined): string | undefined {
    const bound = inputs.map((input) => this.#numberOf(input)).find((number) => number !== undefined);
    const [clipped, another] = inputs.filter((input) => this.#numberOf(input) === undefined);
    if (bound === undefined || clipped === undefined || another !== undefined) return undefined;
    return operator === 'Max' ? this.#within(log(clipped), bound, 1) : this.#within(log(clipped), 0, bound);
  }

  #within(log: string | undefined, low: number | undefined, high: number | undefined): string | undefined {
    if (log === undefined) return undefined;
    if (low === undefined || high === undefined || low >= 1 / this.#classes || high <= 0.5) return undefined;
    this.notes.push(
      `the clipping of the probabilities to ${String(low)} … ${String(high)} is left out, which changes no prediction`,
    );
    return log;
  }

  #numberOf(value: string): number | undefined {
    const held = value === '' ? undefined : this.#builder.constantOf(value);
    return held?.data.length === 1 ? Number(held.data[0]) : undefined;
  }

  /** The same movement of the logarithms. */
  #carried(node: Node, inputs: readonly (string | undefined)[]): string | undefined {
    const known = inputs.filter((input) => input !== undefined);
    if (known.length < inputs.length) return undefined;
    return this.#builder.apply(node.operator, known, node.attributes);
  }
}

/** Operators that move or copy probabilities, no more; what else they take (shapes, places) stays. */
const CARRIERS: ReadonlySet<string> = new Set([
  ...['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Cast', 'Dropout'],
  ...['Gather', 'Slice', 'Expand'],
]);

function both(
  a: string | undefined,
  b: string | undefined,
  join: (a: string, b: string) => string,
): string | undefined {
  return a === undefined || b === undefined ? undefined : join(a, b);
}
