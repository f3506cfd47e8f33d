/** The cell of ConvLSTM: that of LSTM with convolutions in place of products, on steps [N, C, d1, …]. */
import { zeros } from '../../../graph/tensor.ts';
import { padsOf } from '../padding.ts';
import type { LayerScope } from '../scope.ts';
import type { Window } from '../padding.ts';
import { biasOf, outFirst, windowOf } from './convolution.ts';
import { longShortTerm } from './gates.ts';
import type { Cell } from './cell.ts';

/** The input is convolved as the settings say, the state without stride or dilation so that it keeps its size. */
export function convolutionalCell(scope: LayerScope): Cell {
  const { builder } = scope;
  const stored = scope.weight('kernel');
  const recurrent = scope.weight('recurrent_kernel', stored.dims.length);
  const [filters = 1] = recurrent.dims.slice(-2);
  const window = windowOf(scope, stored);
  const [channels = 1] = stored.dims.slice(-2);
  const steps = window.kernel.map(() => 1);
  const kernel = scope.constant('kernel', () => outFirst(stored));
  const stateKernel = scope.constant('recurrent_kernel', () => outFirst(recurrent));
  const bias = biasOf(scope);
  const convolved = (x: string, by: string, over: Window, padding?: 'same', added?: string): string => {
    const pads = padsOf(scope, scope.sizesAfter(x, 2), over, padding);
    return builder.conv(x, by, { strides: over.strides, dilations: over.dilations, pads }, added);
  };
  const stateWindow = { kernel: window.kernel, strides: steps, dilations: steps };
  return {
    states: 2,
    spatial: window.kernel.length,
    stacked: false,
    step: (input, [h = '', c = '']) => {
      const fromState = convolved(h, stateKernel, stateWindow, 'same');
      const sum = builder.add(convolved(input, kernel, window, undefined, bias), fromState);
      const part = (place: number): string =>
        builder.slice(sum, { starts: [place * filters], ends: [(place + 1) * filters], axes: [1] });
      return longShortTerm(scope, part, c);
    },
    // A convolution with a kernel of zeros has the batch and the size of the states.
    zeroStates: (input) => {
      const nothing = scope.constant('zeros', () => zeros([filters, channels, ...window.kernel]));
      const state = convolved(input, nothing, window);
      return [state, state];
    },
  };
}
