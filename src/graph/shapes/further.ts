/** Shapes of operators that stand beside a network's path, or that graphs are run with and not differentiated by. */
import { attribute } from '../attributes.ts';
import { dataTypeOf } from '../data-types.ts';
import type { DataType, Dimension, ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { FLOATS } from './type-groups.ts';
import { shapeText } from './dimensions.ts';

/** Ones on a diagonal: of the input's shape, and of its type where no other is asked for. */
function eyeLike(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  if (dims.length !== 2) site.fail(`the input is ${shapeText(dims)}, expected a matrix`);
  const code = attribute(site.node, 'dtype', 'int');
  const dataType: DataType =
    code === undefined
      ? site.dataType(0)
      : (dataTypeOf(code) ?? site.fail(`its type ${String(code)} is unknown`));
  return [{ dataType, dims }];
}

/** What a condition keeps along an axis, or of all elements in a row; how many there are only a run can tell. */
function compress(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, ['bool']);
  const dims = site.dims(0);
  const given = attribute(site.node, 'axis', 'int');
  const axis = given === undefined ? 0 : site.axis(given, dims.length);
  const kept: readonly Dimension[] =
    given === undefined ? [site.unknown(0)] : dims.with(axis, site.unknown(axis));
  return [{ dataType: site.dataType(0), dims: kept }];
}

/** The values that differ, and for each where it is first, for each element which it is, and how often each is there. */
function unique(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  const given = attribute(site.node, 'axis', 'int');
  const count = site.unknown(0);
  const values = given === undefined ? [count] : dims.with(site.axis(given, dims.length), count);
  const list: ValueType = { dataType: 'int64', dims: [count] };
  const inverse: ValueType = { dataType: 'int64', dims: [site.unknown(1)] };
  return [{ dataType: site.dataType(0), dims: values }, list, inverse, list];
}

/** One number for each matrix of a stack. */
function determinant(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  if (dims.length < 2) site.fail(`the input is ${shapeText(dims)}, expected matrices`);
  return [{ dataType: site.dataTypeAmong(0, FLOATS), dims: dims.slice(0, -2) }];
}

/** One picture for each region. */
function regions(site: Application, sizes: readonly number[]): readonly ValueType[] {
  return [
    {
      dataType: site.dataTypeAmong(0, FLOATS),
      dims: [site.dim(1, 0), site.dim(0, 1), ...sizes],
    },
  ];
}

function maxRegions(site: Application): readonly ValueType[] {
  return regions(site, site.ints('pooled_shape') ?? site.fail('it has no pooled_shape'));
}

function alignedRegions(site: Application): readonly ValueType[] {
  return regions(site, [site.int('output_height'), site.int('output_width')]);
}

export const furtherShapes = {
  EyeLike: eyeLike,
  Compress: compress,
  Unique: unique,
  Det: determinant,
  ReverseSequence: (site) => [{ dataType: site.dataType(0), dims: site.dims(0) }],
  MaxRoiPool: maxRegions,
  RoiAlign: alignedRegions,
  NonMaxSuppression: (site) => [{ dataType: 'int64', dims: [site.unknown(0), 3] }],
} satisfies ShapeRules;
