/**
 * Names the weights of a `.keras` archive. Its converter to tfjs names them by their place in the archive,
 * `layers/conv2d_1/vars/0`: the class of the layer in snake case, numbered among those of its model, and the place of
 * the weight in the layer. Here they get the names by which Keras calls them elsewhere, `layer/kernel`.
 */
import { InputError } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import type { Tensor } from '../../graph/types.ts';
import { containerOf, isContainer, layerIn } from './topology.ts';
import type { Container, Layer } from './topology.ts';
import type { Weights } from './weights.ts';

/** The weights of a layer in the order in which Keras makes them, and the setting without which one is absent. */
type Parts = readonly (readonly [weight: string, setting?: string])[];

const bias = ['bias', 'use_bias'] as const;
const kernelAndBias: Parts = [['kernel'], bias];
const depthwise: Parts = [['depthwise_kernel'], bias];
const separable: Parts = [['depthwise_kernel'], ['pointwise_kernel'], bias];
const cell: Parts = [['kernel'], ['recurrent_kernel'], bias];
const scaled: Parts = [
  ['gamma', 'scale'],
  ['beta', 'center'],
];

const partsOf: Readonly<Record<string, Parts>> = {
  BatchNormalization: [...scaled, ['moving_mean'], ['moving_variance']],
  Conv1D: kernelAndBias,
  Conv1DTranspose: kernelAndBias,
  Conv2D: kernelAndBias,
  Conv2DTranspose: kernelAndBias,
  Conv3D: kernelAndBias,
  Conv3DTranspose: kernelAndBias,
  Dense: kernelAndBias,
  DepthwiseConv1D: depthwise,
  DepthwiseConv2D: depthwise,
  EinsumDense: [['kernel'], ['bias', 'bias_axes']],
  Embedding: [['embeddings']],
  GRUCell: cell,
  LayerNormalization: scaled,
  LSTMCell: cell,
  Normalization: [['mean'], ['variance'], ['count']],
  PReLU: [['alpha']],
  SeparableConv1D: separable,
  SeparableConv2D: separable,
  SimpleRNNCell: cell,
};

/** Layers whose weights are those of a cell of their own. */
const withCell: ReadonlySet<string> = new Set([
  'ConvLSTM1D',
  'ConvLSTM2D',
  'ConvLSTM3D',
  'GRU',
  'LSTM',
  'SimpleRNN',
]);

/** The projections of MultiHeadAttention, by their names in the archive. */
const projections: Readonly<Record<string, string>> = {
  query_dense: 'query',
  key_dense: 'key',
  value_dense: 'value',
  output_dense: 'attention_output',
};

/** The weights under the names of their layers; those of a file that names them so are given back as they are. */
export function namedByLayers(path: string, weights: Weights, model: Container): Weights {
  if (![...weights.keys()].some((name) => /\/\d+$/.test(name))) return weights;
  const archive = new Archive(path, weights);
  archive.takeModel(model, '', []);
  archive.assertAllTaken();
  return archive.named;
}

class Archive {
  readonly named = new Map<string, Tensor<'float32'>>();
  readonly #path: string;
  readonly #stored: Weights;
  readonly #taken = new Set<Tensor>();

  constructor(path: string, weights: Weights) {
    this.#path = path;
    // Versions of Keras call the same places `_query_dense` and `query_dense`.
    this.#stored = new Map([...weights].map(([name, weight]) => [plainPlace(name), weight]));
  }

  takeModel(model: Container, place: string, within: readonly string[]): void {
    const counts = new Map<string, number>();
    for (const layer of model.layers.values()) {
      const group = snakeCase(layer.className);
      const before = counts.get(group) ?? 0;
      counts.set(group, before + 1);
      this.#take(layer, `${place}layers/${before === 0 ? group : `${group}_${String(before)}`}`, within);
    }
  }

  /** What no layer takes would mean that others took what is not theirs. */
  assertAllTaken(): void {
    for (const [place, weight] of this.#stored) {
      const known =
        this.#taken.has(weight) || !place.startsWith('layers/') || /(seed|random)_generator/.test(place);
      if (known) continue;
      throw new InputError(
        `${this.#path}: the weight ${place} is none of a layer of the model; convert its .h5 file in place of the .keras archive`,
      );
    }
  }

  #take(layer: Layer, place: string, within: readonly string[]): void {
    const { className, config, name } = layer;
    if (isContainer(className)) {
      this.takeModel(containerOf(this.#path, className, config), `${place}/`, [...within, name]);
      return;
    }
    const parts = withCell.has(className) ? cell : (partsOf[className] ?? []);
    const present = parts.filter(([, setting]) => setting === undefined || isPresent(config, setting));
    const own = withCell.has(className) ? `${place}/cell` : place;
    this.#name(own, layer, within, present);
    const inside = [...within, name];
    for (const [inner, at] of insideOf(layer)) this.#take(inner, `${place}/${at}`, inside);
    if (className !== 'MultiHeadAttention') return;
    for (const [at, projection] of Object.entries(projections)) {
      const used = isPresent(config, 'use_bias') ? kernelAndBias : kernelAndBias.slice(0, 1);
      this.#name(`${place}/${at}`, { ...layer, name: projection }, inside, used);
    }
  }

  #name(place: string, layer: Layer, within: readonly string[], parts: Parts): void {
    for (const [index, [weight]] of parts.entries()) {
      const stored =
        this.#stored.get(`${place}/vars/${String(index)}`) ??
        this.#stored.get(`${layer.name}/${String(index)}`);
      // What is missing is refused where it is asked for; statistics and counts may be.
      if (stored === undefined) continue;
      const key = [...within, layer.name, weight].join('/');
      if (this.named.has(key)) throw new InputError(`${this.#path}: two layers are named ${layer.name}`);
      this.named.set(key, stored);
      this.#taken.add(stored);
    }
  }
}

/** Layers inside a layer, with their places in it. */
function insideOf({ className, config }: Layer): (readonly [Layer, string])[] {
  const inner = (key: string): Layer[] => [layerIn(config[key])].filter((layer) => layer !== undefined);
  if (className === 'TimeDistributed') return inner('layer').map((layer) => [layer, 'layer']);
  if (className === 'RNN') return inner('cell').flatMap(cellsOf);
  if (className === 'Bidirectional') {
    const [layer] = inner('layer');
    const [backward = layer] = inner('backward_layer');
    return [layer, backward].flatMap((one, turn): (readonly [Layer, string])[] => {
      const direction = turn === 0 ? 'forward' : 'backward';
      if (one === undefined) return [];
      const name = one.name.startsWith(direction) ? one.name : `${direction}_${one.name}`;
      return [[{ ...one, name }, `${direction}_layer`]];
    });
  }
  return inner('activation').map((layer) => [layer, 'activation']);
}

/** A cell, or the cells that one stands for, named like the layers of a model. */
function cellsOf(layer: Layer): (readonly [Layer, string])[] {
  const { cells } = layer.config;
  if (!Array.isArray(cells)) return [[layer, 'cell']];
  const counts = new Map<string, number>();
  return (cells as readonly unknown[]).flatMap((entry): (readonly [Layer, string])[] => {
    const one = isObject(entry) ? layerIn(entry) : undefined;
    if (one === undefined) return [];
    const group = snakeCase(one.className);
    const before = counts.get(group) ?? 0;
    counts.set(group, before + 1);
    return [[one, `cell/cells/${before === 0 ? group : `${group}_${String(before)}`}`]];
  });
}

/** Whether a setting is neither false nor null; absent ones are those that Keras has by default. */
function isPresent(config: Layer['config'], setting: string): boolean {
  const value = config[setting];
  return value !== false && value !== null;
}

function plainPlace(name: string): string {
  return name
    .replaceAll('_layer_checkpoint_dependencies', 'layers')
    .split('/')
    .map((part) => part.replace(/^_/, ''))
    .join('/');
}

/** PReLU as p_re_lu, Conv2D as conv2d, LSTMCell as lstm_cell: as Keras does. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
