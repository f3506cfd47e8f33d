/** MultiHeadAttention: softmax(Q·Kᵀ/√d)·V for each head, along one axis of the input or several. */
import { float32, sizeOf } from '../../../graph/tensor.ts';
import { range } from '../scope.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';
import type { Layer } from '../topology.ts';
import { reshaped } from '../transposition.ts';

/** What a score that does not count becomes: its softmax is 0 in single precision. */
const NEVER = -1e9;

/** The projected values of a head or more: [N, around…, heads, positions, features]. */
interface Heads {
  readonly value: string;
  /** Sizes of the axes along which attention goes. */
  readonly attended: readonly number[];
  /** Sizes of the other axes. */
  readonly around: readonly number[];
  readonly heads: number;
  readonly features: number;
}

const multiHeadAttention: LayerHandler = (scope, inputs) => {
  const { builder } = scope;
  assertPlain(scope);
  const [query, value, key] = operands(scope, inputs);
  const axes = attentionAxes(scope, scope.rank(query));
  const [q, k, v] = [
    projected(scope, query, 'query', axes),
    projected(scope, key, 'key', axes),
    projected(scope, value, 'value', axes),
  ];
  const scaled = builder.mul(q.value, builder.scalar(1 / Math.sqrt(q.features)));
  const rank = builder.dims(k.value).length;
  const turned = builder.transpose(k.value, [...range(0, rank - 2), rank - 1, rank - 2]);
  const scores = builder.matMul(scaled, turned);
  const weights = builder.softmax(causal(scope, scores, q, k), -1);
  const output = joined(scope, builder.matMul(weights, v.value), q, v.features, axes);
  if (scope.given.keywords['return_attention_scores'] !== true) return output;
  if (axes.length > 1) throw scope.refuse('gives its scores along several axes, which is not supported');
  return [output, { value: weights, order: 'as in Keras' }];
};

/** Settings of newer versions of Keras that compute something else. */
function assertPlain(scope: LayerScope): void {
  for (const key of ['sliding_window', 'use_gate']) {
    const setting = scope.setting(key) ?? false;
    if (setting !== false) throw scope.refuse(`has the setting ${key}, which is not supported`);
  }
}

/** Query, value and key, given by place or by keyword; the key is the value unless it is given. */
function operands(
  scope: LayerScope,
  inputs: readonly LayerValue[],
): readonly [LayerValue, LayerValue, LayerValue] {
  const [query, value, key, ...more] = [...inputs, ...scope.named('value'), ...scope.named('key')];
  if (query === undefined || value === undefined || more.length > 0) {
    throw scope.refuse('is not applied to a query, a value and perhaps a key');
  }
  return [query, value, key ?? value];
}

/** The axes between the batch and the features, unless some are named. */
function attentionAxes(scope: LayerScope, rank: number): readonly number[] {
  const given = scope.setting('attention_axes') ?? null;
  const all = range(1, rank - 1);
  if (given === null || (Array.isArray(given) && given.length === 0)) return all;
  const axes = scope.axes('attention_axes', rank, 1);
  if (axes.includes(rank - 1)) throw scope.malformed('attention_axes', 'axes before the last');
  return axes;
}

function projected(scope: LayerScope, input: LayerValue, name: string, axes: readonly number[]): Heads {
  const { builder } = scope;
  const part = scope.inside(inner(name));
  const stored = part.weight('kernel', 3);
  const [features = 1, heads = 1, size = 1] = stored.dims;
  const kernel = part.constant('kernel', () => reshaped(stored, [features, heads * size]));
  const product = builder.matMul(scope.asInKeras(input), kernel);
  const flat = scope.flag('use_bias', true)
    ? builder.add(
        product,
        part.constant('bias', () => float32([heads * size], part.weight('bias').data)),
      )
    : product;
  const sizes = scope.sizesAfter(flat, 1).slice(0, -1);
  const others = range(1, sizes.length + 1).filter((axis) => !axes.includes(axis));
  const attended = axes.map((axis) => sizes[axis - 1] ?? 1);
  const around = others.map((axis) => sizes[axis - 1] ?? 1);
  const apart = builder.reshape(flat, [0, ...sizes, heads, size]);
  const last = sizes.length + 1;
  const moved = builder.transpose(apart, [0, ...others, last, ...axes, last + 1]);
  const value =
    axes.length === 1 ? moved : builder.reshape(moved, [0, ...around, heads, sizeOf(attended), size]);
  return { value, attended, around, heads, features: size };
}

/** Where asked, no position sees one behind it. */
function causal(scope: LayerScope, scores: string, query: Heads, key: Heads): string {
  if (scope.given.keywords['use_causal_mask'] !== true) return scores;
  const [rows = 1, ...more] = query.attended;
  const [columns = 1] = key.attended;
  if (more.length > 0 || query.around.length > 0) {
    throw scope.refuse('has a causal mask along other axes than the first, which is not supported');
  }
  const hidden = scope.constant(`causal/${String(rows)}x${String(columns)}`, () =>
    float32(
      [rows, columns],
      range(0, rows * columns).map((place) => (place % columns > Math.floor(place / columns) ? NEVER : 0)),
    ),
  );
  return scope.builder.add(scores, hidden);
}

/** [N, around…, heads, positions, features] as the query's axes, the heads multiplied by the last kernel. */
function joined(
  scope: LayerScope,
  value: string,
  query: Heads,
  features: number,
  axes: readonly number[],
): LayerValue {
  const { builder } = scope;
  const { around, attended, heads } = query;
  const opened =
    axes.length === 1 ? value : builder.reshape(value, [0, ...around, heads, ...attended, features]);
  const count = around.length + attended.length;
  const others = range(1, count + 1).filter((axis) => !axes.includes(axis));
  // Where each axis of the query now stands: those around first, then the heads, then the attended ones.
  const places = range(1, count + 1).map((axis) =>
    axes.includes(axis) ? 2 + around.length + axes.indexOf(axis) : 1 + others.indexOf(axis),
  );
  const turned = builder.transpose(opened, [0, ...places, 1 + around.length, count + 2]);
  const sizes = scope.sizesAfter(turned, 1).slice(0, -2);
  const flat = builder.reshape(turned, [0, ...sizes, heads * features]);
  const part = scope.inside(inner('attention_output', 'attentionOutput'));
  const stored = part.weight('kernel');
  const made = stored.dims.slice(2);
  const kernel = part.constant('kernel', () => reshaped(stored, [heads * features, sizeOf(made)]));
  const product = builder.matMul(flat, kernel);
  const output = scope.flag('use_bias', true)
    ? builder.add(
        product,
        part.constant('bias', () => float32([sizeOf(made)], part.weight('bias').data)),
      )
    : product;
  return {
    value: made.length === 1 ? output : builder.reshape(output, [0, ...sizes, ...made]),
    order: 'as in Keras',
  };
}

/** A projection, by whose name its weights are stored. */
function inner(name: string, other?: string): Layer {
  return {
    name,
    className: 'EinsumDense',
    config: {},
    calls: [],
    ...(other === undefined ? {} : { weightsOf: [other] }),
  };
}

export const attentionLayers: Readonly<Record<string, LayerHandler>> = {
  MultiHeadAttention: multiHeadAttention,
};
