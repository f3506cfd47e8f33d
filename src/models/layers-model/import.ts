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

  /** Applies a model to values; gives what reads its layers' outputs, each layer applied when first asked for. */
  #applyContainer(
    translation: Translation,
    model: Container,
    inputs: readonly LayerValue[],
    within: readonly string[],
  ): (source: Source) => LayerValue {
    const made = new Map<string, readonly LayerValue[]>();
    const applicationOf = (source: Source): Application => {
      const { layer: name, call, output } = source;
      const layer = model.layers.get(name);
      const place = model.inputs.indexOf(name);
      const application = layer?.calls[call];
      const given = place >= 0 ? inputs[place] : undefined;
      if (layer === undefined || (given === undefined && application === undefined)) throw missing(source);
      if (given !== undefined && output !== 0) throw missing(source);
      return { key: keyOf(source), layer, call: application, given };
    };
    const missing = ({ layer, call, output }: Source): InputError =>
      new InputError(
        `${this.#path}: the model ${model.name} refers to output ${String(output)} of call ${String(call)} of the layer ${layer}, which does not exist`,
      );
    const valueOf = (source: Source): LayerValue => {
      const value = made.get(keyOf(source))?.[source.output];
      if (value === undefined) throw missing(source);
      return value;
    };
    const make = ({ layer, call, given }: Application): readonly LayerValue[] =>
      given === undefined ? this.#call(translation, layer, call, valueOf, within) : [given];
    return (wanted) => {
      // The way down is a list, not recursion: a chain of layers is longer than calls may nest.
      const way = [applicationOf(wanted)];
      const open = new Set<string>();
      for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
        const needed = last.given === undefined ? sourcesOf(last.call) : [];
        const next = needed.find((source) => !made.has(keyOf(source)));
        if (made.has(last.key) || next === undefined) {
          way.pop();
          open.delete(last.key);
          if (!made.has(last.key)) made.set(last.key, make(last));
          continue;
        }
        open.add(last.key);
        if (open.has(keyOf(next))) {
          throw new InputError(`${this.#path}: the layer ${next.layer} depends on its own output`);
        }
        way.push(applicationOf(next));
      }
      return valueOf(wanted);
    };
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

/** One call of a layer, or the value that a model's input is given. */
interface Application {
  readonly key: string;
  readonly layer: Layer;
  readonly call: Call | undefined;
  readonly given: LayerValue | undefined;
}

/** All values that a call takes, keyword arguments among them. */
function sourcesOf(call: Call | undefined): readonly Source[] {
  return call === undefined ? [] : [...call.inputs, ...[...call.named.values()].flat()];
}

/** Names a call of a layer; all its outputs come of one. */
const keyOf = ({ layer, call }: Source): string => `${String(call)} ${layer}`;

/** Whether parsed JSON is a layers-model: what tfjs and its converter write. */
export function isLayersModel(json: unknown): json is JsonObject {
  return isObject(json) && json['modelTopology'] !== undefined && json['format'] !== 'graph-model';
}
