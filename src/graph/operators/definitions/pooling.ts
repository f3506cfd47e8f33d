/** Pools, and blocks of pixels that become channels. */
import { sampleRows } from '../../rows/samples.ts';
import { poolingShapes } from '../../shapes/pooling.ts';
import { poolingExpansions } from '../expansions/pooling.ts';
import { isDilated } from '../forms.ts';
import type { Definitions } from '../definition.ts';

export const poolingDefinitions = {
  AveragePool: {
    since: 7,
    inputs: [1, 1],
    attributes: { auto_pad: 'NOTSET', ceil_mode: 0, count_include_pad: 0 },
    types: poolingShapes.AveragePool,
    expansion: poolingExpansions.AveragePool,
    unheld: isDilated,
    rows: sampleRows.AveragePool,
  },
  DepthToSpace: {
    since: 7,
    inputs: [1, 1],
    attributes: { mode: 'DCR' },
    types: poolingShapes.DepthToSpace,
    rows: sampleRows.DepthToSpace,
  },
  GlobalAveragePool: {
    since: 7,
    inputs: [1, 1],
    types: poolingShapes.GlobalAveragePool,
    rows: sampleRows.GlobalAveragePool,
  },
  GlobalLpPool: { since: 7, inputs: [1, 1], attributes: { p: 2 }, expansion: poolingExpansions.GlobalLpPool },
  GlobalMaxPool: {
    since: 7,
    inputs: [1, 1],
    types: poolingShapes.GlobalMaxPool,
    rows: sampleRows.GlobalMaxPool,
  },
  LpPool: {
    since: 7,
    inputs: [1, 1],
    attributes: { auto_pad: 'NOTSET', ceil_mode: 0, p: 2 },
    expansion: poolingExpansions.LpPool,
  },
  MaxPool: {
    since: 7,
    inputs: [1, 1],
    attributes: { auto_pad: 'NOTSET', ceil_mode: 0, storage_order: 0 },
    types: poolingShapes.MaxPool,
    rows: sampleRows.MaxPool,
  },
  MaxUnpool: { since: 9, inputs: [2, 3], types: poolingShapes.MaxUnpool, rows: sampleRows.MaxUnpool },
  SpaceToDepth: {
    since: 7,
    inputs: [1, 1],
    types: poolingShapes.SpaceToDepth,
    rows: sampleRows.SpaceToDepth,
  },
} satisfies Definitions;
