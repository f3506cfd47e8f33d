/** Reads the topology of a layers-model, Sequential or functional, of Keras 2 or 3, into one form. */
import { InputError } from '../../core/errors.ts';
import { isNumbers, isObject } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';

/** One output of one call of a layer. */
export interface Source {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** One application of a layer. */
export interface Call {
  readonly inputs: readonly Source[];
  /** Values among the keyword arguments, by keyword. */
  readonly named: ReadonlyMap<string, readonly Source[]>;
  /** What else it is called with: constants among the keyword arguments and among the positional ones. */
  readonly keywords: JsonObject;
}

export interface Layer {
  readonly name: string;
  readonly className: string;
  /** The Python module of the class, or the name that a program registered it under, where the file says it. */
  readonly module?: string;
  readonly config: JsonObject;
  /** An input layer has none. */
  readonly calls: readonly Call[];
  /** Other names under which its weights may be stored: those of the layers that wrap it. */
  readonly weightsOf?: readonly string[];
}

/** A model, or a model used as a layer of another. */
export interface Container {
  readonly name: string;
  readonly layers: ReadonlyMap<string, Layer>;
  /** Names of the input layers, in the order in which a call gives their values. */
  readonly inputs: readonly string[];
  readonly outputs: readonly Source[];
}

const functionalClasses: readonly string[] = ['Model', 'Functional'];

export function isContainer(className: string): boolean {
  return className === 'Sequential' || functionalClasses.includes(className);
}

/** The name that a Sequential model's input goes by; no layer can have it. */
const SEQUENTIAL_INPUT = '';

/**
 * Reads `modelTopology`.
 *
 * @param path the model file, for messages
 * @throws InputError when it is not a Keras model
 */
export function readTopology(path: string, modelTopology: unknown): Container {
  let topology = modelTopology;
  if (isObject(topology) && isObject(topology['model_config'])) topology = topology['model_config'];
  const className: unknown = isObject(topology) ? topology['class_name'] : undefined;
  if (!isObject(topology) || typeof className !== 'string' || !isContainer(className)) {
    throw new InputError(
      `${path}: modelTopology is of the class ${JSON.stringify(className)}, expected Sequential, Model or Functional`,
    );
  }
  return containerOf(path, className, topology['config']);
}

/** The container behind a class name and its config. */
export function containerOf(path: string, className: string, config: Json | undefined): Container {
  const settings: JsonObject = isObject(config) ? config : {};
  const listed: unknown = isObject(config) ? config['layers'] : config;
  const name = typeof settings['name'] === 'string' ? settings['name'] : className;
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new InputError(`${path}: the model ${name} has no list of layers`);
  }
  const entries: readonly unknown[] = listed;
  return className === 'Sequential'
    ? sequential(path, name, entries, settings)
    : functional(path, name, entries, settings);
}

function sequential(
  path: string,
  name: string,
  entries: readonly unknown[],
  settings: JsonObject,
): Container {
  const layers = new Map<string, Layer>();
  let last = SEQUENTIAL_INPUT;
  for (const entry of entries) {
    const { layer } = layerOf(path, name, entry);
    if (layers.size === 0 && layer.className !== 'InputLayer') {
      const config = inputConfig(path, layer.className, layer.config, settings);
      layers.set(SEQUENTIAL_INPUT, { name: SEQUENTIAL_INPUT, className: 'InputLayer', config, calls: [] });
    }
    const source = { layer: last, call: 0, output: 0 };
    const calls = layers.size === 0 ? [] : [{ inputs: [source], named: new Map(), keywords: {} }];
    addLayer(path, layers, { ...layer, calls });
    last = layer.name;
  }
  const input = [...layers.keys()][0] ?? SEQUENTIAL_INPUT;
  return { name, layers, inputs: [input], outputs: [{ layer: last, call: 0, output: 0 }] };
}

/** A Sequential model without an input layer says its input's shape in its first layer, or where it was built. */
function inputConfig(path: string, className: string, config: JsonObject, settings: JsonObject): JsonObject {
  if (config['batch_input_shape'] !== undefined) return config;
  if (isContainer(className)) {
    const inner = containerOf(path, className, config);
    return inner.layers.get(inner.inputs[0] ?? '')?.config ?? config;
  }
  return { ...config, batch_input_shape: settings['build_input_shape'] };
}

function functional(
  path: string,
  name: string,
  entries: readonly unknown[],
  settings: JsonObject,
): Container {
  const layers = new Map<string, Layer>();
  for (const entry of entries) {
    const { layer, inbound } = layerOf(path, name, entry);
    addLayer(path, layers, { ...layer, calls: inbound.map(callOf) });
  }
  const inputs = sourcesIn(settings['input_layers'] ?? []).map(({ layer }) => layer);
  const outputs = sourcesIn(settings['output_layers'] ?? []);
  if (inputs.length === 0 || outputs.length === 0) {
    throw new InputError(`${path}: the model ${name} lacks its input_layers or output_layers`);
  }
  return withCallsFromZero({ name, layers, inputs, outputs });
}

/**
 * tfjs and older Keras count a nested model's making as its call 0, newer Keras does not. A model that is referred
 * to beyond its last call is counted in the former way; here every layer's first application is call 0.
 */
function withCallsFromZero(model: Container): Container {
  const references = [
    ...model.outputs,
    ...[...model.layers.values()].flatMap(({ calls }) =>
      calls.flatMap(({ inputs, named }) => [...inputs, ...[...named.values()].flat()]),
    ),
  ];
  const counted = new Set(
    references
      .filter(({ layer, call }) => {
        const referred = model.layers.get(layer);
        return referred !== undefined && isContainer(referred.className) && call === referred.calls.length;
      })
      .map(({ layer }) => layer),
  );
  if (counted.size === 0) return model;
  const shift = (source: Source): Source =>
    counted.has(source.layer) ? { ...source, call: source.call - 1 } : source;
  const shifted = (call: Call): Call => ({
    ...call,
    inputs: call.inputs.map(shift),
    named: new Map([...call.named].map(([keyword, sources]) => [keyword, sources.map(shift)])),
  });
  const layers = new Map(
    [...model.layers].map(([name, layer]) => [name, { ...layer, calls: layer.calls.map(shifted) }]),
  );
  return { ...model, layers, outputs: model.outputs.map(shift) };
}

function addLayer(path: string, layers: Map<string, Layer>, layer: Layer): void {
  if (layers.has(layer.name)) throw new InputError(`${path}: two layers are named ${layer.name}`);
  layers.set(layer.name, layer);
}

/** An entry of a list of layers as a layer without calls, and its calls as they stand. */
function layerOf(
  path: string,
  model: string,
  entry: unknown,
): { readonly layer: Layer; readonly inbound: readonly Json[] } {
  const className: unknown = isObject(entry) ? entry['class_name'] : undefined;
  if (!isObject(entry) || typeof className !== 'string') {
    throw new InputError(`${path}: an entry of the layers of ${model} has no class_name`);
  }
  const given = entry['config'];
  // A Sequential model inside another may be written as a bare list of layers.
  const config: JsonObject = isObject(given) ? given : { layers: given ?? [] };
  const name = entry['name'] ?? config['name'];
  const { inbound_nodes: inbound, registered_name: registered } = entry;
  // A class that a program registered itself may share its name with one of Keras.
  const module = typeof registered === 'string' && registered.includes('>') ? registered : entry['module'];
  const layer: Layer = {
    name: typeof name === 'string' ? name : className,
    className,
    ...(typeof module === 'string' ? { module } : {}),
    config,
    calls: [],
  };
  return { layer, inbound: Array.isArray(inbound) ? (inbound as readonly Json[]) : [] };
}

/**
 * A layer that stands in another's settings, as wrapped layers and activations do.
 *
 * @returns undefined where the setting is no layer
 */
export function layerIn(setting: Json | undefined): Layer | undefined {
  if (!isObject(setting) || typeof setting['class_name'] !== 'string') return undefined;
  return layerOf('', '', setting).layer;
}

/**
 * One call: a list of `[layer, call, output, {keyword: argument}]` (Keras 2 and tfjs), or
 * `{"args": […], "kwargs": {…}}` with tensors that hold their `keras_history` (Keras 3).
 */
function callOf(call: Json): Call {
  if (isObject(call)) {
    const args = Array.isArray(call['args']) ? (call['args'] as readonly Json[]) : [];
    const constants = args.flatMap((argument, place): [string, Json][] =>
      sourcesIn(argument).length > 0 ? [] : [[`number ${String(place + 1)}`, argument]],
    );
    const keywords = isObject(call['kwargs']) ? call['kwargs'] : {};
    return { inputs: sourcesIn(args), ...apart({ ...Object.fromEntries(constants), ...keywords }) };
  }
  const entries = Array.isArray(call) ? (call as readonly Json[]) : [];
  const flat = typeof entries[0] === 'string' ? [call] : entries;
  const keywords = flat.map((entry) => (Array.isArray(entry) ? (entry as readonly Json[])[3] : undefined));
  const given = Object.assign({}, ...keywords.filter(isObject)) as JsonObject;
  const inputs = flat.flatMap((entry) => sourcesIn(Array.isArray(entry) ? entry.slice(0, 3) : entry));
  return { inputs, ...apart(given) };
}

/** Keyword arguments, those that hold values apart from the constants. */
function apart(keywords: JsonObject): Pick<Call, 'named' | 'keywords'> {
  const entries = Object.entries(keywords);
  const values = entries.map(([keyword, argument]) => [keyword, sourcesIn(argument)] as const);
  const named = new Map(values.filter(([, sources]) => sources.length > 0));
  return { named, keywords: Object.fromEntries(entries.filter(([keyword]) => !named.has(keyword))) };
}

/**
 * Every reference to a layer's output inside a value, in order: `[layer, call, output, …]` (Keras 2) or
 * `{"keras_history": [layer, call, output]}` (Keras 3).
 */
function sourcesIn(value: Json | undefined): Source[] {
  if (Array.isArray(value)) {
    const [layer, call, output] = value as readonly Json[];
    if (typeof layer === 'string' && isNumbers([call, output])) {
      return [{ layer, call: Number(call), output: Number(output) }];
    }
    return (value as readonly Json[]).flatMap((part) => sourcesIn(part));
  }
  if (!isObject(value)) return [];
  const history = value['keras_history'];
  if (history !== undefined) return sourcesIn(history);
  return Object.values(value).flatMap((part) => sourcesIn(part));
}
