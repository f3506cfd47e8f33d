/** Cases of operators that make, move, pick and place elements. */
import { int, ints, text } from '../../../src/graph/attributes.ts';
import { tensor } from '../../../src/graph/tensor.ts';
import { bools, caseList, fixed, integers, normal, scalarIndex, values, type OperatorCase } from './case.ts';

const { cases, add } = caseList();

add('Constant', 'tensor', [], { value: { kind: 'tensor', value: normal(2, 2) } });
add('Constant', 'integers', [], { value: { kind: 'tensor', value: integers([2], [3, -1]) } });
add('ConstantOfShape', 'floats', [fixed(2, 3)], { value: { kind: 'tensor', value: values([1], [1.5]) } });
add('ConstantOfShape', 'integers', [fixed(4)], { value: { kind: 'tensor', value: integers([1], [7]) } });
add('Range', 'integers', [scalarIndex(2), scalarIndex(11), scalarIndex(3)]);
add('Range', 'floats', [
  { constant: values([], [1]) },
  { constant: values([], [-1]) },
  { constant: values([], [-0.5]) },
]);
add('Shape', '', [normal(2, 3, 4, 5)]);
add('Shape', 'part', [normal(2, 3, 4, 5)], { start: int(1), end: int(-1) });
add('Size', '', [normal(2, 3, 4, 5)]);

add('Reshape', 'rest and kept', [normal(2, 3, 4, 5), fixed(0, -1, 2)]);
add('Flatten', '', [normal(2, 3, 4, 5)]);
add('Flatten', 'axis 2', [normal(2, 3, 4, 5)], { axis: int(2) });
add('Flatten', 'axis 0', [normal(2, 3)], { axis: int(0) });
add('Squeeze', 'axes', [normal(2, 1, 4, 1), fixed(-1)]);
add('Squeeze', 'all', [normal(2, 1, 4, 1)]);
add('Unsqueeze', '', [normal(2, 3), fixed(0, -1)]);
add('Transpose', 'reversed', [normal(2, 3, 4)]);
for (const order of [
  [0, 2, 3, 1],
  [0, 3, 1, 2],
  [1, 0, 3, 2],
  [0, 1, 2, 3],
]) {
  add('Transpose', order.join(''), [normal(2, 3, 4, 5)], { perm: ints(order) });
}
add('Expand', 'new axes', [normal(3, 1), fixed(2, 1, 4)]);
add('Expand', 'large integers', [integers([2, 1], [123456789, -7]), fixed(2, 3)]);
add('Expand', 'bools', [bools([2, 1], [0, 1]), fixed(2, 3)]);
add('Tile', '', [normal(2, 3), fixed(2, 3)]);
add('Concat', 'channels', [normal(2, 3, 4, 5), normal(2, 1, 4, 5)], { axis: int(1) });
add('Concat', 'one', [normal(2, 3)], { axis: int(-1) });
add('Concat', 'integers', [fixed(1, 2), integers([1], [3])], { axis: int(0) });
add('Concat', 'bools', [bools([2], [0, 1]), bools([1], [1])], { axis: int(0) });
add('Split', 'channels in given sizes', [normal(2, 6, 4, 5), fixed(1, 2, 3)], { axis: int(1) }, 3);
add('Split', 'equal', [normal(6, 2)], { num_outputs: int(3) }, 3);
add('Split', 'a smaller last', [normal(2, 5)], { axis: int(-1), num_outputs: int(2) }, 2);
add('Dropout', 'outside training', [normal(2, 3, 4, 5)], {}, 2);
add('Slice', 'two axes', [normal(2, 3, 6, 7), fixed(1, 2), fixed(5, 1000), fixed(2, 3)]);
add('Slice', 'channels from the back', [normal(2, 3, 6, 7), fixed(-2), fixed(-1), fixed(1)]);
add('Slice', 'steps', [normal(2, 3, 6, 7), fixed(0, 1), fixed(6, 7), fixed(-2, -1), fixed(2, 3)]);
add('Slice', 'backwards', [normal(2, 3, 6, 7), fixed(-1, 5), fixed(-1000, 0), fixed(1, 2), fixed(-1, -2)]);
add('Slice', 'to the end', [
  normal(4, 3),
  { constant: tensor('int64', [1], BigInt64Array.of(1n)) },
  { constant: tensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)) },
  fixed(0),
]);
add('Slice', 'integers', [integers([5], [1, 2, 3, 4, 5]), fixed(1), fixed(4), fixed(0), fixed(2)]);
add('Pad', 'zeros', [normal(2, 3, 4, 5), fixed(0, 0, 1, 2, 0, 0, 3, 0)]);
add('Pad', 'a constant on channels', [
  normal(2, 3, 4, 5),
  fixed(0, 1, 0, 0, 0, 2, 0, 0),
  { constant: values([], [1.5]) },
]);
add('Pad', 'negative', [normal(2, 3, 4, 5), fixed(0, 0, -1, 2, 0, 0, -1, -1)]);
add('Pad', 'axes', [normal(2, 3, 4), fixed(1, 2), undefined, fixed(-1)]);
for (const mode of ['reflect', 'edge', 'wrap']) {
  add('Pad', mode, [normal(2, 3, 4, 5), fixed(0, 0, 1, 2, 0, 0, 3, 4)], { mode: text(mode) });
}

add('Gather', 'rows', [normal(5, 4), integers([2, 3], [0, 4, -1, 2, 2, -5])]);
add('Gather', 'channels', [normal(2, 3, 4, 5), integers([2], [2, 0])], { axis: int(1) });
add('Gather', 'one', [normal(5, 4), integers([], [3])], { axis: int(-1) });
add('Gather', 'integers', [integers([3], [7, 8, 9]), integers([2], [2, 0])]);
add('GatherElements', '', [normal(3, 4), integers([3, 2], [0, 3, -1, 2, 1, 1])], { axis: int(1) });
add('GatherElements', 'rows', [normal(3, 4, 2), integers([1, 4, 2], [0, 1, 2, 0, 1, 2, 0, 1])], {
  axis: int(0),
});
add('ScatterElements', 'assign', [normal(3, 4), integers([3, 2], [0, 3, -1, 2, 1, 0]), normal(3, 2)], {
  axis: int(1),
});
add('ScatterElements', 'add', [normal(3, 4), integers([3, 3], [0, 3, 0, -1, 2, 2, 1, 1, 1]), normal(3, 3)], {
  axis: int(1),
  reduction: text('add'),
});
add(
  'ScatterElements',
  'add rows',
  [normal(4, 2, 3), integers([2, 2, 3], [0, 1, 2, 3, 0, 1, 0, 1, 2, 0, 0, 1]), normal(2, 2, 3)],
  { axis: int(0), reduction: text('add') },
);
add('OneHot', 'last axis', [integers([2, 3], [0, 2, -1, 1, 5, 3]), scalarIndex(4), values([2], [-1, 2])]);
add('OneHot', 'first axis', [integers([3], [0, 2, 1]), scalarIndex(3), values([2], [0, 1])], {
  axis: int(0),
});

add('GatherND', 'blocks', [normal(3, 4, 2), integers([2, 1], [2, -3])]);
add('GatherND', 'elements', [normal(3, 4), integers([2, 1, 2], [2, -1, 0, 3])]);
add('ScatterND', 'assign', [normal(3, 4, 2), integers([2, 2], [2, -1, 0, 3]), normal(2, 2)]);
add('ScatterND', 'add', [normal(5, 2), integers([3, 1], [2, 2, 0]), normal(3, 2)], {
  reduction: text('add'),
});
add('TopK', 'largest', [normal(3, 6), fixed(2)], {}, 2);
add(
  'TopK',
  'smallest rows, ties',
  [values([4, 2], [1, 3, 0, 3, 0, 5, 2, 3]), fixed(3)],
  { axis: int(0), largest: int(0) },
  2,
);
for (const mode of ['DCR', 'CRD']) {
  add('DepthToSpace', mode, [normal(2, 8, 3, 4)], { blocksize: int(2), mode: text(mode) });
}
add('SpaceToDepth', '', [normal(2, 3, 4, 6)], { blocksize: int(2) });
add('Trilu', 'lower', [normal(2, 4, 5)], { upper: int(0) });
add('Trilu', 'upper, shifted', [normal(4, 4), scalarIndex(1)]);

export const movementCases: readonly OperatorCase[] = cases;
