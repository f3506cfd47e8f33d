/** Cases of operators that work on bits, keep elements by what they are, or look at regions of pictures. */
import { float, int, ints, text } from '../../../src/graph/attributes.ts';
import { tensor } from '../../../src/graph/tensor.ts';
import type { Tensor } from '../../../src/graph/types.ts';
import { bools, caseList, integers, normal, values, type OperatorCase } from './case.ts';

const { cases, add } = caseList();

const bytes = (...data: number[]): Tensor => tensor('uint8', [data.length], Uint8Array.from(data));
for (const direction of ['LEFT', 'RIGHT']) {
  add('BitShift', direction, [bytes(1, 200, 255, 17), bytes(1, 2, 3, 0)], { direction: text(direction) });
}
for (const operator of ['BitwiseAnd', 'BitwiseOr', 'BitwiseXor']) {
  add(operator, 'signed, broadcast', [integers([2, 2], [-7, 12, 255, 0]), integers([2], [6, -1])]);
  add(operator, 'bytes', [bytes(1, 200, 255), bytes(3, 15, 129)]);
}
add('BitwiseNot', 'signed', [integers([3], [-7, 0, 12])]);
add('BitwiseNot', 'bytes', [bytes(0, 1, 255)]);
add('Cast', 'to bytes that are too narrow', [integers([4], [-1, 256, 300, 5])], { to: int(2) });
add('Cast', 'to signed bytes that are too narrow', [integers([5], [-1, 128, -129, 300, 5])], { to: int(3) });

add('EyeLike', 'shifted', [normal(3, 4)], { k: int(1) });
add('EyeLike', 'of integers', [normal(3, 2)], { k: int(-1), dtype: int(7) });
add('Compress', 'rows', [normal(3, 4), bools([3], [1, 0, 1])], { axis: int(0) });
add('Compress', 'columns, a short condition', [normal(3, 4), bools([2], [0, 1])], { axis: int(-1) });
add('Compress', 'elements', [normal(2, 3), bools([6], [0, 1, 0, 0, 1, 1])]);
add('NonZero', 'floats', [values([2, 3], [0, 1, -0, 3, 0, -2])]);
add('NonZero', 'bools', [bools([2, 2], [0, 1, 1, 1])]);
for (const sorted of [0, 1]) {
  add('Unique', `sorted ${String(sorted)}`, [values([6], [3, 1, 2, 1, 3, -1])], { sorted: int(sorted) }, 4);
  add(
    'Unique',
    `of columns, sorted ${String(sorted)}`,
    [values([2, 4], [2, 1, 2, 0, 5, 3, 5, 3])],
    { sorted: int(sorted), axis: int(1) },
    4,
  );
}
add('Det', '', [values([2, 2], [0, 2, 3, 4])]);
add('Det', 'a stack', [normal(2, 3, 4, 4)]);
add('Det', 'singular', [values([2, 2], [1, 2, 2, 4])]);

const regions = values([3, 4], [0, 0, 5, 4, 1.3, 0.4, 3.9, 3.2, -2, 1, 9, 2.5]);
for (const mode of ['avg', 'max']) {
  for (const coordinates of ['half_pixel', 'output_half_pixel']) {
    for (const ratio of [0, 2]) {
      add(
        'RoiAlign',
        `${mode}, ${coordinates}, ${String(ratio)}`,
        [normal(2, 3, 6, 7), regions, integers([3], [0, 1, 1])],
        {
          mode: text(mode),
          coordinate_transformation_mode: text(coordinates),
          sampling_ratio: int(ratio),
          output_height: int(2),
          output_width: int(3),
          spatial_scale: float(0.9),
        },
      );
    }
  }
}
add(
  'MaxRoiPool',
  '',
  [normal(2, 3, 6, 7), values([3, 5], [0, 0, 0, 5, 4, 1, 1.3, 0.4, 3.9, 3.2, 1, 2, 1, 9, 3])],
  { pooled_shape: ints([2, 3]), spatial_scale: float(0.9) },
);

const boxes = values([1, 4, 4], [0, 0, 2, 2, 0.2, 0.1, 2.2, 2.1, 3, 3, 1, 1, 5, 5, 6, 6]);
const scores = values([1, 2, 4], [0.9, 0.8, 0.7, 0.05, 0.3, 0.6, 0.6, 0.9]);
const limits = [integers([1], [3]), values([1], [0.3]), values([1], [0.1])];
add('NonMaxSuppression', 'corners', [boxes, scores, ...limits]);
add('NonMaxSuppression', 'centres', [boxes, scores, ...limits], { center_point_box: int(1) });
add('NonMaxSuppression', 'none asked for', [boxes, scores]);

export const chosenCases: readonly OperatorCase[] = cases;
