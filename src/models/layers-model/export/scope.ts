/** What an operator's exporter works with: the node, the types of the graph, and the layers made so far. */
import { InputError } from '../../../core/errors.ts';
import { attribute } from '../../../graph/attributes.ts';
import type { GraphBuilder } from '../../../graph/builder.ts';
import type { Node, Tensor } from '../../../graph/types.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { LayerList } from './layer-list.ts';

/**
 * A graph value as a layer's output: channels last, or without its spatial axes where they are all 1 and Keras
 * gives a vector.
 */
export interface Exported {
  readonly layer: string;
  readonly form: 'same axes' | 'vector';
}

export class ExportScope {
  readonly node: Node;
  readonly layers: LayerList;
  readonly #graph: GraphBuilder;
  readonly #values: ReadonlyMap<string, Exported>;

  constructor(node: Node, graph: GraphBuilder, values: ReadonlyMap<string, Exported>, layers: LayerList) {
    this.node = node;
    this.layers = layers;
    this.#graph = graph;
    this.#values = values;
  }

  refuse(reason: string): InputError {
    return new InputError(
      `node ${this.node.name} (${this.node.operator}) cannot be written as a layers-model: ${reason}`,
    );
  }

  /** The output of the layer that gives an input of the node, with the axes of the graph's value. */
  input(index: number): string {
    const name = this.node.inputs[index] ?? '';
    const value = this.value(index);
    if (value.form === 'same axes') return value.layer;
    const [, channels = 1, ...spatial] = this.dimsOf(name);
    return this.layers.add('Reshape', { target_shape: [...spatial, channels] }, [value.layer]);
  }

  value(index: number): Exported {
    const value = this.#values.get(this.node.inputs[index] ?? '');
    if (value === undefined) throw this.refuse(`its input ${String(index)} is not computed from the image`);
    return value;
  }

  /** The sizes of a value; the batch is 1. */
  dimsOf(name: string): readonly number[] {
    return this.#graph.dims(name).map((dim, axis) => {
      if (axis === 0) return 1;
      if (typeof dim === 'number') return dim;
      throw this.refuse(`the size ${dim} of ${name} is not known`);
    });
  }

  /** The sizes of an input of the node; the batch is 1. */
  dims(index: number): readonly number[] {
    return this.dimsOf(this.node.inputs[index] ?? '');
  }

  /** The operator that makes an input of the node. */
  producerOf(index: number): string | undefined {
    const name = this.node.inputs[index];
    return this.#graph.nodes.find(({ outputs }) => name !== undefined && outputs.includes(name))?.operator;
  }

  /** An input that is a float32 constant, or undefined. */
  constant(index: number): Tensor<'float32'> | undefined {
    const value = this.#graph.constantOf(this.node.inputs[index] ?? '');
    return value?.dataType === 'float32' ? (value as Tensor<'float32'>) : undefined;
  }

  /**
   * An input that has to be a constant.
   *
   * @throws InputError when it is computed
   */
  weight(index: number): Tensor<'float32'> {
    const value = this.constant(index);
    if (value === undefined) throw this.refuse(`its input ${String(index)} is not a float32 constant`);
    return value;
  }

  /** An integer constant input, or undefined. */
  integers(index: number): readonly number[] | undefined {
    const value = this.#graph.constantOf(this.node.inputs[index] ?? '');
    return value?.dataType === 'int64' ? Array.from(value.data as BigInt64Array, Number) : undefined;
  }

  int(name: string, fallback: number): number {
    return attribute(this.node, name, 'int') ?? fallback;
  }

  float(name: string, fallback: number): number {
    return attribute(this.node, name, 'float') ?? fallback;
  }

  ints(name: string, fallback: readonly number[]): readonly number[] {
    return attribute(this.node, name, 'ints') ?? fallback;
  }

  /** Adds a layer whose output has the axes of the graph's value. */
  layer(
    className: string,
    config: JsonObject,
    inputs: readonly string[],
    weights: Readonly<Record<string, Tensor<'float32'>>> = {},
  ): Exported {
    return { layer: this.layers.add(className, config, inputs, weights), form: 'same axes' };
  }
}

export type OperatorExporter = (scope: ExportScope) => Exported;
