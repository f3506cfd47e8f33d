/** Cases of operators that tfjs computes as others, by their expansions. */
import { int, ints, text } from '../../../src/graph/attributes.ts';
import type { Tensor } from '../../../src/graph/types.ts';
import { caseList, fixed, integers, normal, values, type OperatorCase } from './case.ts';

const { cases, add } = caseList();

for (const mode of ['nearest', 'linear', 'cubic']) {
  add('Resize', `${mode}, by sizes`, [normal(2, 3, 4, 5), undefined, undefined, fixed(2, 3, 7, 3)], {
    mode: text(mode),
  });
  add(
    'Resize',
    `${mode}, by scales`,
    [normal(2, 3, 4, 5), undefined, { constant: values([4], [1, 1, 1.5, 2]) }],
    { mode: text(mode), coordinate_transformation_mode: text('asymmetric') },
  );
}
add('Resize', 'antialiased', [normal(2, 3, 8, 9), undefined, undefined, fixed(2, 3, 5, 4)], {
  mode: text('linear'),
  antialias: int(1),
});

const grid = normal(2, 3, 4, 2);
for (const mode of ['bilinear', 'nearest', 'bicubic']) {
  for (const padding of ['zeros', 'border', 'reflection']) {
    add('GridSample', `${mode}, ${padding}`, [normal(2, 3, 4, 5), grid], {
      mode: text(mode),
      padding_mode: text(padding),
    });
  }
}
add('Col2Im', '', [normal(2, 12, 6), fixed(4, 5), fixed(2, 3)], {
  strides: ints([1, 2]),
  pads: ints([0, 1, 0, 0]),
});

const [length, batch, width, hidden] = [4, 2, 3, 2];
const weights = (directions: number, gates: number): Tensor[] => [
  normal(directions, gates * hidden, width),
  normal(directions, gates * hidden, hidden),
  normal(directions, 2 * gates * hidden),
];
for (const [operator, gates, outputs] of [
  ['LSTM', 4, 3],
  ['GRU', 3, 2],
  ['RNN', 1, 2],
] as const) {
  for (const [direction, count] of [
    ['forward', 1],
    ['reverse', 1],
    ['bidirectional', 2],
  ] as const) {
    const attributes = { hidden_size: int(hidden), direction: text(direction) };
    const x = normal(length, batch, width);
    add(operator, direction, [x, ...weights(count, gates)], attributes, outputs);
    const states = Array.from({ length: operator === 'LSTM' ? 2 : 1 }, () => normal(count, batch, hidden));
    add(operator, `${direction}, states`, [x, ...weights(count, gates), undefined, ...states], attributes);
  }
}
add('GRU', 'reset after the product', [normal(length, batch, width), ...weights(1, 3)], {
  hidden_size: int(hidden),
  linear_before_reset: int(1),
});

add('Hardmax', 'last axis, ties', [values([2, 3], [1, 3, 3, 2, 2, 0])]);
add('Hardmax', 'channels', [normal(2, 3, 4, 5)], { axis: int(1) });
add('ReverseSequence', 'time first', [normal(5, 3, 2), integers([3], [5, 1, 3])]);
add('ReverseSequence', 'batch first', [normal(3, 5), integers([3], [2, 5, 1])], {
  batch_axis: int(0),
  time_axis: int(1),
});

for (const reduction of ['mul', 'max', 'min']) {
  add(
    'ScatterElements',
    reduction,
    [normal(3, 4), integers([3, 3], [0, 3, 0, -1, 2, 2, 1, 1, 1]), normal(3, 3)],
    { axis: int(1), reduction: text(reduction) },
  );
  add('ScatterND', reduction, [normal(5, 2), integers([4, 1], [2, 2, 0, 2]), normal(4, 2)], {
    reduction: text(reduction),
  });
  add(
    'ScatterElements',
    `${reduction} of integers`,
    [integers([4], [5, -6, 7, 8]), integers([3], [0, 0, 2]), integers([3], [-3, 9, 2])],
    { reduction: text(reduction) },
  );
}
add('GatherND', 'by batch', [normal(2, 3, 4), integers([2, 2, 1], [0, 2, -1, 1])], { batch_dims: int(1) });
add('GatherND', 'by two axes of a batch', [normal(2, 2, 4, 2), integers([2, 2, 1], [3, 0, 1, -1])], {
  batch_dims: int(2),
});

export const writtenOutCases: readonly OperatorCase[] = cases;
