/** Recurrent cells: what one step makes of its input and the states before it. Gates lie next to each other. */
import { isObject } from '../../../core/json.ts';
import { float32, zeros } from '../../../graph/tensor.ts';
import { range } from '../scope.ts';
import type { LayerScope } from '../scope.ts';
import { layerIn } from '../topology.ts';
import { convolutionalCell } from './convolutional-cell.ts';
import { activated, gated, longShortTerm } from './gates.ts';
import type { Cell } from './cell.ts';

/**
 * The cell that a layer or a cell's own entry describes.
 *
 * @param layer the recurrent layer, for refusals
 * @param scope the scope of the cell's settings and weights
 */
export function cellOf(layer: LayerScope, scope: LayerScope): Cell {
  switch (scope.layer.className.replace(/Cell$/, '')) {
    case 'SimpleRNN':
      return simpleCell(scope);
    case 'LSTM':
      return lstmCell(scope);
    case 'GRU':
      return gruCell(scope);
    case 'ConvLSTM1D':
    case 'ConvLSTM2D':
    case 'ConvLSTM3D':
      return convolutionalCell(scope);
    case 'StackedRNNCells':
      return stackedCells(layer, scope);
    default:
      throw layer.refuse(`has a cell of the class ${scope.layer.className}, which cannot be imported`);
  }
}

/** h = activation(x·K + b + h·R) */
function simpleCell(scope: LayerScope): Cell {
  const { builder } = scope;
  return {
    step: (input, [h = '']) => {
      const sum = builder.add(fromInput(scope, input), fromState(scope, h));
      return [activated(scope, 'activation', 'tanh', sum)];
    },
    states: 1,
    spatial: 0,
    stacked: false,
    zeroStates: (input) => zeroStates(scope, input, 1),
  };
}

function lstmCell(scope: LayerScope): Cell {
  const { builder } = scope;
  return {
    step: (input, [h = '', c = '']) => {
      const sum = builder.add(fromInput(scope, input), fromState(scope, h));
      return longShortTerm(scope, (place) => slices(scope, sum, place, place + 1), c);
    },
    states: 2,
    spatial: 0,
    stacked: false,
    zeroStates: (input) => zeroStates(scope, input, 2),
  };
}

/**
 * Gates z, r, h: h = z∘h + (1 − z)∘candidate. With reset_after, Keras's default, r scales the product of the state
 * with a bias of its own; without, as always in tfjs, it scales the state before the product.
 */
function gruCell(scope: LayerScope): Cell {
  const { builder } = scope;
  const after = scope.flag('reset_after', scope.dialect !== 'tfjs');
  return {
    step: (input, [h = '']) => {
      const x = fromInput(scope, input);
      const recurrent = after ? resetAfter(scope, h) : fromState(scope, h, 0, 2);
      const gate = (place: number): string =>
        gated(
          scope,
          builder.add(slices(scope, x, place, place + 1), slices(scope, recurrent, place, place + 1)),
        );
      const [z, r] = [gate(0), gate(1)];
      const remembered = after
        ? builder.mul(r, slices(scope, recurrent, 2, 3))
        : fromState(scope, builder.mul(r, h), 2, 3);
      const sum = builder.add(slices(scope, x, 2, 3), remembered);
      const candidate = activated(scope, 'activation', 'tanh', sum);
      const fresh = builder.mul(builder.sub(builder.scalar(1), z), candidate);
      return [builder.add(builder.mul(z, h), fresh)];
    },
    states: 1,
    spatial: 0,
    stacked: false,
    zeroStates: (input) => zeroStates(scope, input, 1),
  };
}

/** Each cell takes the output of the one before it. */
function stackedCells(layer: LayerScope, scope: LayerScope): Cell {
  const listed: unknown = scope.setting('cells');
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const cells = entries.map((entry, place) => {
    const inner = isObject(entry) ? layerIn(entry) : undefined;
    if (inner === undefined) throw layer.malformed('cell', 'a list of cells');
    // tfjs names the weights of a cell after its place.
    return cellOf(layer, layer.inside({ ...inner, weightsOf: [`RNNCell_${String(place)}`] }));
  });
  if (cells.length === 0) throw layer.malformed('cell', 'a list of cells');
  if (cells.some(({ spatial }) => spatial > 0)) {
    throw layer.refuse('stacks convolutional cells, which is not supported');
  }
  return {
    states: cells.reduce((sum, cell) => sum + cell.states, 0),
    spatial: 0,
    stacked: true,
    // The states of the last cell come first, so that the first state is the output.
    step: (input, states) => {
      let value = input;
      let end = states.length;
      const made = cells.map((cell) => {
        const begin = end - cell.states;
        const next = cell.step(value, states.slice(begin, end));
        end = begin;
        value = next[0] ?? '';
        return next;
      });
      return made.toReversed().flat();
    },
    zeroStates: (input) => {
      let value = input;
      const made = cells.map((cell) => {
        const states = cell.zeroStates(value);
        value = states[0] ?? '';
        return states;
      });
      return made.toReversed().flat();
    },
  };
}

/** x·K + b for all gates; of a bias of two rows the first. */
function fromInput(scope: LayerScope, input: string): string {
  const kernel = scope.constant('kernel', () => scope.weight('kernel', 2));
  if (!scope.flag('use_bias', true)) return scope.builder.matMul(input, kernel);
  return scope.builder.gemm(input, kernel, biasRow(scope, 0));
}

function biasRow(scope: LayerScope, row: number): string {
  return scope.constant(`bias/${String(row)}`, () => {
    const { dims, data } = scope.weight('bias');
    const [width = 0] = dims.slice(-1);
    const rows = dims.length === 2 ? (dims[0] ?? 1) : 1;
    if (row >= rows || dims.length > 2) {
      throw scope.refuse(`has the weight bias of shape [${dims.join(', ')}], which does not fit its cell`);
    }
    return float32([width], data.slice(row * width, (row + 1) * width));
  });
}

/** h·R for the gates from the first to before the last. */
function fromState(scope: LayerScope, h: string, first?: number, last?: number): string {
  const stored = scope.weight('recurrent_kernel', 2);
  const [units = 1, width = 1] = stored.dims;
  const begin = (first ?? 0) * units;
  const end = last === undefined ? width : last * units;
  const kernel = scope.constant(`recurrent_kernel/${String(begin)}-${String(end)}`, () => {
    const rows = range(0, units).map((row) => stored.data.slice(row * width + begin, row * width + end));
    return float32([units, end - begin], Float32Array.from(rows.flatMap((row) => Array.from(row))));
  });
  return scope.builder.matMul(h, kernel);
}

/** h·R for all gates, with the bias that the state has of its own. */
function resetAfter(scope: LayerScope, h: string): string {
  const product = fromState(scope, h);
  return scope.flag('use_bias', true) ? scope.builder.add(product, biasRow(scope, 1)) : product;
}

/** The gates from the first to before the last of a value [N, gates·units]. */
function slices(scope: LayerScope, value: string, first: number, last: number): string {
  const units = unitsOf(scope);
  const { builder } = scope;
  return builder.slice(value, { starts: [first * units], ends: [last * units], axes: [1] });
}

function unitsOf(scope: LayerScope): number {
  const [units = 1] = scope.weight('recurrent_kernel', 2).dims;
  return units;
}

/** States of zeros [N, units], of the input's batch. */
function zeroStates(scope: LayerScope, input: string, count: number): readonly string[] {
  const units = unitsOf(scope);
  const [features = 1] = scope.sizesAfter(input, 1);
  const nothing = scope.constant('zeros', () => zeros([features, units]));
  const state = scope.builder.matMul(input, nothing);
  return Array.from({ length: count }, () => state);
}
