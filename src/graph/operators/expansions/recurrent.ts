/** Recurrent layers, step by step along a sequence of known length. */
import { int } from '../../attributes.ts';
import { numbersOf, tensor } from '../../tensor.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';

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
  const forget = (): string => activation(0, plus(site, gate(site, sums, 2), watched(cell, 2)));
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
function ofDirection(site: ExpansionSite, index: number, direction: number): string {
  if (!site.has(index)) return '';
  const { builder } = site;
  const value = site.input(index);
  if (site.dims(value)[0] === 1) return builder.squeeze(value, [0]);
  return builder.squeeze(
    builder.slice(value, { starts: [direction], ends: [direction + 1], axes: [0] }),
    [0],
  );
}

const parameterized: ReadonlySet<string> = new Set(['LeakyRelu', 'HardSigmoid', 'Elu']);
const known: ReadonlySet<string> = new Set(['Sigmoid', 'Tanh', 'Relu', 'Softsign', 'Softplus']);

function activationsOf(
  site: ExpansionSite,
  kind: Kind,
  direction: number,
): (place: number, value: string) => string {
  const given = site.attribute('activations', 'strings');
  const count = kind.activations.length;
  const names = given?.slice(direction * count, (direction + 1) * count) ?? kind.activations;
  if (names.length !== count) throw site.refuse(`it names ${String(given?.length)} activations`);
  const hasParameters = ['activation_alpha', 'activation_beta'].some(
    (name) => (site.attribute(name, 'floats') ?? []).length > 0,
  );
  for (const name of names) {
    if (known.has(name) || (parameterized.has(name) && !hasParameters)) continue;
    throw site.refuse(`the activation ${name} with parameters of its own is not supported`);
  }
  // The standard's defaults for the activations of recurrent layers are those of the operators.
  return (place, value) => site.apply(names[place] ?? '', [value]);
}

/** Refuses what a run of the layer over the whole sequence does not cover. */
function assertPlain(site: ExpansionSite): void {
  if (site.attribute('clip', 'float') !== undefined) throw site.refuse('clipped gates are not supported');
  if (site.int('layout') !== 0) throw site.refuse('the layout with the batch first is not supported');
  if (site.node.operator === 'LSTM' && site.int('input_forget') !== 0)
    throw site.refuse('coupled gates (input_forget) are not supported');
}

/**
 * Whether each example's sequence has a step, a condition [batch, 1] for each; undefined where all have every step.
 * Lengths that only a run tells are taken as they come.
 */
function presence(site: ExpansionSite, length: number): readonly string[] | undefined {
  if (!site.has(4)) return undefined;
  const { builder } = site;
  const held = builder.constantOf(site.input(4));
  const lengths = held === undefined ? undefined : numbersOf(held);
  const wrong = lengths?.find((each) => each < 0 || each > length);
  if (wrong !== undefined) {
    throw site.refuse(`a sequence is ${String(wrong)} steps long, expected 0 to ${String(length)}`);
  }
  if (lengths?.every((each) => each === length) === true) return undefined;
  const column = builder.unsqueeze(site.input(4), [1]);
  return Array.from({ length }, (_, step) =>
    builder.greater(column, builder.constant(tensor('int32', [], Int32Array.of(step)))),
  );
}

/** A state where a sequence goes on, and the one before it, 0 at first, where it has ended. */
function where(site: ExpansionSite, goesOn: string, value: string, before: string): string {
  return site.builder.where(goesOn, value, before === '' ? site.scalar(0) : before);
}

/** The last state: of an example without a step it is 0, as the reference runtime has it, and not the first. */
function endOf(site: ExpansionSite, { hidden, cell }: State, hasSteps: string | undefined): State {
  if (hasSteps === undefined) return { hidden, cell };
  return {
    hidden: where(site, hasSteps, hidden, ''),
    cell: cell === '' ? '' : where(site, hasSteps, cell, ''),
  };
}

function recurrent(kind: Kind): (site: ExpansionSite) => string[] {
  return (site) => {
    const { builder } = site;
    const x = site.input(0);
    const length = site.fixedDim(x, 0);
    assertPlain(site);
    const present = presence(site, length);
    const direction = site.text('direction');
    const backwards = direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
    const runs = backwards.map((isBackward, place) => {
      const run = directionOf(site, kind, place, length);
      const steps = run.inputs.map((input, step) => ({ input, goesOn: present?.[step] }));
      let state: State = { hidden: run.hidden, cell: run.cell };
      const all = (isBackward ? steps.reverse() : steps).map(({ input, goesOn }) => {
        const next = kind.step(site, run, input, state);
        if (goesOn === undefined) {
          state = next;
          return next.hidden;
        }
        state = {
          hidden: where(site, goesOn, next.hidden, state.hidden),
          cell: kind.hasCell ? where(site, goesOn, next.cell, state.cell) : '',
        };
        return where(site, goesOn, next.hidden, '');
      });
      return { all: isBackward ? all.reverse() : all, state: endOf(site, state, present?.[0]) };
    });
    const stacked = (values: readonly string[], axis: number): string =>
      builder.concat(
        values.map((value) => builder.unsqueeze(value, [axis])),
        axis,
      );
    const sequences = runs.map(({ all }) => stacked(all, 0));
    const last = stacked(
      runs.map(({ state }) => state.hidden),
      0,
    );
    const cells = kind.hasCell
      ? [
          stacked(
            runs.map(({ state }) => state.cell),
            0,
          ),
        ]
      : [];
    return [stacked(sequences, 1), last, ...cells];
  };
}

function directionOf(site: ExpansionSite, kind: Kind, place: number, length: number): Direction {
  const { builder } = site;
  const width = kind.gates * site.int('hidden_size');
  const turned = (index: number): string => builder.transpose(ofDirection(site, index, place), [1, 0]);
  const biases = ofDirection(site, 3, place);
  const half = (from: number): string =>
    biases === '' ? '' : builder.slice(biases, { starts: [from], ends: [from + width], axes: [0] });
  const recurrentBias = half(width);
  const bias = kind.joinsBiases(site) ? plus(site, half(0), recurrentBias) : half(0);
  const products = plus(site, builder.matMul(site.input(0), turned(1)), bias);
  const names = Array.from({ length }, () => builder.fresh('step'));
  builder.node('Split', [products], { axis: int(0), num_outputs: int(length) }, { outputs: names });
  return {
    inputs: names.map((name) => builder.squeeze(name, [0])),
    recurrence: turned(2),
    recurrentBias,
    peepholes: kind.hasCell ? ofDirection(site, 7, place) : '',
    activation: activationsOf(site, kind, place),
    hidden: ofDirection(site, 5, place),
    cell: kind.hasCell ? ofDirection(site, 6, place) : '',
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
