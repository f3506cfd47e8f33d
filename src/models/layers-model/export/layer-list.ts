/** A layers-model while it is written: its layers in order and the weights they hold. */
import type { Tensor } from '../../../graph/types.ts';
import type { Json, JsonObject } from '../../../core/json.ts';

type Float32Tensor = Tensor<'float32'>;

export class LayerList {
  readonly #layers: JsonObject[] = [];
  readonly #weights: { readonly name: string; readonly value: Float32Tensor }[] = [];

  /**
   * Adds a layer that is applied once.
   *
   * @param inputs names of the layers whose outputs it takes
   * @param weights by Keras's name for them, in the order in which Keras makes them
   * @returns the layer's name
   */
  add(
    className: string,
    config: JsonObject,
    inputs: readonly string[],
    weights: Readonly<Record<string, Float32Tensor>> = {},
  ): string {
    const name = `${className.toLowerCase()}_${String(this.#layers.length)}`;
    const inbound: Json = inputs.length === 0 ? [] : [inputs.map((input): Json => [input, 0, 0, {}])];
    this.#layers.push({
      class_name: className,
      name,
      config: { name, trainable: true, dtype: 'float32', ...config },
      inbound_nodes: inbound,
    });
    for (const [weight, value] of Object.entries(weights)) {
      this.#weights.push({ name: `${name}/${weight}`, value });
    }
    return name;
  }

  /** modelTopology of a functional model. */
  topology(name: string, input: string, output: string): JsonObject {
    return {
      class_name: 'Model',
      config: {
        name,
        layers: this.#layers,
        input_layers: [[input, 0, 0]],
        output_layers: [[output, 0, 0]],
      },
      keras_version: '2.15.0',
      backend: 'tensorflow',
    };
  }

  /** The weights' entries of the manifest, in the order of their bytes. */
  manifest(): Json {
    return this.#weights.map(({ name, value }) => ({ name, shape: [...value.dims], dtype: 'float32' }));
  }

  /** All weights one after the other, little-endian float32. */
  bytes(): Uint8Array {
    const count = this.#weights.reduce((sum, { value }) => sum + value.data.length, 0);
    const view = new DataView(new ArrayBuffer(count * 4));
    let offset = 0;
    for (const { value } of this.#weights) {
      for (const number of value.data) {
        view.setFloat32(offset, number, true);
        offset += 4;
      }
    }
    return new Uint8Array(view.buffer);
  }
}
