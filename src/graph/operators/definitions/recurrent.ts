/** Recurrent layers. */
import { sampleRows } from '../../rows/samples.ts';
import { recurrentShapes } from '../../shapes/recurrent.ts';
import { recurrentExpansions } from '../expansions/recurrent.ts';
import { isBatchFirst } from '../forms.ts';
import type { Definitions } from '../definition.ts';

export const recurrentDefinitions = {
  GRU: {
    since: 7,
    inputs: [3, 6],
    attributes: { direction: 'forward', layout: 0, linear_before_reset: 0 },
    types: recurrentShapes.GRU,
    expansion: recurrentExpansions.GRU,
    unheld: isBatchFirst,
    rows: sampleRows.GRU,
  },
  LSTM: {
    since: 7,
    inputs: [3, 8],
    attributes: { direction: 'forward', input_forget: 0, layout: 0 },
    types: recurrentShapes.LSTM,
    expansion: recurrentExpansions.LSTM,
    unheld: isBatchFirst,
    rows: sampleRows.LSTM,
  },
  RNN: {
    since: 7,
    inputs: [3, 6],
    attributes: { activations: ['Tanh', 'Tanh'], direction: 'forward', layout: 0 },
    types: recurrentShapes.RNN,
    expansion: recurrentExpansions.RNN,
    unheld: isBatchFirst,
    rows: sampleRows.RNN,
  },
} satisfies Definitions;
