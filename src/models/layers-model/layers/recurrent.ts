/** Recurrent layers over a known number of time steps, written out step by step: [N, steps, …]. */
import { isObject } from '../../../core/json.ts';
import type { Json } from '../../../core/json.ts';
import { maskedRefusal, widenedMask } from '../masks.ts';
import { range } from '../scope.ts';
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';
import { layerIn } from '../topology.ts';
import type { Layer } from '../topology.ts';
import { cellOf } from './recurrent-cells.ts';
import type { Cell } from './cell.ts';
import { joinedSteps, stepsOf } from './steps.ts';

/** What a recurrent layer gives. */
interface Run {
  readonly cell: Cell;
  /** After each step, in the order in which the layer takes the steps. */
  readonly outputs: readonly string[];
  /** After the last step. */
  readonly states: readonly LayerValue[];
  /** Of the steps in their own order. */
  readonly mask: string | undefined;
}

const recurrent: LayerHandler = (scope, inputs) => {
  const run = runOf(scope, [...inputs, ...scope.named('initial_state')]);
  return [outputOf(scope, run, run.outputs), ...statesOf(scope, run)];
};

/** The outputs of all steps, or that of the last. */
function outputOf(scope: LayerScope, { cell, mask }: Run, outputs: readonly string[]): LayerValue {
  if (!scope.flag('return_sequences', false)) return stepValue(scope, cell, outputs.at(-1) ?? '');
  const values = outputs.map((value) => scope.asInKeras(stepValue(scope, cell, value)));
  const all = joinedSteps(scope, values);
  return mask === undefined ? all : { ...all, mask };
}

function statesOf(scope: LayerScope, { states }: Run): readonly LayerValue[] {
  if (!scope.flag('return_state', false)) return [];
  return states;
}

/** What a cell gives has the channels in axis 1 where it has spatial axes. */
function stepValue(scope: LayerScope, cell: Cell, value: string): LayerValue {
  return { value, order: cell.spatial > 0 ? scope.channelsOrder() : 'as in Keras' };
}

/** One layer forwards and one backwards, joined; then the states of both. */
const bidirectional: LayerHandler = (scope, given) => {
  const [input, ...initial] = [...given, ...scope.named('initial_state')];
  if (input === undefined) throw scope.refuse('is applied to no value');
  const layer = wrapped(scope);
  const turned = layerIn(scope.setting('backward_layer')) ?? {
    ...layer,
    config: { ...layer.config, go_backwards: layer.config['go_backwards'] !== true },
  };
  const half = initial.length / 2;
  const run = (direction: string, inner: Layer, states: readonly LayerValue[]) => {
    const named = inner.name.startsWith(direction) ? inner.name : `${direction}_${inner.name}`;
    const within = scope.inside({ ...inner, name: named, weightsOf: [] });
    return { within, made: runOf(within, [input, ...states]) };
  };
  const there = run('forward', layer, initial.slice(0, half));
  const back = run('backward', turned, initial.slice(half));
  const sequences = back.within.flag('return_sequences', false);
  const forward = outputOf(there.within, there.made, there.made.outputs);
  const outputs = sequences ? back.made.outputs.toReversed() : back.made.outputs;
  const backward = outputOf(back.within, back.made, outputs);
  const states = [...statesOf(there.within, there.made), ...statesOf(back.within, back.made)];
  return [...merged(scope, forward, backward), ...states];
};

function merged(scope: LayerScope, forward: LayerValue, backward: LayerValue): readonly LayerValue[] {
  const { builder } = scope;
  if (scope.setting('merge_mode') === null) return [forward, backward];
  const [a, b] = [scope.asInKeras(forward), scope.asInKeras(backward)];
  const value = ((): string => {
    const mode = scope.text('merge_mode', 'concat');
    switch (mode) {
      case 'concat':
        return builder.concat([a, b], builder.dims(a).length - 1);
      case 'sum':
        return builder.add(a, b);
      case 'mul':
        return builder.mul(a, b);
      case 'ave':
        return builder.mul(builder.add(a, b), builder.scalar(0.5));
      default:
        throw scope.refuse(`has the merge_mode ${mode}, expected concat, sum, mul, ave or null`);
    }
  })();
  return [{ ...forward, value, order: 'as in Keras' }];
}

/** Any layer at each step by itself, with the same weights. */
const timeDistributed: LayerHandler = (scope, inputs) => {
  const [input, ...more] = inputs;
  if (input === undefined || more.length > 0)
    throw scope.refuse('is applied to several values, expected one');
  const layer = { ...wrapped(scope), weightsOf: [scope.layer.name] };
  const { mask } = input;
  // Keras hands each step of a mask to the layer inside.
  if (mask !== undefined && (maskTakers.includes(layer.className) || layer.config['layers'] !== undefined)) {
    throw maskedRefusal(scope);
  }
  const outputs = stepsOf(scope, scope.asInKeras(input)).map((value) =>
    scope.asInKeras(scope.apply(layer, [{ value, order: 'as in Keras' }])),
  );
  const all = joinedSteps(scope, outputs);
  return mask === undefined ? all : { ...all, mask };
};

const maskTakers: readonly string[] = ['Bidirectional', 'GRU', 'LSTM', 'RNN', 'SimpleRNN', 'Softmax'];

function wrapped(scope: LayerScope): Layer {
  const layer = layerIn(scope.setting('layer'));
  if (layer === undefined) throw scope.malformed('layer', 'the layer that it wraps');
  return layer;
}

/** Takes the steps one by one, from given states or from zeros; a masked step changes nothing. */
function runOf(scope: LayerScope, [input, ...initial]: readonly LayerValue[]): Run {
  if (input === undefined) throw scope.refuse('is applied to no value');
  if (scope.flag('stateful', false)) {
    throw scope.refuse('is stateful: its answers depend on what it was given before');
  }
  if (scope.flag('time_major', false)) throw scope.refuse('has time_major; save the model without it');
  const cell = cellIn(scope);
  if (cell.spatial > 0 && input.mask !== undefined) throw maskedRefusal(scope);
  // Keras 3 does not hand the mask on where states are given.
  if (scope.dialect === 'Keras 3' && input.mask !== undefined && initial.length > 0) {
    throw maskedRefusal(scope);
  }
  const shown = initial.length > 0 || scope.flag('return_state', false);
  // tfjs counts the states from the last cell, Keras nests them from the first.
  if (cell.stacked && shown && scope.dialect !== 'tfjs') {
    throw scope.refuse('takes or gives the states of several cells, which is not supported');
  }
  if (initial.length > 0 && initial.length !== cell.states) {
    throw scope.refuse(`is given ${String(initial.length)} states, and its cell has ${String(cell.states)}`);
  }
  const taken = (list: readonly string[]): readonly string[] =>
    scope.flag('go_backwards', false) ? list.toReversed() : list;
  const steps = taken(sequence(scope, cell, input));
  const masks = input.mask === undefined ? undefined : taken(stepsOf(scope, input.mask));
  const [first = ''] = steps;
  const zero = cell.zeroStates(first);
  let current = initial.length === 0 ? zero : initial.map((state) => stateOf(scope, cell, state));
  const blank = scope.flag('zero_output_for_mask', false) ? zero[0] : undefined;
  // Before the first step that counts tfjs gives the given state, Keras zeros.
  let output = (scope.dialect === 'tfjs' ? current : zero)[0] ?? '';
  const outputs = steps.map((step, place) => {
    const made = cell.step(step, current);
    const mask = masks?.[place];
    current = made.map((state, index) => kept(scope, mask, state, current[index] ?? ''));
    output = kept(scope, mask, made[0] ?? '', blank ?? output);
    return output;
  });
  return {
    cell,
    outputs,
    states: current.map((state) => stepValue(scope, cell, state)),
    mask: input.mask,
  };
}

/** What is made where the step counts, else what was before. */
function kept(scope: LayerScope, mask: string | undefined, made: string, before: string): string {
  if (mask === undefined) return made;
  const { builder } = scope;
  return builder.where(widenedMask(scope, mask, builder.dims(made).length), made, before);
}

/** The steps of the input, [N, features], or [N, C, d1, …] for a convolutional cell. */
function sequence(scope: LayerScope, { spatial }: Cell, input: LayerValue): readonly string[] {
  const { builder } = scope;
  const value = scope.asInKeras(input);
  const rank = scope.rank(input);
  if (rank !== spatial + 3 && (spatial > 0 || rank < 3)) {
    throw scope.refuse('takes a sequence, and its input has no axis of steps');
  }
  if (spatial === 0 || scope.channelsOrder() === 'as in Keras') return stepsOf(scope, value);
  return stepsOf(scope, builder.transpose(value, [0, 1, rank - 1, ...range(2, rank - 1)]));
}

function stateOf(scope: LayerScope, { spatial }: Cell, state: LayerValue): string {
  return spatial > 0 ? scope.windowed(state) : scope.asInKeras(state);
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

export const recurrentLayers: Readonly<Record<string, LayerHandler>> = {
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  ConvLSTM1D: recurrent,
  ConvLSTM2D: recurrent,
  ConvLSTM3D: recurrent,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
};
