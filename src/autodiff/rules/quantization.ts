/** Quantisation: real values from quantised ones have a gradient, quantised ones from real ones only an approximate one. */
import { spread } from '../../graph/operators/quantization.ts';
import type { RuleTable } from '../backward.ts';

/** They round on the way, so that going back through what they are written as would find a gradient of 0. */
const integers = { refused: 'this operator has no gradient rule' };

export const quantization: RuleTable = {
  // y = (x − zero point)·scale
  DequantizeLinear: (node) => [
    () => node.builder.mul(node.gradient, spread(node, node.input(1), node.input(0))),
    undefined,
    undefined,
  ],

  QuantizeLinear: {
    refused:
      'its rounding has no gradient (an approximate one is given when asked for: ' +
      '--approximate-gradient straight-through)',
  },

  DynamicQuantizeLinear: integers,
  ConvInteger: integers,
  MatMulInteger: integers,
  QLinearConv: integers,
  QLinearMatMul: integers,
};
