/** Activation functions. */
import { bySlope } from '../backward.ts';
import type { BackwardNode, RuleTable } from '../backward.ts';

/** Slope 1 where x > 0, else the other slope. */
function twoSlopes(node: BackwardNode, other: string): string {
  const { builder } = node;
  const positive = node.above(node.input(0));
  const rest = builder.mul(builder.sub(node.scalar(1), positive), other);
  return builder.add(positive, rest);
}

/** 1 strictly between 0 and 1, else 0. */
function betweenZeroAndOne(node: BackwardNode, value: string): string {
  const { builder } = node;
  const below = node.mask(builder.less(value, node.scalar(1)));
  return builder.mul(node.above(value), below);
}

function complement(node: BackwardNode, value: string): string {
  return node.builder.sub(node.scalar(1), value);
}

export const activation: RuleTable = {
  // Read off the output, so that the runtime may fuse the activation with what comes before it. 0 at 0.
  Relu: bySlope((node) => node.above(node.output())),

  LeakyRelu: bySlope((node) => twoSlopes(node, node.scalar(node.float('alpha')))),

  PRelu: (node) => {
    const { builder } = node;
    return [
      () => builder.mul(node.gradient, twoSlopes(node, node.input(1))),
      () => {
        const negative = builder.apply('Min', [node.input(0), node.scalar(0)]);
        return node.sumToInput(builder.mul(node.gradient, negative), 1);
      },
    ];
  },

  // α·eˣ = y + α for x ≤ 0
  Elu: bySlope((node) => {
    const alpha = node.float('alpha');
    return twoSlopes(node, node.builder.add(node.output(), node.scalar(alpha)));
  }),

  // γ·(1 or α·eˣ), where γ·α·eˣ = y + γ·α
  Selu: bySlope((node) => {
    const alpha = node.float('alpha');
    const gamma = node.float('gamma');
    const { builder } = node;
    const positive = node.above(node.input(0));
    const rest = builder.add(node.output(), node.scalar(gamma * alpha));
    return builder.add(node.scaled(positive, gamma), builder.mul(complement(node, positive), rest));
  }),

  Sigmoid: bySlope((node) => node.builder.mul(node.output(), complement(node, node.output()))),
  Tanh: bySlope((node) => complement(node, node.builder.mul(node.output(), node.output()))),
  Softplus: bySlope((node) => node.builder.sigmoid(node.input(0))),

  // 1/(1 + |x|)²
  Softsign: bySlope((node) => {
    const root = complement(node, node.builder.abs(node.output()));
    return node.builder.mul(root, root);
  }),

  HardSigmoid: bySlope((node) => node.scaled(betweenZeroAndOne(node, node.output()), node.float('alpha'))),

  // y = x·h with h = clip(x/6 + 1/2, 0, 1), so the slope is h + x·h'
  HardSwish: bySlope((node) => {
    const { builder } = node;
    const line = builder.add(node.scaled(node.input(0), 1 / 6), node.scalar(0.5));
    const gate = builder.apply('Clip', [line, node.scalar(0), node.scalar(1)]);
    const slope = node.scaled(betweenZeroAndOne(node, line), 1 / 6);
    return builder.add(gate, builder.mul(node.input(0), slope));
  }),

  // y = x·t with t = tanh(softplus(x)), so the slope is t + x·(1 − t²)·sigmoid(x)
  Mish: bySlope((node) => {
    const { builder } = node;
    const x = node.input(0);
    const gate = builder.tanh(builder.apply('Softplus', [x]));
    const bend = builder.mul(complement(node, builder.mul(gate, gate)), builder.sigmoid(x));
    return builder.add(gate, builder.mul(x, bend));
  }),

  Softmax: (node) => [
    () => {
      const { builder } = node;
      const weighted = builder.mul(node.gradient, node.output());
      const total = builder.reduceSum(weighted, [node.axis()]);
      return builder.sub(weighted, builder.mul(node.output(), total));
    },
  ],

  LogSoftmax: (node) => [
    () => {
      const { builder } = node;
      const total = builder.reduceSum(node.gradient, [node.axis()]);
      return builder.sub(node.gradient, builder.mul(builder.exp(node.output()), total));
    },
  ],
};
