/** A value while a graph runs: its type and sizes, and its tensor in whichever layouts have been asked for. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { numbersOf } from '../../graph/tensor.ts';
import type { DataType, Tensor } from '../../graph/types.ts';
import type { Tf } from './backend.ts';
import { channelsFirst, channelsLast, type Layout } from './layout.ts';
import { copyOf, upload } from './transfer.ts';

/**
 * Owns its tensors, which outlive the scopes of tfjs, until `dispose`. What is derived from it (its other
 * layout, a kernel in the form a convolution takes) is made at most once.
 */
export class RuntimeValue {
  readonly dataType: DataType;
  /** Sizes in the graph's order, channels first. */
  readonly dims: readonly number[];
  readonly #tf: Tf;
  readonly #held = new Map<string, TfTensor>();
  readonly #source: Tensor | undefined;
  #numbers: readonly number[] | undefined;

  private constructor(tf: Tf, dataType: DataType, dims: readonly number[], source?: Tensor) {
    this.#tf = tf;
    this.dataType = dataType;
    this.dims = dims;
    this.#source = source;
  }

  /**
   * A value whose elements are known on the host. They are copied here, and uploaded when an operator wants the
   * tensor.
   */
  static ofHost(tf: Tf, source: Tensor): RuntimeValue {
    return new RuntimeValue(tf, source.dataType, source.dims, copyOf(source));
  }

  /** Takes over a tensor whose axes lie in the given layout. */
  static of(tf: Tf, dataType: DataType, tensor: TfTensor, layout: Layout = 'first'): RuntimeValue {
    const { shape } = tensor;
    const last = shape.length - 1;
    const dims =
      layout === 'first' ? shape : [...shape.slice(0, 1), ...shape.slice(last), ...shape.slice(1, last)];
    const value = new RuntimeValue(tf, dataType, dims);
    value.#held.set(layout, tf.keep(tensor));
    return value;
  }

  get rank(): number {
    return this.dims.length;
  }

  /** The layout that costs nothing to read; `first` where both do. */
  get layout(): Layout {
    return this.#held.has('last') && !this.#held.has('first') ? 'last' : 'first';
  }

  in(layout: Layout): TfTensor {
    return layout === 'first' ? this.first() : this.last();
  }

  /** The tensor with the graph's order of axes. */
  first(): TfTensor {
    return this.derive('first', () => {
      const last = this.#held.get('last');
      return last === undefined ? this.#upload() : channelsFirst(this.#tf, last, this.dims);
    });
  }

  /**
   * As `first`, for making a derived form within `derive`: a constant uploaded for this alone is not kept beside
   * the form.
   */
  once(): TfTensor {
    const uploads = this.#source !== undefined && !this.#held.has('first');
    return uploads ? this.#upload() : this.first();
  }

  /** The tensor with the channels at the end; the value has at least three dimensions. */
  last(): TfTensor {
    return this.derive('last', () => channelsLast(this.#tf, this.first()));
  }

  /** A tensor made from this value once and kept with it. `make` gives a tensor of its own, not one held here. */
  derive(form: string, make: () => TfTensor): TfTensor {
    const held = this.#held.get(form);
    if (held !== undefined) return held;
    const made = this.#tf.keep(this.#tf.tidy(make));
    this.#held.set(form, made);
    return made;
  }

  /** Whether `numbers` costs nothing. */
  known(): boolean {
    return this.#numbers !== undefined || this.#source !== undefined;
  }

  /** The elements in the graph's order. For shapes, axes and indices: it may wait for the device. */
  numbers(): readonly number[] {
    this.#numbers ??=
      this.#source === undefined ? Array.from(this.first().dataSync(), Number) : numbersOf(this.#source);
    return this.#numbers;
  }

  #upload(): TfTensor {
    if (this.#source === undefined) throw new Error('a value without a tensor was read');
    return upload(this.#tf, this.#source);
  }

  dispose(): void {
    for (const tensor of this.#held.values()) tensor.dispose();
    this.#held.clear();
  }
}
