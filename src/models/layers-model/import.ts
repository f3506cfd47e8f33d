/** Translates a tfjs layers-model into a graph: mostly channels last in the file, an image input [N, C, H, W] here. */
import { InputError } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/types.ts';
import { namedByLayers } from './archive-names.ts';
import { assertPlainCall } from './calls.ts';
import { dialectOf } from './dialect.ts';
import { declareInput } from './input.ts';
import { layerHandler, whyNot } from './layers/table.ts';
import { applyMasked } from './masks.ts';
import { LayerScope } from './scope.ts';
import type { Given, LayerValue, Translation } from './scope.ts';
import { containerOf, isContainer, readTopology } from './topology.ts';
import type { Call, Container, Layer, Source } from './topology.ts';
import type { ImportedModel } from '../imported-model.ts';
import { readWeights } from './weights.ts';

/** More layers than any network has: models inside models can double their number with each line of a file. */
const MOST_LAYERS = 20_000;

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
): Promise<ImportedModel> {
  const model = readTopology(path, json['modelTopology']);
  const { weights, files, sha256, notes } = await readWeights(path, json['weightsManifest']);
  const translator = new Translator(path, model);
  const translation: Translation = {
    path,
    dialect: dialectOf(json),
    weights: namedByLayers(path, weights, model),
    builder: new GraphBuilder(model.name),
    constants: new Map(),
    masks: new Set(),
    notes: new Set(notes),
    apply: (layer, inputs, within) => translator.apply(translation, layer, inputs, within),
  };
  const graph = translator.run(translation, inputShape);
  const producer = json['generatedBy'];
  return {
    graph,
    files,
    sha256,
    producer: typeof producer === 'string' ? producer : 'Keras',
    notes: [...translation.notes],
  };
}

class Translator {
  readonly #path: string;
  readonly #model: Container;
  #layers = 0;

  constructor(path: string, model: Container) {
    this.#path = path;
    this.#model = model;
  }

  run(translation: Translation, inputShape: readonly number[] | undefined): Graph {
    const { inputs, outputs, name } = this.#model;
    const [input] = inputs;
    if (input === undefined || inputs.length > 1) {
      throw new InputError(
        `${this.#path}: the model ${name} has ${String(inputs.length)} inputs, expected the image alone`,
      );
    }
    const { builder } = translation;
    const image = declareInput(translation, this.#model, input, inputShape);
    const valueOf = this.#applyContainer(translation, this.#model, [image], []);
    const values = outputs.map((output) => ({ name: output.layer, ...valueOf(output) }));
    const made = new Set<string>();
    for (const { name: layer, value } of values) {
      // Two outputs of one value would be one output of the graph.
      const own = made.has(value) ? builder.identity(value) : value;
      made.add(own);
      builder.output(values.length === 1 || builder.has(layer) ? own : builder.identity(own, layer));
    }
    return builder.build();
  }

  /** Applies a layer, or a model used as one, to values. */
  apply(
    translation: Translation,
    layer: Layer,
    inputs: readonly LayerValue[],
    within: readonly string[],
    given?: Given,
  ): readonly LayerValue[] {
    this.#layers += 1;
    if (this.#layers > MOST_LAYERS) {
      throw new InputError(
        `${this.#path}: the model applies more than ${String(MOST_LAYERS)} layers, models inside models counted as often as they are applied`,
      );
    }
    const scope = new LayerScope(translation, layer, within, given);
    if (isContainer(layer.className)) {
      const inner = containerOf(this.#path, layer.className, layer.config);
      if (inner.inputs.length !== inputs.length) {
        throw scope.refuse(
          `is a model of ${String(inner.inputs.length)} inputs and is applied to ${String(inputs.length)}`,
        );
      }
      return inner.outputs.map(this.#applyContainer(translation, inner, inputs, [...within, layer.name]));
    }
    const handler = layerHandler(layer.className);
    if (handler === undefined) throw scope.refuse(whyNot(layer.className));
    scope.assertComputable();
    return applyMasked(scope, inputs, handler);
  }

  /** Applies a model to values; gives what reads its layers' outputs, each made when first asked for. */
  #applyContainer(
    translation: Translation,
    model: Container,
    inputs: readonly LayerValue[],
    within: readonly string[],
  ): (source: Source) => LayerValue {
    const made = new Map<string, readonly LayerValue[] | 'in progress'>();
    const outputsOf = ({ layer: name, call }: Source, valueOf: (source: Source) => LayerValue) => {
      const key = `${String(call)} ${name}`;
      const known = made.get(key);
      if (known === 'in progress') {
        throw new InputError(`${this.#path}: the layer ${name} depends on its own output`);
      }
      if (known !== undefined) return known;
      const layer = model.layers.get(name);
      const given = inputs[model.inputs.indexOf(name)];
      const application = layer?.calls[call];
      if (layer === undefined || (given === undefined && application === undefined)) return [];
      made.set(key, 'in progress');
      const values =
        given === undefined ? this.#call(translation, layer, application, valueOf, within) : [given];
      made.set(key, values);
      return values;
    };
    const valueOf = (source: Source): LayerValue => {
      const value = outputsOf(source, valueOf)[source.output];
      if (value !== undefined) return value;
      const { layer, call, output } = source;
      throw new InputError(
        `${this.#path}: the model ${model.name} refers to output ${String(output)} of call ${String(call)} of the layer ${layer}, which does not exist`,
      );
    };
    return valueOf;
  }

  #call(
    translation: Translation,
    layer: Layer,
    call: Call | undefined,
    valueOf: (source: Source) => LayerValue,
    within: readonly string[],
  ): readonly LayerValue[] {
    const inputs = (call?.inputs ?? []).map(valueOf);
    const named = [...(call?.named ?? [])].map(
      ([keyword, sources]) => [keyword, sources.map(valueOf)] as const,
    );
    const given = { named: new Map(named), keywords: call?.keywords ?? {} };
    assertPlainCall(new LayerScope(translation, layer, within, given), inputs);
    return this.apply(translation, layer, inputs, within, given);
  }
}

/** Whether parsed JSON is a layers-model: what tfjs and its converter write. */
export function isLayersModel(json: unknown): json is JsonObject {
  return isObject(json) && json['modelTopology'] !== undefined && json['format'] !== 'graph-model';
}
