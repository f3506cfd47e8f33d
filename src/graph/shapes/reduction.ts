/** Shapes of operators that fold axes into one number each, or pick along an axis. */
import type { DataType, ValueType } from '../types.ts';
import type { Application, ShapeRule, ShapeRules } from './application.ts';
import { FLOATS, NUMBERS } from './type-groups.ts';
import { sizeText } from './dimensions.ts';

/** The axes are input 1; none mean all of them, or none of them where noop_with_empty_axes is set. */
function reduce(site: Application, allowed: readonly DataType[]): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, allowed);
  const dims = site.dims(0);
  const keep = site.int('keepdims') !== 0;
  const given = site.has(1) ? site.integers(1) : [];
  if (given === undefined) {
    const count = site.dim(1, 0);
    if (!keep && typeof count !== 'number') site.fail('its axes are not known, expected a constant');
    const rank = keep || typeof count !== 'number' ? dims.length : dims.length - count;
    return [{ dataType, dims: site.unknownDims(rank) }];
  }
  if (given.length === 0 && site.int('noop_with_empty_axes') !== 0) return [{ dataType, dims }];
  const axes = given.length === 0 ? dims.map((_, axis) => axis) : site.axes(given, dims.length);
  return [
    {
      dataType,
      dims: keep
        ? dims.map((size, axis) => (axes.includes(axis) ? 1 : size))
        : dims.filter((_, axis) => !axes.includes(axis)),
    },
  ];
}

function reduction(allowed: readonly DataType[]): ShapeRule {
  return (site) => reduce(site, allowed);
}

function argument(site: Application): readonly ValueType[] {
  site.dataTypeAmong(0, NUMBERS);
  const dims = site.dims(0);
  const chosen = site.axis(site.int('axis'), dims.length);
  const keep = site.int('keepdims') !== 0;
  return [
    {
      dataType: 'int64',
      dims: keep
        ? dims.map((size, axis) => (axis === chosen ? 1 : size))
        : dims.filter((_, axis) => axis !== chosen),
    },
  ];
}

function topK(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, NUMBERS);
  site.dataTypeAmong(1, ['int64']);
  const chosen = site.axis(site.int('axis'), site.dims(0).length);
  const count = site.elements(1)?.[0] ?? site.unknown(chosen);
  const size = site.dim(0, chosen);
  if (typeof count === 'number' && (count < 0 || (typeof size === 'number' && count > size))) {
    site.fail(`k is ${String(count)}, expected 0 to ${sizeText(size)}, the size of axis ${String(chosen)}`);
  }
  const dims = site.dims(0).map((other, axis) => (axis === chosen ? count : other));
  return [
    { dataType, dims },
    { dataType: 'int64', dims },
  ];
}

function cumulativeSum(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, [...FLOATS, 'int32', 'int64', 'uint32', 'uint64']);
  const axis = site.integers(1)?.[0];
  if (axis !== undefined) site.axis(axis, site.dims(0).length);
  return [{ dataType, dims: site.dims(0) }];
}

const sums = reduction([...FLOATS, 'int32', 'int64', 'uint32', 'uint64']);
const extremes = reduction([...FLOATS, 'int8', 'uint8', 'int32', 'int64', 'uint32', 'uint64']);

export const reductionShapes = {
  ReduceMean: sums,
  ReduceSum: sums,
  ReduceSumSquare: sums,
  ReduceProd: sums,
  ReduceL1: sums,
  ReduceL2: sums,
  ReduceLogSum: sums,
  ReduceLogSumExp: sums,
  ReduceMax: extremes,
  ReduceMin: extremes,
  ArgMax: argument,
  ArgMin: argument,
  TopK: topK,
  CumSum: cumulativeSum,
} satisfies ShapeRules;
