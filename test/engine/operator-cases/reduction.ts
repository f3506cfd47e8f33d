/** Cases of reductions, softmax and extremes. */
import { int } from '../../../src/graph/attributes.ts';
import {
  caseList,
  fixed,
  integers,
  normal,
  positive,
  scalarIndex,
  values,
  type OperatorCase,
} from './case.ts';

const { cases, add } = caseList();

for (const operator of [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSumExp',
]) {
  add(operator, 'spatial axes kept', [normal(2, 3, 4, 5), fixed(2, 3)]);
  add(operator, 'channel axis dropped', [normal(2, 3, 4, 5), fixed(1)], { keepdims: int(0) });
  add(operator, 'all but channels', [normal(2, 3, 4, 5), fixed(0, -1, -2)], { keepdims: int(0) });
  add(operator, 'rows dropped', [normal(2, 3, 4, 5), fixed(2)], { keepdims: int(0) });
  add(operator, 'everything', [normal(2, 3, 4)], { keepdims: int(0) });
  add(operator, 'nothing', [normal(2, 3, 4), fixed()], { noop_with_empty_axes: int(1) });
}
add('ReduceLogSum', '', [positive(0.5, 2, 3, 4), fixed(1)]);
add('ReduceSum', 'integers', [integers([2, 3], [1, 2, 3, 4, 5, 6]), fixed(1)]);
add('ReduceLogSumExp', 'of large elements', [values([1, 3], [100, 101, 102]), fixed(1)]);
for (const operator of ['Softmax', 'LogSoftmax']) {
  add(operator, 'last axis', [normal(4, 7)]);
  add(operator, 'channels', [normal(2, 3, 4, 5)], { axis: int(1) });
  add(operator, 'first axis', [normal(4, 7)], { axis: int(0) });
  add(operator, 'large elements', [values([1, 3], [1000, 1001, 900])]);
}
for (const operator of ['ArgMax', 'ArgMin']) {
  add(operator, 'channels', [normal(2, 5, 3, 2)], { axis: int(1) });
  add(operator, 'first of equals', [values([2, 3], [1, 1, 0, 0, 0, 1])], { axis: int(-1), keepdims: int(0) });
  add(operator, 'last of equals', [values([2, 3], [1, 1, 0, 0, 0, 1])], {
    axis: int(1),
    select_last_index: int(1),
  });
}
add('CumSum', '', [normal(3, 4), scalarIndex(1)]);
add('CumSum', 'exclusive and reverse', [normal(3, 4), scalarIndex(0)], {
  exclusive: int(1),
  reverse: int(1),
});

export const reductionCases: readonly OperatorCase[] = cases;
