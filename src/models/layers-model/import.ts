/** Translates a tfjs layers-model into a graph: channels last in the file, an image input of [N, C, H, W] here. */
import { InputError } from '../../core/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { BATCH } from '../../graph/types.ts';
import type { Graph } from '../../graph/types.ts';
import { isObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { layerHandler } from './layers/table.ts';
import { LayerScope } from './scope.ts';
import type { LayerValue } from './scope.ts';
import { containerOf, isContainer, readTopology } from './topology.ts';
import type { Container, Layer, Source } from './topology.ts';
import { readWeights } from './weights.ts';
import type { Weights } from './weights.ts';

export interface LayersModel {
  /** One input `image`, [N, C, H, W] for images, and one output. */
  readonly graph: Graph;
  /** Base names of the weight shards. */
  readonly files: readonly string[];
  /** SHA-256 of the shards' bytes in the order of the manifest. */
  readonly sha256: string;
  readonly producer: string;
  /** What reading changed or took for granted, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Imports a parsed model.json and the weight shards beside it.
 *
 * @param path where the model.json is; shards are relative to it
 * @param inputShape channels first, for a model whose own input shape leaves sizes open
 * @throws InputError when the files are malformed or a layer is not supported
 */
export async function importLayersModel(
  path: string,
  json: JsonObject,
  inputShape?: readonly number[],
): Promise<LayersModel> {
  const model = readTopology(path, json['modelTopology']);
  const { weights, files, sha256, notes } = await readWeights(path, json['weightsManifest']);
  const graph = new LayersModelTranslation(path, model, weights).run(inputShape);
  const producer = json['generatedBy'];
  return { graph, files, sha256, producer: typeof producer === 'string' ? producer : 'Keras', notes };
}

class LayersModelTranslation {
  readonly #path: string;
  readonly #model: Container;
  readonly #weights: Weights;
  readonly #builder: GraphBuilder;
  readonly #constants = new Map<string, string>();

  constructor(path: string, model: Container, weights: Weights) {
    this.#path = path;
    this.#model = model;
    this.#weights = weights;
    this.#builder = new GraphBuilder(model.name);
  }

  run(inputShape: readonly number[] | undefined): Graph {
    const { inputs, outputs, name, layers } = this.#model;
    const [input] = inputs;
    const [output] = outputs;
    if (input === undefined || inputs.length > 1 || output === undefined || outputs.length > 1) {
      throw new InputError(
        `${this.#path}: the model ${name} has ${String(inputs.length)} inputs and ${String(outputs.length)} outputs; a classifier has one of each`,
      );
    }
    const image = this.#declareInput(layers.get(input)?.config ?? {}, inputShape);
    const builder = this.#builder;
    const result = this.#applyContainer(this.#model, [image], [])(output);
    builder.output(result.value);
    return builder.build();
  }

  #declareInput(config: JsonObject, given: readonly number[] | undefined): LayerValue {
    const declared: unknown = config['batch_input_shape'] ?? config['batch_shape'];
    if (!Array.isArray(declared)) {
      throw new InputError(
        `${this.#path}: the model says no input shape (batch_input_shape of its first layer)`,
      );
    }
    const sizes = (declared as readonly unknown[]).slice(1);
    const isImage = sizes.length === 3;
    const kerasGiven =
      given !== undefined && isImage ? [...given.slice(1), ...given.slice(0, 1)] : (given ?? []);
    const shape = sizes.map((size, axis) => (typeof size === 'number' ? size : kerasGiven[axis]));
    const known = shape.filter((size) => size !== undefined);
    if (known.length !== shape.length) {
      throw new InputError(
        `${this.#path}: the model takes inputs of any size; give the one to use, channels first: --input-shape 3,32,32`,
      );
    }
    const order = isImage ? 'channels first' : 'as in Keras';
    const dims = isImage ? [...known.slice(2), ...known.slice(0, 2)] : known;
    return { value: this.#builder.input('image', 'float32', [BATCH, ...dims]), order };
  }

  /** Applies a model to values; gives what reads its layers' outputs, each made when first asked for. */
  #applyContainer(
    model: Container,
    inputs: readonly LayerValue[],
    within: readonly string[],
  ): (source: Source) => LayerValue {
    const made = new Map<string, LayerValue | 'in progress'>();
    const valueOf = (source: Source): LayerValue => {
      const { layer: name, call, output } = source;
      const key = `${String(call)} ${name}`;
      const known = made.get(key);
      if (known === 'in progress') {
        throw new InputError(`${this.#path}: the layer ${name} depends on its own output`);
      }
      if (known !== undefined) return known;
      const layer = model.layers.get(name);
      const place = model.inputs.indexOf(name);
      const sources = layer?.calls[call];
      const given = place >= 0 ? inputs[place] : undefined;
      if (layer === undefined || output !== 0 || (given === undefined && sources === undefined)) {
        throw new InputError(
          `${this.#path}: the model ${model.name} refers to output ${String(output)} of call ${String(call)} of the layer ${name}, which does not exist`,
        );
      }
      made.set(key, 'in progress');
      const value = given ?? this.#applyLayer(layer, (sources ?? []).map(valueOf), within);
      made.set(key, value);
      return value;
    };
    return valueOf;
  }

  #applyLayer(layer: Layer, inputs: readonly LayerValue[], within: readonly string[]): LayerValue {
    const scope = new LayerScope(this.#builder, layer, {
      path: this.#path,
      weights: this.#weights,
      within,
      constants: this.#constants,
    });
    if (isContainer(layer.className)) {
      const inner = containerOf(this.#path, layer.className, layer.config);
      const [output] = inner.outputs;
      if (output === undefined || inner.outputs.length > 1 || inner.inputs.length !== inputs.length) {
        throw scope.refuse('is a nested model with several outputs or other inputs than it is applied to');
      }
      return this.#applyContainer(inner, inputs, [...within, layer.name])(output);
    }
    const handler = layerHandler(layer.className);
    if (handler === undefined) {
      throw scope.refuse('is of a class that cannot be imported; export the model to ONNX and use that');
    }
    return handler(scope, inputs);
  }
}

/** Whether parsed JSON is a layers-model: what tfjs and its converter write. */
export function isLayersModel(json: unknown): json is JsonObject {
  return isObject(json) && json['modelTopology'] !== undefined && json['format'] !== 'graph-model';
}
