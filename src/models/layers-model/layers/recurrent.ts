/** Recurrent layers over a known number of time steps, written out step by step: [N, steps, features]. */
import { isObject } from '../../../core/json.ts';
import type { Json } from '../../../core/json.ts';
import { only } from '../activations.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';
import { layerIn } from '../topology.ts';
import type { Layer } from '../topology.ts';
import { cellOf } from './recurrent-cells.ts';
import type { Cell } from './recurrent-cells.ts';

const recurrent: LayerHandler = (scope, inputs) => {
  const outputs = outputsOf(scope, only(scope, inputs));
  return joined(scope, outputs, scope.flag('return_sequences', false));
};

/** One layer forwards and one backwards, joined. */
const bidirectional: LayerHandler = (scope, inputs) => {
  const input = only(scope, inputs);
  const layer = wrapped(scope);
  const turned = layerIn(scope.setting('backward_layer')) ?? {
    ...layer,
    config: { ...layer.config, go_backwards: layer.config['go_backwards'] !== true },
  };
  const sequences = layer.config['return_sequences'] === true;
  const run = (direction: string, inner: Layer): string[] => {
    const named = inner.name.startsWith(direction) ? inner.name : `${direction}_${inner.name}`;
    return outputsOf(scope.inside({ ...inner, name: named, weightsOf: [] }), input);
  };
  const forward = joined(scope, run('forward', layer), sequences).value;
  const backward = run('backward', turned);
  const back = joined(scope, sequences ? backward.toReversed() : backward, sequences).value;
  return { value: merged(scope, forward, back), order: 'as in Keras' };
};

function merged(scope: LayerScope, forward: string, backward: string): string {
  const { builder } = scope;
  const mode = scope.setting('merge_mode') === null ? 'none' : scope.text('merge_mode', 'concat');
  switch (mode) {
    case 'concat':
      return builder.concat([forward, backward], builder.dims(forward).length - 1);
    case 'sum':
      return builder.add(forward, backward);
    case 'mul':
      return builder.mul(forward, backward);
    case 'ave':
      return builder.mul(builder.add(forward, backward), builder.scalar(0.5));
    default:
      throw scope.refuse(`has the merge_mode ${mode}, expected concat, sum, mul or ave`);
  }
}

/** Any layer at each step by itself, with the same weights. */
const timeDistributed: LayerHandler = (scope, inputs) => {
  const layer = { ...wrapped(scope), weightsOf: [scope.layer.name] };
  const outputs = stepsOf(scope, only(scope, inputs)).map((value) => {
    return scope.asInKeras(scope.apply(layer, [{ value, order: 'as in Keras' }]));
  });
  return joined(scope, outputs, true);
};

function wrapped(scope: LayerScope): Layer {
  const layer = layerIn(scope.setting('layer'));
  if (layer === undefined) throw scope.malformed('layer', 'the layer that it wraps');
  return layer;
}

/** What a recurrent layer gives at each step, in the order in which it takes the steps, from a state of zeros. */
function outputsOf(scope: LayerScope, input: LayerValue): string[] {
  if (scope.flag('stateful', false)) {
    throw scope.refuse('is stateful: its answers depend on what it was given before');
  }
  if (scope.flag('time_major', false)) throw scope.refuse('has time_major; save the model without it');
  const cell = cellIn(scope);
  const steps = stepsOf(scope, input);
  const outputs: string[] = [];
  let states: readonly string[] | undefined;
  for (const step of scope.flag('go_backwards', false) ? steps.toReversed() : steps) {
    states = cell.step(step, states ?? cell.zeroStates(step));
    outputs.push(states[0] ?? '');
  }
  return outputs;
}

function cellIn(scope: LayerScope): Cell {
  if (scope.layer.className !== 'RNN') return cellOf(scope, scope);
  const setting = scope.setting('cell');
  const listed: Json = Array.isArray(setting)
    ? { class_name: 'StackedRNNCells', config: { cells: setting } }
    : (setting ?? null);
  const layer = isObject(listed) ? layerIn(listed) : undefined;
  if (layer === undefined) throw scope.malformed('cell', 'a cell');
  return cellOf(scope, scope.inside({ ...layer, weightsOf: [scope.layer.name] }));
}

/** The values [N, …] of each step of a value [N, steps, …]. */
function stepsOf(scope: LayerScope, input: LayerValue): string[] {
  const { builder } = scope;
  if (scope.rank(input) < 3) throw scope.refuse('takes a sequence, and its input has no axis of steps');
  const value = scope.asInKeras(input);
  const [steps = 0] = scope.sizesAfter(value, 1);
  return Array.from({ length: steps }, (_, step) =>
    builder.squeeze(builder.slice(value, { starts: [step], ends: [step + 1], axes: [1] }), [1]),
  );
}

/** The outputs along a new axis behind the batch, or the last one. */
function joined(scope: LayerScope, outputs: readonly string[], sequences: boolean): LayerValue {
  const { builder } = scope;
  if (!sequences) return { value: outputs.at(-1) ?? '', order: 'as in Keras' };
  const opened = outputs.map((output) => builder.unsqueeze(output, [1]));
  return { value: builder.concat(opened, 1), order: 'as in Keras' };
}

export const recurrentLayers: Readonly<Record<string, LayerHandler>> = {
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
};
