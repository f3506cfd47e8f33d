/** Operators that read pictures at other places than their pixels. */
import { sampleRows } from '../../rows/samples.ts';
import { furtherShapes } from '../../shapes/further.ts';
import { poolingShapes } from '../../shapes/pooling.ts';
import { samplingShapes } from '../../shapes/sampling.ts';
import { samplingExpansions } from '../expansions/sampling.ts';
import type { Definitions } from '../definition.ts';

export const samplingDefinitions = {
  AffineGrid: {
    since: 20,
    inputs: [2, 2],
    attributes: { align_corners: 0 },
    expansion: samplingExpansions.AffineGrid,
  },
  Col2Im: {
    since: 18,
    inputs: [3, 3],
    types: samplingShapes.Col2Im,
    expansion: samplingExpansions.Col2Im,
    rows: sampleRows.Col2Im,
  },
  DeformConv: { since: 19, inputs: [3, 5], attributes: { group: 1, offset_group: 1 } },
  GridSample: {
    since: 16,
    inputs: [2, 2],
    attributes: { align_corners: 0, mode: 'bilinear', padding_mode: 'zeros' },
    types: samplingShapes.GridSample,
    expansion: samplingExpansions.GridSample,
    rows: sampleRows.GridSample,
  },
  MaxRoiPool: { since: 7, inputs: [2, 2], attributes: { spatial_scale: 1 }, types: furtherShapes.MaxRoiPool },
  NonMaxSuppression: {
    since: 10,
    inputs: [2, 5],
    attributes: { center_point_box: 0 },
    types: furtherShapes.NonMaxSuppression,
  },
  Resize: {
    since: 10,
    inputs: [1, 4],
    attributes: {
      antialias: 0,
      coordinate_transformation_mode: 'half_pixel',
      cubic_coeff_a: -0.75,
      exclude_outside: 0,
      extrapolation_value: 0,
      keep_aspect_ratio_policy: 'stretch',
      mode: 'nearest',
      nearest_mode: 'round_prefer_floor',
    },
    types: poolingShapes.Resize,
    expansion: samplingExpansions.Resize,
    rows: sampleRows.Resize,
  },
  RoiAlign: {
    since: 10,
    inputs: [3, 3],
    attributes: {
      coordinate_transformation_mode: 'half_pixel',
      mode: 'avg',
      output_height: 1,
      output_width: 1,
      sampling_ratio: 0,
      spatial_scale: 1,
    },
    types: furtherShapes.RoiAlign,
  },
  Upsample: { since: 7, until: 10, inputs: [2, 2], attributes: { mode: 'nearest' } },
} satisfies Definitions;
