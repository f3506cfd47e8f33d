/** Cases of quantisation, and of products of quantised values. */
import { int, ints, text } from '../../../src/graph/attributes.ts';
import { sizeOf, tensor } from '../../../src/graph/tensor.ts';
import type { Tensor } from '../../../src/graph/types.ts';
import { caseList, normal, positive, values, type OperatorCase } from './case.ts';

const { cases, add } = caseList();

/** Bytes over their whole range. */
const bytes = (dims: number[], type: 'int8' | 'uint8', seed: number): Tensor => {
  const elements = Array.from({ length: sizeOf(dims) }, (_, index) => (index * 97 + seed * 31) % 256);
  return type === 'uint8'
    ? tensor('uint8', dims, Uint8Array.from(elements))
    : tensor('int8', dims, Int8Array.from(elements));
};
const byte = (value: number): Tensor => tensor('uint8', [], Uint8Array.of(value));
const signed = (...data: number[]): Tensor =>
  tensor('int8', data.length === 1 ? [] : [data.length], Int8Array.from(data));

const halves = values([9], [-1.25, -0.75, -0.25, 0, 0.25, 0.75, 1.25, 80, -80]);
add('QuantizeLinear', 'halves and what is out of range', [halves, values([], [0.5]), byte(3)]);
add('QuantizeLinear', 'signed', [halves, values([], [0.5]), signed(-4)]);
add('QuantizeLinear', 'without a zero point', [normal(3, 4), values([], [0.02])]);
add('QuantizeLinear', 'by channel', [normal(2, 3, 4, 5), positive(0.01, 3), signed(1, -2, 3)], {
  axis: int(1),
});
add('DequantizeLinear', 'by channel', [bytes([2, 3, 4, 5], 'int8', 1), positive(0.01, 3), signed(1, -2, 3)], {
  axis: int(1),
});
add('DequantizeLinear', 'one scale', [bytes([3, 4], 'uint8', 2), values([], [0.1]), byte(128)]);
add('DynamicQuantizeLinear', 'both signs', [normal(3, 4)], {}, 3);
add('DynamicQuantizeLinear', 'above 0', [positive(1, 3, 4)], {}, 3);
add('DynamicQuantizeLinear', 'all 0', [values([3], [0, 0, 0])], {}, 3);

add('MatMulInteger', 'without zero points', [bytes([3, 5], 'uint8', 1), bytes([5, 4], 'int8', 2)]);
add('MatMulInteger', 'zero points, a stack', [
  bytes([2, 3, 5], 'uint8', 3),
  bytes([5, 4], 'int8', 4),
  byte(120),
  signed(1, -2, 3, 0),
]);
// Beyond 2²⁴, where float32 alone would lose the last bits.
add('MatMulInteger', 'long sums', [bytes([2, 700], 'uint8', 5), bytes([700, 2], 'uint8', 6)]);
add(
  'ConvInteger',
  'padded',
  [bytes([2, 3, 5, 4], 'uint8', 7), bytes([4, 3, 3, 3], 'uint8', 8), byte(9), byte(20)],
  {
    pads: ints([1, 1, 1, 1]),
  },
);
add('ConvInteger', 'long sums', [bytes([1, 64, 4, 4], 'uint8', 9), bytes([2, 64, 3, 3], 'uint8', 10)]);
add(
  'ConvInteger',
  'long sums in groups',
  [bytes([1, 80, 4, 4], 'uint8', 9), bytes([4, 40, 3, 3], 'uint8', 10)],
  {
    group: int(2),
    auto_pad: text('SAME_UPPER'),
  },
);

const scale = (value: number): Tensor => values([], [value]);
add('QLinearMatMul', 'plain', [
  bytes([3, 5], 'uint8', 1),
  scale(0.02),
  byte(120),
  bytes([5, 4], 'uint8', 2),
  scale(0.03),
  byte(100),
  scale(0.2),
  byte(99),
]);
add('QLinearMatMul', 'by column', [
  bytes([2, 3, 5], 'int8', 1),
  scale(0.02),
  signed(3),
  bytes([5, 4], 'int8', 2),
  positive(0.01, 4),
  signed(0, 1, 2, -3),
  scale(0.5),
  signed(-9),
]);
add(
  'QLinearConv',
  'bias, by channel, strided',
  [
    bytes([2, 3, 7, 6], 'uint8', 1),
    scale(0.02),
    byte(120),
    bytes([4, 3, 3, 3], 'int8', 2),
    positive(0.01, 4),
    signed(0, 0, 0, 0),
    scale(5),
    byte(99),
    tensor('int32', [4], Int32Array.of(100, -2000, 30_000, 0)),
  ],
  { strides: ints([2, 2]), pads: ints([1, 0, 0, 1]) },
);
add('MaxPool', 'of bytes', [bytes([2, 3, 6, 5], 'uint8', 3)], {
  kernel_shape: ints([2, 2]),
  strides: ints([2, 2]),
  pads: ints([0, 1, 0, 0]),
});

export const quantizedCases: readonly OperatorCase[] = cases;
