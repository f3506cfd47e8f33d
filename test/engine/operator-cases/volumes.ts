/** Cases of convolutions and pools over volumes. */
import { int, ints, text } from '../../../src/graph/attributes.ts';
import type { Attributes } from '../../../src/graph/types.ts';
import { caseList, normal, type OperatorCase } from './case.ts';

const { cases, add } = caseList();

add('Conv', 'volumes, bias, padded', [normal(2, 3, 5, 4, 6), normal(4, 3, 2, 3, 3), normal(4)], {
  pads: ints([1, 1, 0, 0, 1, 2]),
});
add('Conv', 'volumes, strided and dilated', [normal(2, 3, 7, 6, 5), normal(4, 3, 3, 2, 2)], {
  strides: ints([2, 1, 2]),
  dilations: ints([2, 2, 1]),
  pads: ints([1, 0, 1, 2, 1, 0]),
});
add('Conv', 'volumes, grouped', [normal(2, 4, 5, 4, 4), normal(4, 2, 2, 2, 2)], { group: int(2) });
add('Conv', 'volumes, depthwise', [normal(2, 3, 5, 4, 4), normal(3, 1, 3, 2, 2)], {
  group: int(3),
  auto_pad: text('SAME_UPPER'),
});
add('ConvTranspose', 'volumes', [normal(2, 3, 3, 4, 2), normal(3, 4, 2, 3, 2), normal(4)]);
add('ConvTranspose', 'volumes, strided, output padding', [normal(2, 3, 3, 4, 2), normal(3, 4, 3, 3, 2)], {
  strides: ints([2, 2, 3]),
  pads: ints([1, 0, 1, 1, 2, 0]),
  output_padding: ints([1, 0, 2]),
});
add('ConvTranspose', 'volumes, dilated, in groups', [normal(2, 4, 3, 4, 2), normal(4, 2, 2, 3, 2)], {
  group: int(2),
  dilations: ints([2, 1, 2]),
  strides: ints([2, 1, 1]),
});

const pooling = (title: string, attributes: Attributes): void => {
  add('MaxPool', `volumes, ${title}`, [normal(2, 3, 6, 5, 7)], attributes, 2);
  if (attributes['dilations'] !== undefined) return;
  add('MaxPool', `volumes, ${title}, without indices`, [normal(2, 3, 6, 5, 7)], attributes);
  add('AveragePool', `volumes, ${title}`, [normal(2, 3, 6, 5, 7)], attributes);
  add('AveragePool', `volumes, ${title}, padding counted`, [normal(2, 3, 6, 5, 7)], {
    ...attributes,
    count_include_pad: int(1),
  });
};
pooling('two each', { kernel_shape: ints([2, 2, 2]), strides: ints([2, 2, 2]) });
pooling('overlapping, padded', {
  kernel_shape: ints([3, 2, 3]),
  strides: ints([2, 1, 2]),
  pads: ints([1, 0, 1, 1, 1, 1]),
});
pooling('dilated', { kernel_shape: ints([2, 2, 3]), dilations: ints([2, 1, 2]) });
add('GlobalAveragePool', 'volumes', [normal(2, 3, 4, 2, 3)]);
add(
  'BatchNormalization',
  'of volumes',
  [normal(2, 3, 2, 4, 3), normal(3), normal(3), normal(3), normal(3)].map((each, index) =>
    index === 4 ? { ...each, data: Float32Array.of(0.5, 1, 2) } : each,
  ),
);
for (const order of [0, 1]) {
  add(
    'MaxPool',
    `indices in order ${String(order)}`,
    [normal(2, 3, 6, 5)],
    { kernel_shape: ints([2, 3]), storage_order: int(order) },
    2,
  );
}

export const volumeCases: readonly OperatorCase[] = cases;
