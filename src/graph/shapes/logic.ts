/** Shapes of comparisons, of logic, and of the choice between two values. */
import type { DataType } from '../types.ts';
import type { ShapeRule, ShapeRules } from './application.ts';
import { FLOATS, NUMBERS } from './type-groups.ts';
import { broadcastInputs } from './broadcast.ts';

function comparison(allowed: readonly DataType[]): ShapeRule {
  return (site) => {
    site.commonDataType([0, 1], allowed);
    return [{ dataType: 'bool', dims: broadcastInputs(site, [0, 1]) }];
  };
}

function test(allowed: readonly DataType[]): ShapeRule {
  return (site) => {
    site.dataTypeAmong(0, allowed);
    return [{ dataType: 'bool', dims: site.dims(0) }];
  };
}

export const logicShapes = {
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
  Where: (site) => {
    site.dataTypeAmong(0, ['bool']);
    return [{ dataType: site.commonDataType([1, 2]), dims: broadcastInputs(site, [0, 1, 2]) }];
  },
} satisfies ShapeRules;
