/** Operators that fold an axis, or pick along one. */
import { alongAxisRows, reduction } from '../../rows/along-axis.ts';
import { reductionShapes } from '../../shapes/reduction.ts';
import type { ShapeRule } from '../../shapes/application.ts';
import type { Definition, Definitions } from '../definition.ts';

/** Axes are input 1; none of them means all, unless that is said to mean nothing. */
const reductionBy = (types: ShapeRule): Definition => ({
  since: 7,
  inputs: [1, 2],
  attributes: { keepdims: 1, noop_with_empty_axes: 0 },
  types,
  rows: reduction,
});

export const reductionDefinitions = {
  ArgMax: {
    since: 7,
    inputs: [1, 1],
    attributes: { axis: 0, keepdims: 1, select_last_index: 0 },
    types: reductionShapes.ArgMax,
    rows: alongAxisRows.ArgMax,
  },
  ArgMin: {
    since: 7,
    inputs: [1, 1],
    attributes: { axis: 0, keepdims: 1, select_last_index: 0 },
    types: reductionShapes.ArgMin,
    rows: alongAxisRows.ArgMin,
  },
  CumSum: {
    since: 11,
    inputs: [2, 2],
    attributes: { exclusive: 0, reverse: 0 },
    types: reductionShapes.CumSum,
    rows: alongAxisRows.CumSum,
  },
  ReduceL1: reductionBy(reductionShapes.ReduceL1),
  ReduceL2: reductionBy(reductionShapes.ReduceL2),
  ReduceLogSum: reductionBy(reductionShapes.ReduceLogSum),
  ReduceLogSumExp: reductionBy(reductionShapes.ReduceLogSumExp),
  ReduceMax: reductionBy(reductionShapes.ReduceMax),
  ReduceMean: reductionBy(reductionShapes.ReduceMean),
  ReduceMin: reductionBy(reductionShapes.ReduceMin),
  ReduceProd: reductionBy(reductionShapes.ReduceProd),
  ReduceSum: reductionBy(reductionShapes.ReduceSum),
  ReduceSumSquare: reductionBy(reductionShapes.ReduceSumSquare),
  TopK: {
    since: 7,
    inputs: [2, 2],
    attributes: { axis: -1, largest: 1, sorted: 1 },
    types: reductionShapes.TopK,
    rows: alongAxisRows.TopK,
  },
} satisfies Definitions;
