/** Cases of operators that work element by element. */
import { float, int } from '../../../src/graph/attributes.ts';
import { tensor } from '../../../src/graph/tensor.ts';
import { bools, caseList, integers, normal, positive, values, type OperatorCase } from './case.ts';

const { cases, add } = caseList();

const edges = [-3, -1.5, -0.5, -0, 0, 0.5, 1, 1.5, 2.5, 7];
for (const operator of [
  'Abs',
  'Neg',
  'Sign',
  'Floor',
  'Ceil',
  'Round',
  'Relu',
  'Sigmoid',
  'Tanh',
  'Softplus',
  'Softsign',
  'Exp',
  'Erf',
  'Identity',
  'LeakyRelu',
  'Elu',
  'Selu',
  'HardSigmoid',
  'HardSwish',
  'Mish',
  'Sin',
  'Cos',
  'Sinh',
  'Cosh',
  'Atan',
]) {
  add(operator, 'at edges', [values([10], edges)]);
  add(operator, 'of an image', [normal(2, 3, 4, 5)]);
}
// Within the domain of each, or between its poles.
for (const operator of ['Tan', 'Asin', 'Acos', 'Atanh', 'Asinh'])
  add(operator, 'within ±1', [values([7], [-0.9, -0.5, -0.1, 0, 0.2, 0.6, 0.95])]);
add('Acosh', 'above 1', [values([4], [1, 1.5, 3, 20])]);
for (const operator of ['Sqrt', 'Log', 'Reciprocal'])
  add(operator, 'of positives', [positive(0.1, 2, 3, 4, 5)]);
add('LeakyRelu', 'slope 0.3', [normal(4, 5)], { alpha: float(0.3) });
add('Elu', 'alpha 0.7', [normal(4, 5)], { alpha: float(0.7) });
add('HardSigmoid', 'other line', [normal(4, 5)], { alpha: float(0.3), beta: float(0.4) });
add('PRelu', 'slope by channel', [normal(2, 3, 4, 5), normal(3, 1, 1)]);
add('Abs', 'integers', [integers([4], [-3, 0, 2, -9])]);
add('Neg', 'integers', [integers([4], [-3, 0, 2, -9])]);

for (const operator of ['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max']) {
  add(operator, 'same shape', [normal(2, 3, 4, 5), positive(0.5, 2, 3, 4, 5)]);
  add(operator, 'by channel', [normal(2, 3, 4, 5), positive(0.5, 3, 1, 1)]);
  add(operator, 'by the last axis', [normal(2, 3, 4, 5), positive(0.5, 5)]);
  add(operator, 'scalar on the left', [normal(), positive(0.5, 2, 3, 4, 5)]);
  add(operator, 'both sides broadcast', [normal(2, 1, 4, 1), positive(0.5, 1, 3, 1, 5)]);
  add(operator, 'integers', [integers([2, 3], [-7, 7, -6, 6, 5, -1]), integers([3], [2, -2, 3])]);
}
for (const operator of ['Min', 'Max', 'Sum', 'Mean']) {
  add(operator, 'three', [normal(2, 3, 4, 5), normal(3, 1, 1), normal(4, 5)]);
  add(operator, 'one', [normal(2, 3)]);
}
add('Mod', 'integers', [integers([6], [-7, 7, -6, 6, 5, -1]), integers([6], [2, -2, 4, 4, -3, 3])]);
add('Mod', 'fmod of floats', [values([4], [-7.5, 7.5, 6, -1]), values([4], [2, -2, 4, 3])], { fmod: int(1) });
add('Pow', 'squares', [normal(2, 3, 4, 5), values([], [2])]);
add('Pow', 'by element', [positive(0.2, 2, 3), normal(2, 3)]);
add('Pow', 'integer exponent', [normal(2, 3), integers([], [3])]);
add('Pow', 'integer base', [integers([3], [2, -3, 5]), integers([], [3])]);
add('Clip', 'both bounds', [normal(2, 3, 4, 5), values([], [-0.5]), values([], [0.25])]);
add('Clip', 'integers', [integers([4], [-3, 0, 2, 9]), integers([], [-1]), integers([], [5])]);
add('Clip', 'upper bound only', [normal(3, 4), undefined, values([], [0.25])]);
add('Clip', 'lower bound only', [normal(3, 4), values([], [0])]);
for (const operator of ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']) {
  add(operator, 'floats', [values([2, 3], [1, 2, 3, 4, 5, 6]), values([3], [1, 5, 3])]);
  add(operator, 'integers', [integers([2, 3], [1, 2, 3, 4, 5, 6]), integers([], [3])]);
}
add('Equal', 'bools', [bools([4], [0, 1, 0, 1]), bools([4], [0, 0, 1, 1])]);
for (const operator of ['And', 'Or', 'Xor'])
  add(operator, '', [bools([2, 2], [0, 1, 0, 1]), bools([2], [0, 1])]);
add('Not', '', [bools([4], [0, 1, 0, 1])]);
add('Where', 'broadcast', [bools([3, 1, 1], [0, 1, 0]), normal(2, 3, 4, 5), normal(1, 1, 4, 5)]);
add('Where', 'integers', [bools([4], [0, 1, 0, 1]), integers([4], [1, 2, 3, 4]), integers([], [9])]);
add('Cast', 'float to integer', [values([5], [-1.7, -0.2, 0, 1.9, 3])], { to: int(7) });
add('Cast', 'float to bool', [values([4], [0, 0.5, -1, 0])], { to: int(9) });
add('Cast', 'bool to float', [bools([2, 2], [0, 1, 1, 0])], { to: int(1) });
add('Cast', 'integer to float', [integers([3], [-1, 0, 70000])], { to: int(1) });
add('Cast', 'bytes to float', [tensor('uint8', [3], Uint8Array.of(0, 128, 255))], { to: int(1) });

add('IsNaN', '', [values([4], [NaN, 0, Infinity, -1])]);
add('IsInf', '', [values([4], [NaN, -Infinity, Infinity, -1])]);
add('IsInf', 'negative only', [values([4], [NaN, -Infinity, Infinity, -1])], { detect_positive: int(0) });

export const elementwiseCases: readonly OperatorCase[] = cases;
