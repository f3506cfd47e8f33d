/** Operators that move elements without computing. */
import { alongAxisRows } from '../../rows/along-axis.ts';
import { elementwise } from '../../rows/joining.ts';
import { movementRows } from '../../rows/movement.ts';
import { furtherShapes } from '../../shapes/further.ts';
import { movementShapes } from '../../shapes/movement.ts';
import { movementExpansions } from '../expansions/movement.ts';
import { isWrapped } from '../forms.ts';
import type { Definitions } from '../definition.ts';

export const movementDefinitions = {
  CenterCropPad: { since: 18, inputs: [2, 2], expansion: movementExpansions.CenterCropPad },
  Concat: { since: 7, inputs: [1, Infinity], types: movementShapes.Concat, rows: movementRows.Concat },
  Expand: { since: 8, inputs: [2, 2], types: movementShapes.Expand, rows: movementRows.Expand },
  Flatten: {
    since: 7,
    inputs: [1, 1],
    attributes: { axis: 1 },
    types: movementShapes.Flatten,
    rows: movementRows.Flatten,
  },
  Identity: { since: 7, inputs: [1, 1], types: movementShapes.Identity, rows: elementwise },
  Pad: {
    since: 7,
    inputs: [2, 4],
    attributes: { mode: 'constant' },
    types: movementShapes.Pad,
    expansion: movementExpansions.Pad,
    unheld: isWrapped,
    rows: movementRows.Pad,
  },
  Reshape: {
    since: 7,
    inputs: [2, 2],
    attributes: { allowzero: 0 },
    types: movementShapes.Reshape,
    rows: movementRows.Reshape,
  },
  ReverseSequence: {
    since: 10,
    inputs: [2, 2],
    attributes: { batch_axis: 1, time_axis: 0 },
    types: furtherShapes.ReverseSequence,
    expansion: movementExpansions.ReverseSequence,
  },
  Slice: { since: 7, inputs: [3, 5], types: movementShapes.Slice, rows: movementRows.Slice },
  Split: {
    since: 7,
    inputs: [1, 2],
    attributes: { axis: 0 },
    types: movementShapes.Split,
    rows: movementRows.Split,
  },
  Squeeze: { since: 7, inputs: [1, 2], types: movementShapes.Squeeze, rows: movementRows.Squeeze },
  Tile: { since: 7, inputs: [2, 2], types: movementShapes.Tile, rows: movementRows.Tile },
  Transpose: { since: 7, inputs: [1, 1], types: movementShapes.Transpose, rows: movementRows.Transpose },
  Trilu: {
    since: 14,
    inputs: [1, 2],
    attributes: { upper: 1 },
    types: movementShapes.Trilu,
    rows: alongAxisRows.Trilu,
  },
  Unsqueeze: { since: 7, inputs: [2, 2], types: movementShapes.Unsqueeze, rows: movementRows.Unsqueeze },
} satisfies Definitions;
