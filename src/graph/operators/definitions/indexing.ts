/** Operators that take or put elements at given places. */
import { indexingRows } from '../../rows/indexing.ts';
import { furtherShapes } from '../../shapes/further.ts';
import { indexingShapes } from '../../shapes/indexing.ts';
import { indexingExpansions } from '../expansions/indexing.ts';
import type { Definitions } from '../definition.ts';

export const indexingDefinitions = {
  Compress: { since: 9, inputs: [2, 2], types: furtherShapes.Compress },
  Gather: {
    since: 7,
    inputs: [2, 2],
    attributes: { axis: 0 },
    types: indexingShapes.Gather,
    rows: indexingRows.Gather,
  },
  GatherElements: {
    since: 11,
    inputs: [2, 2],
    attributes: { axis: 0 },
    types: indexingShapes.GatherElements,
    rows: indexingRows.GatherElements,
  },
  GatherND: {
    since: 11,
    inputs: [2, 2],
    attributes: { batch_dims: 0 },
    types: indexingShapes.GatherND,
    rows: indexingRows.GatherND,
  },
  NonZero: { since: 9, inputs: [1, 1], types: indexingShapes.NonZero },
  OneHot: {
    since: 9,
    inputs: [3, 3],
    attributes: { axis: -1 },
    types: indexingShapes.OneHot,
    rows: indexingRows.OneHot,
  },
  Scatter: { since: 9, until: 11, inputs: [3, 3], attributes: { axis: 0 } },
  ScatterElements: {
    since: 11,
    inputs: [3, 3],
    attributes: { axis: 0, reduction: 'none' },
    types: indexingShapes.ScatterElements,
    rows: indexingRows.ScatterElements,
  },
  ScatterND: {
    since: 11,
    inputs: [3, 3],
    attributes: { reduction: 'none' },
    types: indexingShapes.ScatterND,
    rows: indexingRows.ScatterND,
  },
  TensorScatter: {
    since: 24,
    inputs: [2, 3],
    attributes: { axis: -2, mode: 'linear' },
    expansion: indexingExpansions.TensorScatter,
  },
  Unique: { since: 11, inputs: [1, 1], attributes: { sorted: 1 }, types: furtherShapes.Unique },
} satisfies Definitions;
