/**
 * What a layer handler works with: the growing graph, the layer's settings and weights, and the order of the
 * axes of each value. Keras puts the channels last, the graph first; a value is transposed only where a layer
 * depends on the order that it is not in.
 */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { float32 } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';
import { isNumbers } from '../../core/json.ts';
import type { Json } from '../../core/json.ts';
import type { Layer } from './topology.ts';
import type { Weights } from './weights.ts';

/** A Keras tensor in the graph. Of rank 2 both orders are the same. */
export interface LayerValue {
  readonly value: string;
  readonly order: 'channels first' | 'as in Keras';
}

export type LayerHandler = (scope: LayerScope, inputs: readonly LayerValue[]) => LayerValue;

/** One layer while it is translated. A layer that is called twice uses the same constants. */
export class LayerScope {
  readonly builder: GraphBuilder;
  readonly layer: Layer;
  readonly #path: string;
  readonly #weights: Weights;
  readonly #constants: Map<string, string>;
  /** Names of the containers around the layer, outermost first. */
  readonly #within: readonly string[];

  constructor(
    builder: GraphBuilder,
    layer: Layer,
    source: { path: string; weights: Weights; within: readonly string[]; constants: Map<string, string> },
  ) {
    this.builder = builder;
    this.layer = layer;
    this.#path = source.path;
    this.#weights = source.weights;
    this.#constants = source.constants;
    this.#within = source.within;
  }

  /** Refuses the layer in one line. */
  refuse(reason: string): InputError {
    return new InputError(`${this.#path}: the layer ${this.layer.name} (${this.layer.className}) ${reason}`);
  }

  setting(key: string): Json | undefined {
    return this.layer.config[key];
  }

  /** A number, or the fallback where the setting is absent or null. */
  number(key: string, fallback: number): number {
    const value = this.setting(key) ?? fallback;
    if (typeof value !== 'number') throw this.#malformed(key, 'a number');
    return value;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.setting(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.#malformed(key, 'true or false');
    return value;
  }

  text(key: string, fallback: string): string {
    const value = this.setting(key) ?? fallback;
    if (typeof value !== 'string') throw this.#malformed(key, 'a string');
    return value;
  }

  numbers(key: string): readonly number[] {
    const value = this.setting(key);
    if (!isNumbers(value)) throw this.#malformed(key, 'a list of numbers');
    return value;
  }

  /** One number per spatial axis; a single one stands for all. */
  perAxis(key: string, axes: number, fallback: number): readonly number[] {
    const value = this.setting(key) ?? fallback;
    const list = typeof value === 'number' ? Array.from({ length: axes }, () => value) : value;
    if (!isNumbers(list) || list.length !== axes) throw this.#malformed(key, `${String(axes)} numbers`);
    return list;
  }

  /**
   * Refuses layers that store the channels first.
   *
   * @throws InputError
   */
  assertChannelsLast(): void {
    const format = this.text('data_format', 'channels_last');
    if (format !== 'channels_last') {
      throw this.refuse(`has the data_format ${format}; save the model with channels_last`);
    }
  }

  hasWeight(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /**
   * A weight of the layer, in the file's order of axes.
   *
   * @throws InputError when it is missing or of another rank
   */
  weight(name: string, rank?: number): Tensor<'float32'> {
    const found = this.#find(name);
    if (found === undefined) throw this.refuse(`has no weight ${name} in the weights manifest`);
    if (rank !== undefined && found.dims.length !== rank) {
      throw this.refuse(
        `has the weight ${name} of shape [${found.dims.join(', ')}], expected ${String(rank)} axes`,
      );
    }
    return found;
  }

  /** A constant of the layer, made once however often the layer is called. */
  constant(name: string, make: () => Tensor): string {
    const key = [...this.#within, this.layer.name, name].join('/');
    let value = this.#constants.get(key);
    if (value === undefined) {
      value = this.builder.constant(make(), this.builder.has(key) ? this.builder.fresh(key) : key);
      this.#constants.set(key, value);
    }
    return value;
  }

  /** Numbers along the channel axis, shaped to broadcast against the value. */
  perChannel(name: string, numbers: Float32Array | readonly number[], against: LayerValue): string {
    const rank = this.rank(against);
    const axis = against.order === 'channels first' ? 1 : rank - 1;
    const dims = Array.from({ length: rank }, (_, index) => (index === axis ? numbers.length : 1));
    return this.constant(`${name}/${dims.join('x')}`, () => float32(dims, numbers));
  }

  rank(value: LayerValue): number {
    return this.builder.dims(value.value).length;
  }

  /** The shape in Keras's order without the batch. */
  shape(value: LayerValue): readonly number[] {
    const dims = this.builder.dims(value.value).slice(1);
    const sizes = dims.filter((dim) => typeof dim === 'number');
    if (sizes.length !== dims.length) {
      throw this.refuse(
        'takes an input whose size is not known; give the image shape: --input-shape 3,32,32',
      );
    }
    return value.order === 'channels first' ? [...sizes.slice(1), ...sizes.slice(0, 1)] : sizes;
  }

  channelsFirst(value: LayerValue): string {
    const rank = this.rank(value);
    if (rank <= 2 || value.order === 'channels first') return value.value;
    return this.builder.transpose(value.value, [0, rank - 1, ...range(1, rank - 1)]);
  }

  asInKeras(value: LayerValue): string {
    const rank = this.rank(value);
    if (rank <= 2 || value.order === 'as in Keras') return value.value;
    return this.builder.transpose(value.value, [0, ...range(2, rank), 1]);
  }

  inOrder(value: LayerValue, order: LayerValue['order']): string {
    return order === 'channels first' ? this.channelsFirst(value) : this.asInKeras(value);
  }

  /** The axis of the value that Keras's axis stands for; Keras counts the batch as axis 0. */
  axis(value: LayerValue, kerasAxis: number): number {
    const rank = this.rank(value);
    const axis = kerasAxis < 0 ? kerasAxis + rank : kerasAxis;
    if (!Number.isInteger(axis) || axis < 1 || axis >= rank) {
      throw this.refuse(`has the axis ${String(kerasAxis)} for an input of ${String(rank)} axes`);
    }
    if (value.order === 'as in Keras' || rank <= 2) return axis;
    return axis === rank - 1 ? 1 : axis + 1;
  }

  /** Weights are named `layer/weight`, inside a nested model sometimes `model/layer/weight`. */
  #find(name: string): Tensor<'float32'> | undefined {
    const local = `${this.layer.name}/${name}`;
    for (let depth = 0; depth <= this.#within.length; depth++) {
      const found = this.#weights.get([...this.#within.slice(depth), local].join('/'));
      if (found !== undefined) return found;
    }
    const ending = [...this.#weights].filter(([key]) => key.replace(/:0$/, '').endsWith(`/${local}`));
    const exact = this.#weights.get(`${local}:0`);
    if (exact !== undefined) return exact;
    return ending.length === 1 ? ending[0]?.[1] : undefined;
  }

  #malformed(key: string, expected: string): InputError {
    return this.refuse(`has the setting ${key} = ${JSON.stringify(this.setting(key))}, expected ${expected}`);
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
