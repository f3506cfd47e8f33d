/** The rule of each operator. One that has none may mix the examples of a batch. */
import { alongAxisRows } from './along-axis.ts';
import { indexingRows } from './indexing.ts';
import { elementwise } from './joining.ts';
import { movementRows } from './movement.ts';
import { productRows } from './products.ts';
import { quantizationRows } from './quantization.ts';
import { sampleRows } from './samples.ts';
import type { RowRule, RowRules } from './site.ts';

/** Operators of one element at a time. */
const ofElements = `
  Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil
  Celu Clip Cos Cosh Div Dropout Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity
  IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu
  Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub Sum Swish Tan Tanh ThresholdedRelu Where Xor
`;

/** Operators that draw random numbers: the outcome of an example is another each time. */
const random: RowRule = (site) => site.mixes('draws random numbers, so that no outcome is the same twice');

const CHANCE: ReadonlySet<string> = new Set(
  'Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike'.split(' '),
);

const named = (names: string, rule: RowRule): RowRules =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, rule]),
  );

/** The mode is an input: dropout in training draws what it drops. */
const dropout: RowRule = (site) => {
  const training = site.has(2) ? (site.numbers(2)?.[0] ?? 1) : 0;
  return training === 0 ? site.all(site.rows(0)) : random(site);
};

const rules: ReadonlyMap<string, RowRule> = new Map(
  [
    named(ofElements, elementwise),
    Object.fromEntries([...CHANCE].map((operator) => [operator, random])),
    { Dropout: dropout },
    alongAxisRows,
    indexingRows,
    movementRows,
    productRows,
    quantizationRows,
    sampleRows,
  ].flatMap((table) => Object.entries(table)),
);

/** The operator's rule, or undefined where nothing is known of what it does to the rows. */
export function rowRuleOf(operator: string): RowRule | undefined {
  return rules.get(operator);
}

/** Whether the operator gives something else each time, whatever it is given. */
export function drawsAtRandom(operator: string): boolean {
  return CHANCE.has(operator);
}
