/** Shapes of operators that take or put elements at given places. */
import type { Dimension, ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { INDICES } from './type-groups.ts';
import { neverSame, shapeText } from './dimensions.ts';

function gather(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, INDICES);
  const dims = site.dims(0);
  const axis = site.axis(site.int('axis'), dims.length);
  return [
    { dataType: site.dataType(0), dims: [...dims.slice(0, axis), ...site.dims(1), ...dims.slice(axis + 1)] },
  ];
}

function gatherElements(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, INDICES);
  assertSameRank(site);
  site.axis(site.int('axis'), site.dims(0).length);
  return [{ dataType: site.dataType(0), dims: site.dims(1) }];
}

function assertSameRank(site: Application): void {
  const [dims, indices] = [site.dims(0), site.dims(1)];
  if (dims.length !== indices.length) {
    site.fail(`the indices are ${shapeText(indices)}, expected as many axes as ${shapeText(dims)}`);
  }
}

function scatterElements(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, INDICES);
  assertSameRank(site);
  site.axis(site.int('axis'), site.dims(0).length);
  const dataType = site.commonDataType([0, 2]);
  assertUpdates(site, site.dims(1));
  return [{ dataType, dims: site.dims(0) }];
}

function assertUpdates(site: Application, expected: readonly Dimension[]): void {
  const updates = site.dims(2);
  const differs = updates.some((size, axis) => neverSame(size, expected[axis] ?? 0));
  if (updates.length !== expected.length || differs) {
    site.fail(`the updates are ${shapeText(updates)}, expected ${shapeText(expected)}`);
  }
}

/** The length of the index tuples of GatherND and ScatterND: the last size of the indices. */
function tupleLength(site: Application, rank: number): number {
  const indices = site.dims(1);
  const length = indices.at(-1);
  if (typeof length !== 'number' || length > rank) {
    site.fail(`the indices are ${shapeText(indices)}, expected a last size of at most ${String(rank)}`);
  }
  return length;
}

function gatherTuples(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, ['int64']);
  const batch = site.int('batch_dims');
  const dims = site.dims(0);
  const length = tupleLength(site, dims.length - batch);
  return [
    { dataType: site.dataType(0), dims: [...site.dims(1).slice(0, -1), ...dims.slice(batch + length)] },
  ];
}

function scatterTuples(site: Application): readonly ValueType[] {
  site.dataTypeAmong(1, ['int64']);
  const dataType = site.commonDataType([0, 2]);
  const dims = site.dims(0);
  assertUpdates(site, [...site.dims(1).slice(0, -1), ...dims.slice(tupleLength(site, dims.length))]);
  return [{ dataType, dims }];
}

function oneHot(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  const axis = site.axis(site.int('axis'), dims.length + 1);
  const held = site.constant(1);
  const depth = site.elements(1)?.[0] ?? (held === undefined ? site.unknown(axis) : Number(held.data[0]));
  return [{ dataType: site.dataType(2), dims: dims.toSpliced(axis, 0, depth) }];
}

/** The places of what is not 0: a column each, and how many there are only a run can tell. */
function nonZero(site: Application): readonly ValueType[] {
  return [{ dataType: 'int64', dims: [site.dims(0).length, site.unknown(1)] }];
}

export const indexingShapes = {
  NonZero: nonZero,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherTuples,
  ScatterElements: scatterElements,
  ScatterND: scatterTuples,
  OneHot: oneHot,
} satisfies ShapeRules;
