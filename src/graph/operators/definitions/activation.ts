/** Activation functions, and what takes a row of them together. */
import { alongAxisRows } from '../../rows/along-axis.ts';
import { elementwise } from '../../rows/joining.ts';
import { elementwiseShapes } from '../../shapes/elementwise.ts';
import { normalizationShapes } from '../../shapes/normalization.ts';
import { activationExpansions } from '../expansions/activation.ts';
import type { Definitions } from '../definition.ts';

export const activationDefinitions = {
  Celu: { since: 12, inputs: [1, 1], attributes: { alpha: 1 }, expansion: activationExpansions.Celu },
  Elu: {
    since: 7,
    inputs: [1, 1],
    attributes: { alpha: 1 },
    types: elementwiseShapes.Elu,
    rows: elementwise,
  },
  Gelu: {
    since: 20,
    inputs: [1, 1],
    attributes: { approximate: 'none' },
    expansion: activationExpansions.Gelu,
  },
  HardSigmoid: {
    since: 7,
    inputs: [1, 1],
    attributes: { alpha: 0.2, beta: 0.5 },
    types: elementwiseShapes.HardSigmoid,
    rows: elementwise,
  },
  HardSwish: { since: 14, inputs: [1, 1], types: elementwiseShapes.HardSwish, rows: elementwise },
  Hardmax: {
    since: 7,
    inputs: [1, 1],
    attributes: { axis: -1 },
    types: normalizationShapes.Hardmax,
    expansion: activationExpansions.Hardmax,
    rows: alongAxisRows.Hardmax,
  },
  LeakyRelu: {
    since: 7,
    inputs: [1, 1],
    attributes: { alpha: 0.01 },
    types: elementwiseShapes.LeakyRelu,
    rows: elementwise,
  },
  LogSoftmax: {
    since: 7,
    inputs: [1, 1],
    attributes: { axis: -1 },
    types: normalizationShapes.LogSoftmax,
    rows: alongAxisRows.LogSoftmax,
  },
  Mish: { since: 18, inputs: [1, 1], types: elementwiseShapes.Mish, rows: elementwise },
  PRelu: { since: 7, inputs: [2, 2], types: elementwiseShapes.PRelu, rows: elementwise },
  Relu: { since: 7, inputs: [1, 1], types: elementwiseShapes.Relu, rows: elementwise },
  Selu: {
    since: 7,
    inputs: [1, 1],
    attributes: { alpha: 1.6732632, gamma: 1.050701 },
    types: elementwiseShapes.Selu,
    rows: elementwise,
  },
  Shrink: {
    since: 9,
    inputs: [1, 1],
    attributes: { bias: 0, lambd: 0.5 },
    expansion: activationExpansions.Shrink,
  },
  Sigmoid: { since: 7, inputs: [1, 1], types: elementwiseShapes.Sigmoid, rows: elementwise },
  Softmax: {
    since: 7,
    inputs: [1, 1],
    attributes: { axis: -1 },
    types: normalizationShapes.Softmax,
    rows: alongAxisRows.Softmax,
  },
  Softplus: { since: 7, inputs: [1, 1], types: elementwiseShapes.Softplus, rows: elementwise },
  Softsign: { since: 7, inputs: [1, 1], types: elementwiseShapes.Softsign, rows: elementwise },
  Swish: { since: 24, inputs: [1, 1], attributes: { alpha: 1 }, expansion: activationExpansions.Swish },
  Tanh: { since: 7, inputs: [1, 1], types: elementwiseShapes.Tanh, rows: elementwise },
  ThresholdedRelu: {
    since: 10,
    inputs: [1, 1],
    attributes: { alpha: 1 },
    expansion: activationExpansions.ThresholdedRelu,
  },
} satisfies Definitions;
