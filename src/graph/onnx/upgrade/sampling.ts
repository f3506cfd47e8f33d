/** Operators that read a picture at other places than its pixels: Upsample, Resize, RoiAlign, GridSample; Scatter. */
import { attribute, text } from '../../attributes.ts';
import { float32, numbersOf } from '../../tensor.ts';
import type { Node, Tensor } from '../../types.ts';
import { refuse, withInputs, without } from './context.ts';
import type { Rewrite, Rewrites } from './context.ts';

const withText = (node: Node, name: string, value: string): Node => ({
  ...node,
  attributes: { ...node.attributes, [name]: text(value) },
});

/** Upsample (opset 9): the scales are an input. */
const upsampleScales: Rewrite = (node, context) => {
  const scales = attribute(node, 'scales', 'floats');
  if (scales === undefined) return refuse(node, 'the attribute scales is missing');
  const input = context.addConstant(`${node.name}_scales`, float32([scales.length], scales));
  return without({ ...node, inputs: [...node.inputs.slice(0, 1), input] }, 'scales');
};

/** Upsample (gone in opset 10): Resize, which took the same inputs then. */
const upsampleToResize: Rewrite = (node) => ({ ...node, operator: 'Resize' });

/**
 * Resize (opset 11): where to read is told by attributes. Before, it was at the output's place divided by the scale;
 * the nearest pixel was the one below, except that an axis made smaller took the one above, as the reference
 * runtime reads it.
 */
const resizePlaces: Rewrite = (node, context) => {
  const [x = '', scales = ''] = node.inputs;
  const placed = withText(
    { ...node, inputs: [x, '', scales] },
    'coordinate_transformation_mode',
    'asymmetric',
  );
  if ((attribute(node, 'mode', 'string') ?? 'nearest') !== 'nearest') return placed;
  return withText(placed, 'nearest_mode', nearestMode(node, context.constant(scales)));
};

function nearestMode(node: Node, scales: Tensor | undefined): string {
  const factors = scales === undefined ? [] : numbersOf(scales);
  if (!factors.some((factor) => factor < 1)) return 'floor';
  // One mode serves all axes; those of scale 1 read whole places, where the two agree.
  if (factors.some((factor) => factor > 1)) {
    refuse(
      node,
      'makes one axis larger and another smaller, which later opsets cannot say: export for opset 11 or later',
    );
  }
  return 'ceil';
}

/** Resize (opset 13): of scales and sizes the one not meant is left out; before, the scales were an empty tensor. */
const resizeScales: Rewrite = (node, context) => {
  const [x = '', roi = '', scales = '', sizes = ''] = node.inputs;
  const isEmpty = (value: string): boolean => context.constant(value)?.data.length === 0;
  return withInputs(node, [x, isEmpty(roi) ? '' : roi, sizes === '' ? scales : '', sizes]);
};

/**
 * Resize (opset 19) brought coordinates that keep the centre of the picture where the scaled size is not whole; where
 * the sizes are given, or the scales are whole, they are those of half_pixel.
 */
const resizeSymmetric: Rewrite = (node, context) => {
  if (attribute(node, 'coordinate_transformation_mode', 'string') !== 'half_pixel_symmetric') return node;
  const scales = context.constant(node.inputs[2] ?? '');
  const whole = scales !== undefined && numbersOf(scales).every((scale) => Number.isInteger(scale));
  if ((node.inputs[3] ?? '') === '' && !whole) {
    return refuse(
      node,
      'the coordinates half_pixel_symmetric are of opset 19 and later: export the model for opset 18',
    );
  }
  return withText(node, 'coordinate_transformation_mode', 'half_pixel');
};

/** RoiAlign (opset 16): its default changed. */
const roiAlignDefault: Rewrite = (node) =>
  withText(node, 'coordinate_transformation_mode', 'output_half_pixel');

const gridModes: ReadonlyMap<string, string> = new Map([
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
  ['nearest', 'nearest'],
]);

/** GridSample (opset 20): other names for the modes, and volumes. */
const gridSample: Rewrite = (node, context) => {
  const written = attribute(node, 'mode', 'string') ?? 'linear';
  const mode = gridModes.get(written);
  if (mode === undefined) return refuse(node, `the mode ${written} is unknown`);
  const rank = context.type(node.inputs[0] ?? '')?.dims.length ?? 4;
  if (rank !== 4) refuse(node, `an input of ${String(rank)} axes is of opset 20 and later, opset 18 takes 4`);
  return withText(node, 'mode', mode);
};

/** Scatter (renamed in opset 11). */
const scatter: Rewrite = (node) => ({ ...node, operator: 'ScatterElements' });

export const samplingUpgrades: Readonly<Record<number, Rewrites>> = {
  9: { Upsample: upsampleScales },
  10: { Upsample: upsampleToResize },
  11: { Resize: resizePlaces, Scatter: scatter },
  13: { Resize: resizeScales },
  16: { RoiAlign: roiAlignDefault },
};

export const samplingDowngrades: Readonly<Record<number, Rewrites>> = {
  19: { Resize: resizeSymmetric },
  20: { GridSample: gridSample },
};
