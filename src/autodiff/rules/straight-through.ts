/**
 * The straight-through gradient of quantisation (Bengio, Léonard and Courville 2013; what quantisation-aware training
 * uses): rounding is taken for the identity, so the gradient is that of (x/scale + zero point) where the result lies
 * in the range of the quantised type, and 0 where it was cut off there. An approximation, used only when asked for.
 */
import { scalar } from '../../graph/filling.ts';
import { quantizedRange, spread } from '../../graph/operators/quantization.ts';
import type { BackwardNode, RuleTable } from '../backward.ts';

function passedInRange(node: BackwardNode): string {
  const { builder } = node;
  const x = node.input(0);
  const real = builder.type(x).dataType;
  const scale = spread(node, node.input(1), x);
  const range = quantizedRange(node);
  const rounded = node.apply('Round', [builder.div(x, scale)]);
  const placed = node.has(2)
    ? builder.add(rounded, spread(node, builder.cast(node.input(2), real), x))
    : rounded;
  const bound = (operator: string, value: number): string =>
    builder.cast(node.apply(operator, [placed, scalar(builder, value, real)]), real);
  const inside = builder.mul(bound('GreaterOrEqual', range[0]), bound('LessOrEqual', range[1]));
  return builder.div(builder.mul(node.gradient, inside), scale);
}

export const straightThrough: RuleTable = {
  QuantizeLinear: (node) => [() => passedInRange(node), undefined, undefined],
};
