/** Recurrent layers, step by step along a sequence of known length. */
import { int } from '../../attributes.ts';
import { numbersOf } from '../../tensor.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { recurrentActivations } from './recurrent-activations.ts';
import type { Activation } from './recurrent-activations.ts';

/** What one direction of a layer reads: weights of one direction, and the inputs of each step in its order. */
interface Direction {
  /** Products of each step's input with the weights, the biases that can be added before added. */
  readonly inputs: readonly string[];
  /** [hidden size, gates · hidden size] */
  readonly recurrence: string;
  /** The biases of the recurrence, [gates · hidden size], '' for none. */
  readonly recurrentBias: string;
  readonly peepholes: string;
  readonly activation: (place: number, value: string) => string;
  readonly hidden: string;
  readonly cell: string;
}

interface State {
  readonly hidden: string;
  readonly cell: string;
}

type Step = (site: ExpansionSite, direction: Direction, input: string, state: State) => State;

interface Kind {
  readonly gates: number;
  readonly activations: readonly string[];
  readonly hasCell: boolean;
  /** Whether the biases of the recurrence are added to the input's product once for all steps. */
  readonly joinsBiases: (site: ExpansionSite) => boolean;
  readonly step: Step;
}

/** The columns of a gate. */
function gate(site: ExpansionSite, value: string, place: number): string {
  const size = site.int('hidden_size');
  const axis = site.dims(value).length - 1;
  return site.builder.slice(value, { starts: [place * size], ends: [(place + 1) * size], axes: [axis] });
}

/** a + b, where either may be absent. */
function plus(site: ExpansionSite, a: string, b: string): string {
  if (a === '' || b === '') return a === '' ? b : a;
  return site.builder.add(a, b);
}

/** a·b, absent where a is: a state is at first, which is 0. */
function times(site: ExpansionSite, a: string, b: string): string {
  return a === '' || b === '' ? '' : site.builder.mul(a, b);
}

const product = (site: ExpansionSite, hidden: string, weights: string): string =>
  hidden === '' ? '' : site.builder.matMul(hidden, weights);

const lstm: Step = (site, direction, input, { hidden, cell }) => {
  const sums = plus(site, input, product(site, hidden, direction.recurrence));
  const watched = (value: string, place: number): string =>
    direction.peepholes === '' ? '' : times(site, value, gate(site, direction.peepholes, place));
  const { activation } = direction;
  const inputGate = activation(0, plus(site, gate(site, sums, 0), watched(cell, 0)));
  const coupled = site.int('input_forget') !== 0;
  const forget = (): string =>
    coupled
      ? site.builder.sub(site.scalar(1), inputGate)
      : activation(0, plus(site, gate(site, sums, 2), watched(cell, 2)));
  const candidate = activation(1, gate(site, sums, 3));
  const kept = cell === '' ? '' : times(site, cell, forget());
  const next = plus(site, kept, site.builder.mul(inputGate, candidate));
  const outputGate = activation(0, plus(site, gate(site, sums, 1), watched(next, 1)));
  return { cell: next, hidden: site.builder.mul(outputGate, activation(2, next)) };
};

const gru: Step = (site, direction, input, { hidden }) => {
  const { builder } = site;
  const { activation, recurrence, recurrentBias } = direction;
  const early = site.int('linear_before_reset') === 0;
  const size = site.int('hidden_size');
  const part = (value: string, place: number): string => (value === '' ? '' : gate(site, value, place));
  // Update and reset gates, then what the reset gate acts upon.
  const recurrent = product(site, hidden, recurrence);
  const sum = (place: number): string =>
    plus(
      site,
      gate(site, input, place),
      plus(site, part(recurrent, place), early ? '' : part(recurrentBias, place)),
    );
  const update = activation(0, sum(0));
  const reset = activation(0, sum(1));
  const columns = (): string =>
    builder.slice(recurrence, { starts: [2 * size], ends: [3 * size], axes: [1] });
  const renewed = early
    ? hidden === ''
      ? ''
      : builder.matMul(builder.mul(reset, hidden), columns())
    : times(site, plus(site, part(recurrent, 2), part(recurrentBias, 2)), reset);
  const candidate = activation(1, plus(site, gate(site, input, 2), renewed));
  const fresh = builder.mul(builder.sub(site.scalar(1), update), candidate);
  return { cell: '', hidden: plus(site, fresh, times(site, hidden, update)) };
};

const simple: Step = (site, direction, input, { hidden }) => ({
  cell: '',
  hidden: direction.activation(0, plus(site, input, product(site, hidden, direction.recurrence))),
});

/** The part of an input of [directions, …] that is of one direction; '' where it is left out. */
function ofDirection(site: ExpansionSite, index: number, direction: number, axis = 0): string {
  if (!site.has(index)) return '';
  const { builder } = site;
  const value = site.input(index);
  if (site.dims(value)[axis] === 1) return builder.squeeze(value, [axis]);
  return builder.squeeze(builder.slice(value, { starts: [direction], ends: [direction + 1], axes: [axis] }), [
    axis,
  ]);
}

/**
 * For each step whether an example's sequence goes on so far, [batch, 1]; undefined where all are of the whole length.
 */
function running(site: ExpansionSite, length: number): readonly string[] | undefined {
  const { builder } = site;
  if (!site.has(4)) return undefined;
  const held = builder.constantOf(site.input(4));
  const known = held === undefined ? undefined : numbersOf(held);
  const wrong = known?.find((each) => each < 0 || each > length);
  if (wrong !== undefined) {
    throw site.refuse(`a sequence is ${String(wrong)} steps long, expected 0 to ${String(length)}`);
  }
  if (known?.every((each) => each === length) === true) return undefined;
  const lengths = builder.reshape(builder.cast(site.input(4), 'int64'), [-1, 1]);
  return Array.from({ length }, (_, step) => builder.less(builder.shapeConstant([step]), lengths));
}

/** A new value where the sequence goes on, else what was there before ('' for 0). */
function kept(site: ExpansionSite, goesOn: string, next: string, before: string): string {
  if (next === '') return '';
  return site.builder.where(goesOn, next, before === '' ? site.scalar(0) : before);
}

/** All states of one direction in the order of the steps, and the last. */
function runOf(
  site: ExpansionSite,
  kind: Kind,
  direction: Direction,
  isBackward: boolean,
): { readonly all: readonly string[]; readonly state: State } {
  const masks = running(site, direction.inputs.length);
  let state: State = { hidden: direction.hidden, cell: direction.cell };
  const all = direction.inputs.map(() => '');
  for (const index of isBackward ? [...all.keys()].reverse() : all.keys()) {
    const next = kind.step(site, direction, direction.inputs[index] ?? '', state);
    const goesOn = masks?.[index];
    if (goesOn === undefined) state = next;
    else {
      state = {
        hidden: kept(site, goesOn, next.hidden, state.hidden),
        cell: kept(site, goesOn, next.cell, state.cell),
      };
    }
    all[index] = goesOn === undefined ? next.hidden : kept(site, goesOn, next.hidden, '');
  }
  // An example without a step ends at 0, as the reference runtime has it, and not where it began.
  const begun = masks?.[0];
  if (begun === undefined) return { all, state };
  const end = (value: string): string => kept(site, begun, value, '');
  return { all, state: { hidden: end(state.hidden), cell: end(state.cell) } };
}

function recurrent(kind: Kind): (site: ExpansionSite) => string[] {
  return (site) => {
    const { builder } = site;
    const batchFirst = site.int('layout') !== 0;
    const x = batchFirst ? builder.transpose(site.input(0), [1, 0, 2]) : site.input(0);
    const length = site.fixedDim(x, 0);
    const direction = site.text('direction');
    const backwards = direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
    const activations = recurrentActivations(site, kind.activations, backwards.length);
    const runs = backwards.map((isBackward, place) =>
      runOf(site, kind, directionOf(site, kind, { place, x, length, activations }), isBackward),
    );
    const stacked = (values: readonly string[], axis: number): string =>
      builder.concat(
        values.map((value) => builder.unsqueeze(value, [axis])),
        axis,
      );
    const all = stacked(
      runs.map((run) => stacked(run.all, 0)),
      1,
    );
    const last = (of: (state: State) => string): string => {
      const states = stacked(
        runs.map(({ state }) => of(state)),
        0,
      );
      return batchFirst ? builder.transpose(states, [1, 0, 2]) : states;
    };
    return [
      batchFirst ? builder.transpose(all, [2, 0, 1, 3]) : all,
      last(({ hidden }) => hidden),
      ...(kind.hasCell ? [last(({ cell }) => cell)] : []),
    ];
  };
}

/** What a direction is made of beside the layer's own weights. */
interface Parts {
  readonly place: number;
  /** [length, batch, inputs] */
  readonly x: string;
  readonly length: number;
  /** Of all directions. */
  readonly activations: readonly Activation[];
}

function directionOf(site: ExpansionSite, kind: Kind, parts: Parts): Direction {
  const { builder } = site;
  const { place, x, length, activations } = parts;
  const own = activations.slice(place * kind.activations.length);
  const initial = (index: number): string => ofDirection(site, index, place, site.int('layout'));
  const width = kind.gates * site.int('hidden_size');
  const turned = (index: number): string => builder.transpose(ofDirection(site, index, place), [1, 0]);
  const biases = ofDirection(site, 3, place);
  const half = (from: number): string =>
    biases === '' ? '' : builder.slice(biases, { starts: [from], ends: [from + width], axes: [0] });
  const recurrentBias = half(width);
  const bias = kind.joinsBiases(site) ? plus(site, half(0), recurrentBias) : half(0);
  const products = plus(site, builder.matMul(x, turned(1)), bias);
  const names = Array.from({ length }, () => builder.fresh('step'));
  builder.node('Split', [products], { axis: int(0), num_outputs: int(length) }, { outputs: names });
  return {
    inputs: names.map((name) => builder.squeeze(name, [0])),
    recurrence: turned(2),
    recurrentBias,
    peepholes: kind.hasCell ? ofDirection(site, 7, place) : '',
    activation: (at, value) => own[at]?.(value) ?? '',
    hidden: initial(5),
    cell: kind.hasCell ? initial(6) : '',
  };
}

export const recurrentExpansions = {
  LSTM: recurrent({
    gates: 4,
    activations: ['Sigmoid', 'Tanh', 'Tanh'],
    hasCell: true,
    joinsBiases: () => true,
    step: lstm,
  }),
  GRU: recurrent({
    gates: 3,
    activations: ['Sigmoid', 'Tanh'],
    hasCell: false,
    // A gate that resets what the recurrence gives resets its bias as well.
    joinsBiases: (site) => site.int('linear_before_reset') === 0,
    step: gru,
  }),
  RNN: recurrent({
    gates: 1,
    activations: ['Tanh'],
    hasCell: false,
    joinsBiases: () => true,
    step: simple,
  }),
} satisfies Expansions;
