/** Goes through a GraphDef in the order of computation and adds what each node stands for to a graph. */
import { InputError } from '../../core/errors.ts';
import type { DataType, Dimension, Graph, Tensor } from '../../graph/types.ts';
import type { WeightType } from '../layers-model/weight-encoding.ts';
import { graphTypeOf } from './attributes.ts';
import { computationOrder } from './computation-order.ts';
import { graphTensor } from './constants.ts';
import { FoldingBuilder } from './folding-builder.ts';
import { imageFormat } from './layout.ts';
import { channelsFirstOrder, inOrder, ownOrder, plain } from './operand.ts';
import type { Operand } from './operand.ts';
import { operatorHandler } from './operators/table.ts';
import { OperatorScope } from './scope.ts';
import { tookApart } from './spreading.ts';
import type { Endpoint, OperatorNode, TensorName, Topology } from './topology.ts';

export interface Source {
  readonly path: string;
  readonly topology: Topology;
  readonly weights: ReadonlyMap<string, Tensor<WeightType>>;
  /** Channels first. */
  readonly inputShape: readonly number[] | undefined;
  /** The batch size of inputs that leave it open. */
  readonly batch: Dimension;
}

export class Translation {
  readonly #source: Source;
  readonly #builder = new FoldingBuilder('graph-model');
  readonly #made = new Map<string, readonly Operand[]>();
  readonly #notes = new Set<string>();
  readonly #inputs: ReadonlyMap<string, Endpoint>;

  constructor(source: Source) {
    this.#source = source;
    this.#inputs = new Map(source.topology.inputs.map((input) => [input.tensor.node, input]));
  }

  run(): { graph: Graph; notes: readonly string[] } {
    const { path, topology } = this.#source;
    const failures: { key: string; error: InputError }[] = [];
    const outputs: [string, string][] = [];
    for (const { key, tensor } of topology.outputs) {
      try {
        outputs.push([key, this.#output(tensor)]);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        failures.push({ key, error });
      }
    }
    const [first] = failures;
    if (outputs.length === 0) throw first?.error ?? new InputError(`${path}: the graph has no output`);
    for (const { key, error } of failures) {
      this.#notes.add(`the output ${key} was left out: ${error.message.replace(`${path}: `, '')}`);
    }
    const builder = this.#builder;
    for (const [key, value] of outputs) {
      builder.output(builder.identity(value, builder.has(key) ? builder.fresh(key) : key));
    }
    return { graph: builder.build(), notes: [...this.#notes] };
  }

  /** The value of an output, in TensorFlow's order of axes. */
  #output(tensor: TensorName): string {
    const { path, topology } = this.#source;
    const order = computationOrder(path, topology.nodes, tensor.node, new Set(this.#inputs.keys()));
    this.#assertKnown(order);
    for (const node of order) {
      if (!this.#made.has(node.name)) this.#made.set(node.name, this.#translate(node, order));
    }
    const operand = tookApart(this.#builder, this.#operand(tensor));
    return inOrder(this.#builder, operand, ownOrder(operand.order.length));
  }

  /** Refuses all operators that are not known at once, before anything else can go wrong. */
  #assertKnown(nodes: readonly OperatorNode[]): void {
    const unknown = nodes.filter(
      ({ name, operator }) =>
        !this.#inputs.has(name) && !sources.has(operator) && operatorHandler(operator) === undefined,
    );
    const [first] = unknown;
    if (first === undefined) return;
    const names = [...new Set(unknown.map(({ operator }) => operator))];
    const which = names.length === 1 ? 'is an operator' : `and others (${names.join(', ')}) are operators`;
    throw new InputError(
      `${this.#source.path}: the node ${first.name} (${first.operator}) ${which} that cannot be imported; convert the model without`,
    );
  }

  #operand({ node, output }: TensorName): Operand {
    const operand = this.#made.get(node)?.[output];
    if (operand !== undefined) return operand;
    throw new InputError(
      `${this.#source.path}: output ${String(output)} of the node ${node} is asked for, which cannot be imported`,
    );
  }

  #translate(node: OperatorNode, order: readonly OperatorNode[]): readonly Operand[] {
    const input = this.#inputs.get(node.name);
    if (input !== undefined) return [this.#declare(input, order)];
    if (node.operator === 'Const') return [this.#constant(node)];
    if (node.operator === 'PlaceholderWithDefault') return node.inputs.map((held) => this.#operand(held));
    if (node.operator === 'Placeholder') {
      throw new InputError(
        `${this.#source.path}: the node ${node.name} (Placeholder) is no input of the signature and has no value`,
      );
    }
    const { path } = this.#source;
    const operands = node.inputs.map((held) => this.#operand(held));
    const scope = new OperatorScope(this.#builder, node, operands, { path, notes: this.#notes });
    const handler = operatorHandler(node.operator);
    if (handler === undefined) throw scope.refuse('is an operator that cannot be imported');
    try {
      const result = handler(scope);
      return isList(result) ? result : [result];
    } catch (error) {
      if (!(error instanceof InputError) || error.message.startsWith(`${path}: `)) throw error;
      // What the graph refuses names a node of its own making.
      throw scope.refuse(`does not fit: ${error.message.replace(/^node \S+ /, '')}`);
    }
  }

  #constant(node: OperatorNode): Operand {
    const weight = this.#source.weights.get(node.name);
    if (weight === undefined) {
      throw new InputError(
        `${this.#source.path}: the constant ${node.name} has no values in the weights manifest`,
      );
    }
    const builder = this.#builder;
    const name = builder.has(node.name) ? builder.fresh(node.name) : node.name;
    return plain(builder, builder.constant(graphTensor(weight), name));
  }

  /** Declares an input of the graph: an image channels first, anything else as it is. */
  #declare(input: Endpoint, order: readonly OperatorNode[]): Operand {
    const { path, inputShape, weights, batch, topology } = this.#source;
    const name = input.tensor.node;
    const given = topology.inputs.length === 1 ? inputShape : undefined;
    const rank = input.sizes?.length ?? (given === undefined ? undefined : given.length + 1);
    if (rank === undefined) {
      throw new InputError(
        `${path}: the input ${input.key} leaves its shape open; give the one to use, channels first: --input-shape 3,224,224`,
      );
    }
    const isImage = rank === 4;
    const first = isImage && imageFormat(order, name, weights) === 'NHWC';
    const axes = first ? channelsFirstOrder(rank) : ownOrder(rank);
    const sizes = axes.map((axis, at) => input.sizes?.[axis] ?? (at === 0 ? batch : given?.[at - 1]));
    const known = sizes.filter((size) => size !== undefined);
    if (known.length !== rank) {
      const example = isImage ? 'channels first: --input-shape 3,224,224' : '--input-shape 784';
      throw new InputError(
        `${path}: the input ${input.key} leaves sizes open, [${axes.map((axis) => input.sizes?.[axis] ?? '?').join(', ')}]; give the ones to use, ${example}`,
      );
    }
    return { value: this.#input(name, input, known), order: axes };
  }

  /** Whole numbers come in as the type of the signature and are counted in 64 bits from there on. */
  #input(name: string, { dataType, key }: Endpoint, dims: readonly Dimension[]): string {
    const builder = this.#builder;
    const inside = graphTypeOf(dataType);
    if (inside === undefined) {
      throw new InputError(
        `${this.#source.path}: the input ${key} is of the type ${dataType}, expected numbers`,
      );
    }
    const outside = inputTypes[dataType] ?? inside;
    const value = builder.input(name, outside, dims);
    return outside === inside ? value : builder.cast(value, inside);
  }
}

/** Operators that the translation itself makes values of. */
const sources: ReadonlySet<string> = new Set(['Const', 'Placeholder', 'PlaceholderWithDefault']);

const inputTypes: Readonly<Record<string, DataType>> = {
  DT_INT8: 'int8',
  DT_UINT8: 'uint8',
  DT_INT32: 'int32',
};

function isList(result: Operand | readonly Operand[]): result is readonly Operand[] {
  return Array.isArray(result);
}
