/** Operators whose derivative is 0 wherever it exists: steps, comparisons, logic, indices and shapes. */
import type { RuleTable } from '../backward.ts';

export const zero: RuleTable = {
  Sign: 'zero',
  Floor: 'zero',
  Ceil: 'zero',
  Round: 'zero',
  Equal: 'zero',
  Greater: 'zero',
  GreaterOrEqual: 'zero',
  Less: 'zero',
  LessOrEqual: 'zero',
  IsInf: 'zero',
  IsNaN: 'zero',
  Not: 'zero',
  And: 'zero',
  Or: 'zero',
  Xor: 'zero',
  ArgMax: 'zero',
  ArgMin: 'zero',
  NonZero: 'zero',
  Shape: 'zero',
  Size: 'zero',
  Constant: 'zero',
  ConstantOfShape: 'zero',
  EyeLike: 'zero',
};
