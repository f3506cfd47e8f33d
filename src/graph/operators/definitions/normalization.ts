/** Normalizations, and dropout. */
import { alongAxisRows } from '../../rows/along-axis.ts';
import { dropout } from '../../rows/chance.ts';
import { sampleRows } from '../../rows/samples.ts';
import { normalizationShapes } from '../../shapes/normalization.ts';
import { normalizationExpansions } from '../expansions/normalization.ts';
import { isOfEvenSize } from '../forms.ts';
import type { Definitions } from '../definition.ts';

export const normalizationDefinitions = {
  BatchNormalization: {
    since: 7,
    inputs: [5, 5],
    attributes: { epsilon: 1e-5, momentum: 0.9, training_mode: 0 },
    types: normalizationShapes.BatchNormalization,
    rows: sampleRows.BatchNormalization,
  },
  Dropout: { since: 7, inputs: [1, 3], types: normalizationShapes.Dropout, rows: dropout },
  GroupNormalization: {
    since: 18,
    inputs: [3, 3],
    attributes: { epsilon: 1e-5 },
    expansion: normalizationExpansions.GroupNormalization,
  },
  InstanceNormalization: {
    since: 7,
    inputs: [3, 3],
    attributes: { epsilon: 1e-5 },
    types: normalizationShapes.InstanceNormalization,
    rows: sampleRows.InstanceNormalization,
  },
  LRN: {
    since: 7,
    inputs: [1, 1],
    attributes: { alpha: 0.0001, beta: 0.75, bias: 1 },
    types: normalizationShapes.LRN,
    expansion: normalizationExpansions.LRN,
    unheld: isOfEvenSize,
    rows: sampleRows.LRN,
  },
  LayerNormalization: {
    since: 17,
    inputs: [2, 3],
    attributes: { axis: -1, epsilon: 1e-5, stash_type: 1 },
    types: normalizationShapes.LayerNormalization,
    rows: alongAxisRows.LayerNormalization,
  },
  LpNormalization: {
    since: 7,
    inputs: [1, 1],
    attributes: { axis: -1, p: 2 },
    expansion: normalizationExpansions.LpNormalization,
  },
  MeanVarianceNormalization: {
    since: 9,
    inputs: [1, 1],
    attributes: { axes: [0, 2, 3] },
    expansion: normalizationExpansions.MeanVarianceNormalization,
  },
  RMSNormalization: {
    since: 23,
    inputs: [2, 2],
    attributes: { axis: -1, epsilon: 1e-5, stash_type: 1 },
    expansion: normalizationExpansions.RMSNormalization,
  },
} satisfies Definitions;
