/** Comparisons, logic, and the choice between two values. */
import { elementwise } from '../../rows/joining.ts';
import { logicShapes } from '../../shapes/logic.ts';
import type { Definitions } from '../definition.ts';

export const logicDefinitions = {
  And: { since: 7, inputs: [2, 2], types: logicShapes.And, rows: elementwise },
  Equal: { since: 7, inputs: [2, 2], types: logicShapes.Equal, rows: elementwise },
  Greater: { since: 7, inputs: [2, 2], types: logicShapes.Greater, rows: elementwise },
  GreaterOrEqual: { since: 12, inputs: [2, 2], types: logicShapes.GreaterOrEqual, rows: elementwise },
  IsInf: {
    since: 10,
    inputs: [1, 1],
    attributes: { detect_negative: 1, detect_positive: 1 },
    types: logicShapes.IsInf,
    rows: elementwise,
  },
  IsNaN: { since: 9, inputs: [1, 1], types: logicShapes.IsNaN, rows: elementwise },
  Less: { since: 7, inputs: [2, 2], types: logicShapes.Less, rows: elementwise },
  LessOrEqual: { since: 12, inputs: [2, 2], types: logicShapes.LessOrEqual, rows: elementwise },
  Not: { since: 7, inputs: [1, 1], types: logicShapes.Not, rows: elementwise },
  Or: { since: 7, inputs: [2, 2], types: logicShapes.Or, rows: elementwise },
  Where: { since: 9, inputs: [3, 3], types: logicShapes.Where, rows: elementwise },
  Xor: { since: 7, inputs: [2, 2], types: logicShapes.Xor, rows: elementwise },
} satisfies Definitions;
