/** Shapes of comparisons, of logic, and of the choice between two values. */
import type { DataType } from '../types.ts';
import { FLOATS, NUMBERS, type ShapeRule, type ShapeRules } from './application.ts';
import { broadcastInputs } from './broadcast.ts';

function comparison(allowed: readonly DataType[]): ShapeRule {
  return {
    inputs: [2, 2],
    types: (site) => {
      site.commonDataType([0, 1], allowed);
      return [{ dataType: 'bool', dims: broadcastInputs(site, [0, 1]) }];
    },
  };
}

function test(allowed: readonly DataType[]): ShapeRule {
  return {
    inputs: [1, 1],
    types: (site) => {
      site.dataTypeAmong(0, allowed);
      return [{ dataType: 'bool', dims: site.dims(0) }];
    },
  };
}

export const logicShapes: ShapeRules = {
  Equal: comparison([...NUMBERS, 'bool']),
  Greater: comparison(NUMBERS),
  GreaterOrEqual: comparison(NUMBERS),
  Less: comparison(NUMBERS),
  LessOrEqual: comparison(NUMBERS),
  And: comparison(['bool']),
  Or: comparison(['bool']),
  Xor: comparison(['bool']),
  Not: test(['bool']),
  IsNaN: test(FLOATS),
  IsInf: test(FLOATS),
  Where: {
    inputs: [3, 3],
    types: (site) => {
      site.dataTypeAmong(0, ['bool']);
      return [{ dataType: site.commonDataType([1, 2]), dims: broadcastInputs(site, [0, 1, 2]) }];
    },
  },
};
