/** Adds nodes to a growing graph and knows the type of every value in it. builder.ts adds a method an operator. */
import { InputError } from '../core/errors.ts';
import { inferTypes, type InferredType } from './shapes/infer.ts';
import type { Attributes, Dimension, DataType, Graph, Node, Tensor, Value, ValueType } from './types.ts';

export interface NodeOptions {
  /** Names the node in messages; made from the operator where absent, and renamed where another node has it. */
  readonly name?: string;
  /** Names the outputs, '' for one that is not wanted; a single made-up name where absent. */
  readonly outputs?: readonly string[];
}

/** A graph under construction. Values are referred to by name; '' is an input left out. */
export class NodeBuilder {
  readonly #name: string;
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #nodes: Node[] = [];
  readonly #types = new Map<string, InferredType>();
  readonly #producers = new Map<string, Node>();
  readonly #nodeNames = new Set<string>();
  #count = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Takes up a finished graph: its inputs, constants and nodes, not its outputs. */
  protected adopt(graph: Graph): void {
    for (const input of graph.inputs) this.input(input.name, input.dataType, input.dims);
    for (const [name, value] of graph.initializers) this.constant(value, name);
    for (const node of graph.nodes) {
      this.node(node.operator, node.inputs, node.attributes, { name: node.name, outputs: node.outputs });
    }
  }

  /** Declares a graph input; `elements` are those of a small integer value, where they are known or named. */
  input(
    name: string,
    dataType: DataType,
    dims: readonly Dimension[],
    elements?: readonly Dimension[],
  ): string {
    this.#declare(name, { dataType, dims, ...(elements === undefined ? {} : { elements }) });
    this.#inputs.push({ name, dataType, dims });
    return name;
  }

  /** Adds a constant; its array is not copied. */
  constant(value: Tensor, name = this.fresh('constant')): string {
    this.#declare(name, { dataType: value.dataType, dims: value.dims });
    this.#initializers.set(name, value);
    return name;
  }

  /**
   * Adds a node and infers the types of its outputs.
   *
   * @returns the names of its outputs
   * @throws InputError naming the node when the operator is unknown or its inputs do not fit it
   */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): string[] {
    const name = this.#nodeName(options.name, operator);
    const outputs = options.outputs ?? [this.fresh(operator.toLowerCase())];
    const node: Node = { operator, name, inputs, outputs, attributes };
    const types = inferTypes(
      node,
      inputs.map((input) => (input === '' ? undefined : this.#inferred(input))),
      (input) => this.constantOf(input),
    );
    outputs.forEach((output, index) => {
      const type = types[index];
      if (output === '') return;
      if (type === undefined) {
        throw new InputError(`node ${name} (${operator}) has no output number ${String(index)}`);
      }
      this.#declare(output, type);
      this.#producers.set(output, node);
    });
    this.#nodes.push(node);
    this.#nodeNames.add(name);
    return [...outputs];
  }

  /** Makes a value an output of the graph, under its own name. */
  output(value: string): void {
    const { dataType, dims } = this.type(value);
    this.#outputs.push({ name: value, dataType, dims });
  }

  type(value: string): ValueType {
    return this.#inferred(value);
  }

  /** The type of a value and, of a small integer value, what is known of its elements. */
  inferred(value: string): InferredType {
    return this.#inferred(value);
  }

  dims(value: string): readonly Dimension[] {
    return this.type(value).dims;
  }

  /** The dimensions, where all are known. */
  staticDims(value: string): readonly number[] | undefined {
    const dims = this.dims(value);
    return dims.every((dim) => typeof dim === 'number') ? dims : undefined;
  }

  /** The tensor behind a value that is a constant: an initializer or the output of a Constant node. */
  constantOf(value: string): Tensor | undefined {
    const initializer = this.#initializers.get(value);
    if (initializer !== undefined) return initializer;
    const producer = this.#producers.get(value);
    if (producer?.operator === 'Identity') return this.constantOf(producer.inputs[0] ?? '');
    const held = producer?.operator === 'Constant' ? producer.attributes['value'] : undefined;
    return held?.kind === 'tensor' ? held.value : undefined;
  }

  /** The elements of a small integer value computed from shapes: sizes known or named; undefined where they are not. */
  elementsOf(value: string): readonly Dimension[] | undefined {
    return this.#inferred(value).elements;
  }

  has(value: string): boolean {
    return this.#types.has(value);
  }

  /** The nodes so far, in order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** A name that no value or node has. */
  fresh(hint: string): string {
    for (;;) {
      const name = `${hint}_${String(this.#count++)}`;
      if (!this.#types.has(name) && !this.#nodeNames.has(name)) return name;
    }
  }

  /** The finished graph. The builder can go on; the graph does not change with it. */
  build(): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      initializers: new Map(this.#initializers),
      nodes: [...this.#nodes],
    };
  }

  /** The wanted name, or one made from it where another node has it: runtimes refuse two nodes of one name. */
  #nodeName(wanted: string | undefined, operator: string): string {
    if (wanted === undefined || wanted === '') return this.fresh(operator);
    return this.#nodeNames.has(wanted) ? this.fresh(wanted) : wanted;
  }

  #inferred(value: string): InferredType {
    const type = this.#types.get(value);
    if (type === undefined) throw new InputError(`the graph ${this.#name} has no value named ${value}`);
    return type;
  }

  #declare(name: string, type: InferredType): void {
    if (this.#types.has(name)) throw new InputError(`the graph ${this.#name} has two values named ${name}`);
    this.#types.set(name, type);
  }
}
