/**
 * What a layer handler works with: the growing graph, the layer's settings and weights, and the order of the
 * axes of each value. Keras mostly puts the channels last, the graph first; a value is transposed only where a
 * layer depends on the order that it is not in.
 */
import { InputError } from '../../core/errors.ts';
import { isNumbers } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { float32 } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';
import type { Dialect } from './dialect.ts';
import { policyName } from './dtype-policy.ts';
import type { Layer } from './topology.ts';
import { transposed } from './transposition.ts';
import { findWeight } from './weight-names.ts';
import type { Weights } from './weights.ts';

/**
 * A Keras tensor in the graph: [N, d1, …, dk] as Keras has it, or [N, dk, d1, …]: channels first where Keras has
 * them last. Of rank 2 both orders are the same.
 */
export interface LayerValue {
  readonly value: string;
  readonly order: 'channels first' | 'as in Keras';
  /** Which steps count, true or false: [N, d1, …] as in Keras, of one axis less than the value. */
  readonly mask?: string;
}

/** Gives what the layer makes of its inputs: one value, or several where it has several outputs. */
export type LayerHandler = (
  scope: LayerScope,
  inputs: readonly LayerValue[],
) => LayerValue | readonly LayerValue[];

/** What a layer is called with beside its inputs. */
export interface Given {
  readonly named: ReadonlyMap<string, readonly LayerValue[]>;
  readonly keywords: JsonObject;
}

const nothing: Given = { named: new Map(), keywords: {} };

/** What all layers of a model share while it is translated. */
export interface Translation {
  /** The model file, for messages. */
  readonly path: string;
  readonly dialect: Dialect;
  readonly weights: Weights;
  readonly builder: GraphBuilder;
  /** Constants by the layer's path and their name; a layer that is called twice uses the same ones. */
  readonly constants: Map<string, string>;
  /** Every mask that a layer has given so far. */
  readonly masks: Set<string>;
  /** What was taken for granted, one sentence each. */
  readonly notes: Set<string>;
  /** Applies any layer, nested models included, to values. */
  readonly apply: (
    layer: Layer,
    inputs: readonly LayerValue[],
    within: readonly string[],
  ) => readonly LayerValue[];
}

/** One layer while it is translated. */
export class LayerScope {
  readonly layer: Layer;
  readonly given: Given;
  readonly #translation: Translation;
  /** Names of the containers around the layer, outermost first. */
  readonly #within: readonly string[];

  constructor(translation: Translation, layer: Layer, within: readonly string[], given: Given = nothing) {
    this.#translation = translation;
    this.layer = layer;
    this.given = given;
    this.#within = within;
  }

  get builder(): GraphBuilder {
    return this.#translation.builder;
  }

  get dialect(): Dialect {
    return this.#translation.dialect;
  }

  get masks(): Set<string> {
    return this.#translation.masks;
  }

  /** Records what is taken for granted, once. */
  note(sentence: string): void {
    this.#translation.notes.add(sentence);
  }

  /** The scope of a layer inside this one, such as a recurrent cell. */
  inside(layer: Layer): LayerScope {
    return new LayerScope(this.#translation, layer, [...this.#within, this.layer.name]);
  }

  /** Applies a layer of one output that this one wraps. */
  apply(layer: Layer, inputs: readonly LayerValue[]): LayerValue {
    const [output, ...more] = this.#translation.apply(layer, inputs, [...this.#within, this.layer.name]);
    if (output === undefined || more.length > 0) {
      throw this.refuse(`wraps the layer ${layer.name} of several outputs, which is not supported`);
    }
    return output;
  }

  /** The values given by a keyword; none where the layer is called without it. */
  named(keyword: string): readonly LayerValue[] {
    return this.given.named.get(keyword) ?? [];
  }

  /** Refuses the layer in one line. */
  refuse(reason: string): InputError {
    return new InputError(
      `${this.#translation.path}: the layer ${this.layer.name} (${this.layer.className}) ${reason}`,
    );
  }

  /**
   * Notes arithmetic of another precision, which becomes float32, and refuses quantised layers.
   *
   * @throws InputError
   */
  assertComputable(): void {
    const policy = policyName(this.setting('dtype'));
    if (policy === undefined || policy === 'float32' || /^u?int\d+$/.test(policy)) return;
    if (!/^(mixed_)?b?float(16|64)$/.test(policy)) {
      throw this.refuse(`has the dtype policy ${policy}, which is not supported; save the model unquantised`);
    }
    this.note(`layers of the dtype policy ${policy} were computed in float32, as tfjs does`);
  }

  setting(key: string): Json | undefined {
    return this.layer.config[key];
  }

  /** A number, or the fallback where the setting is absent or null. */
  number(key: string, fallback: number): number {
    const value = this.setting(key) ?? fallback;
    if (typeof value !== 'number') throw this.malformed(key, 'a number');
    return value;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.setting(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.malformed(key, 'true or false');
    return value;
  }

  /** A word in Keras's spelling: tfjs's camel case is brought to snake case. */
  text(key: string, fallback: string): string {
    const value = this.setting(key) ?? fallback;
    if (typeof value !== 'string') throw this.malformed(key, 'a string');
    return snakeCase(value);
  }

  /** A whole number above 0. */
  size(key: string): number {
    const value = this.setting(key);
    if (typeof value !== 'number' || !isSize(value)) throw this.malformed(key, 'a whole number above 0');
    return value;
  }

  /** One whole number above 0 per spatial axis; a single one stands for all. */
  sizes(key: string, axes: number, fallback: number): readonly number[] {
    const value = this.setting(key) ?? fallback;
    const list = typeof value === 'number' ? Array.from({ length: axes }, () => value) : value;
    if (!isNumbers(list) || list.length !== axes || !list.every(isSize)) {
      throw this.malformed(key, `${String(axes)} whole numbers above 0`);
    }
    return list;
  }

  /**
   * Axes of the input as Keras counts them (the batch is 0), made non-negative and sorted. One number or a list.
   *
   * @throws InputError when one is the batch, beyond the rank, or named twice
   */
  axes(key: string, rank: number, fallback: number): readonly number[] {
    const value = this.setting(key) ?? fallback;
    const list = typeof value === 'number' ? [value] : value;
    if (!isNumbers(list)) throw this.malformed(key, 'an axis or a list of axes');
    const axes = list.map((axis) => (axis < 0 ? axis + rank : axis)).toSorted((a, b) => a - b);
    const fits = axes.every((axis) => Number.isInteger(axis) && axis >= 1 && axis < rank);
    if (!fits || axes.length === 0 || new Set(axes).size !== axes.length) {
      throw this.refuse(`has the ${key} ${JSON.stringify(value)} for an input of ${String(rank)} axes`);
    }
    return axes;
  }

  /** The order in which this layer, by its data_format, has the channels in axis 1 of the graph. */
  channelsOrder(): LayerValue['order'] {
    const format = this.text('data_format', 'channels_last');
    if (format === 'channels_last') return 'channels first';
    if (format === 'channels_first') return 'as in Keras';
    throw this.malformed('data_format', 'channels_last or channels_first');
  }

  /** The value with what this layer takes for channels in axis 1 and the spatial axes after it. */
  windowed(value: LayerValue): string {
    return this.inOrder(value, this.channelsOrder());
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
    const { constants } = this.#translation;
    const key = [...this.#within, this.layer.name, name].join('/');
    let value = constants.get(key);
    if (value === undefined) {
      value = this.builder.constant(make(), this.builder.has(key) ? this.builder.fresh(key) : key);
      constants.set(key, value);
    }
    return value;
  }

  /**
   * A constant that broadcasts against the value.
   *
   * @param shape in Keras's order, the batch included: 1, or the value's size, for each axis
   */
  broadcast(
    name: string,
    shape: readonly number[],
    data: Float32Array | readonly number[],
    against: LayerValue,
  ): string {
    const rank = shape.length;
    const turned = against.order === 'channels first' && rank > 2;
    return this.constant(`${name}/${shape.join('x')}${turned ? '/channels first' : ''}`, () => {
      const stored = float32(shape, data);
      return turned ? transposed(stored, [0, rank - 1, ...range(1, rank - 1)]) : stored;
    });
  }

  rank(value: LayerValue): number {
    return this.builder.dims(value.value).length;
  }

  /** The shape in Keras's order without the batch. */
  shape(value: LayerValue): readonly number[] {
    const sizes = this.sizesAfter(value.value, 1);
    return value.order === 'channels first' ? [...sizes.slice(1), ...sizes.slice(0, 1)] : sizes;
  }

  /** The sizes of a value of the graph from an axis on. */
  sizesAfter(value: string, axis: number): readonly number[] {
    const dims = this.builder.dims(value).slice(axis);
    const sizes = dims.filter((dim) => typeof dim === 'number');
    if (sizes.length !== dims.length) {
      throw this.refuse(
        'takes an input whose size is not known; give the image shape: --input-shape 3,32,32',
      );
    }
    return sizes;
  }

  asInKeras(value: LayerValue): string {
    return this.inOrder(value, 'as in Keras');
  }

  inOrder(value: LayerValue, order: LayerValue['order']): string {
    const rank = this.rank(value);
    if (rank <= 2 || value.order === order) return value.value;
    return this.builder.transpose(
      value.value,
      order === 'channels first' ? [0, rank - 1, ...range(1, rank - 1)] : [0, ...range(2, rank), 1],
    );
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

  malformed(key: string, expected: string): InputError {
    return this.refuse(`has the setting ${key} = ${JSON.stringify(this.setting(key))}, expected ${expected}`);
  }

  #find(name: string): Tensor<'float32'> | undefined {
    return findWeight(this.#translation.weights, this.layer, this.#within, name);
  }
}

/** hardSigmoid as hard_sigmoid. */
export function snakeCase(word: string): string {
  return word.replace(/[A-Z]/g, (letter, at) => (at === 0 ? '' : '_') + letter.toLowerCase());
}

/** from, from + 1, …, to − 1. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
