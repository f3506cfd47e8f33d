/** Shapes of operators that make values: constants, ranges, and what is read off a shape. */
import { attribute } from '../attributes.ts';
import { numbersOf } from '../tensor.ts';
import type { ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { ceilDivide, larger, subtract } from './dimensions.ts';

/** The tensor a Constant node holds, in whichever attribute; readers bring them all to `value`. */
function constant(site: Application): readonly ValueType[] {
  const held = attribute(site.node, 'value', 'tensor') ?? site.fail('it has no attribute value');
  return [{ dataType: held.dataType, dims: held.dims }];
}

/** The attribute value holds the one element; float32 zero without it. */
function constantOfShape(site: Application): readonly ValueType[] {
  site.dataTypeAmong(0, ['int64']);
  const dataType = attribute(site.node, 'value', 'tensor')?.dataType ?? 'float32';
  const elements = site.elements(0);
  if (elements !== undefined) {
    site.assertSizes(elements);
    return [{ dataType, dims: elements }];
  }
  const rank = site.dim(0, 0);
  if (typeof rank !== 'number') site.fail('the length of its shape is not known');
  return [{ dataType, dims: site.unknownDims(rank) }];
}

/** The part of the shape that the attributes start and end of Shape ask for. */
export function shapePart(site: Application): readonly [number, number] {
  const rank = site.dims(0).length;
  const placed = (at: number): number => Math.min(Math.max(at < 0 ? at + rank : at, 0), rank);
  return [placed(site.int('start')), placed(attribute(site.node, 'end', 'int') ?? rank)];
}

function shape(site: Application): readonly ValueType[] {
  const [start, end] = shapePart(site);
  return [{ dataType: 'int64', dims: [Math.max(end - start, 0)] }];
}

/** ⌈(limit − start) / step⌉ elements. */
function range(site: Application): readonly ValueType[] {
  const dataType = site.commonDataType([0, 1, 2], ['float32', 'float64', 'int16', 'int32', 'int64']);
  const values = [0, 1, 2].map((index) => {
    const held = site.constant(index);
    return site.elements(index)?.[0] ?? (held === undefined ? undefined : numbersOf(held)[0]);
  });
  const [start, limit, step] = values;
  if (start === undefined || limit === undefined || typeof step !== 'number') {
    return [{ dataType, dims: [site.unknown(0)] }];
  }
  if (step === 0) site.fail('its step is 0');
  if (typeof start === 'number' && typeof limit === 'number') {
    return [{ dataType, dims: [Math.max(Math.ceil((limit - start) / step), 0)] }];
  }
  const length = step > 0 ? subtract(limit, start) : subtract(start, limit);
  return [{ dataType, dims: [larger(ceilDivide(length, Math.abs(step)), 0)] }];
}

export const generationShapes = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shape,
  Size: () => [{ dataType: 'int64', dims: [] }],
  Range: range,
} satisfies ShapeRules;
