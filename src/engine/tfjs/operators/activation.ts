/** Operators of one operand, element by element. They keep the layout. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../backend.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import { aligned } from './alignment.ts';

type Formula = (tf: Tf, x: TfTensor, call: Call) => TfTensor;

function unary(formula: Formula): Handler {
  return (call) => {
    const x = call.input(0);
    const { layout } = x;
    return call.value(x.dataType, formula(call.tf, x.in(layout), call), layout);
  };
}

/** `positive` where x > 0, else `negative`; both may be computed everywhere. */
function byParts(tf: Tf, x: TfTensor, positive: TfTensor, negative: TfTensor): TfTensor {
  return tf.where(tf.greater(x, 0), positive, negative);
}

/** e^x − 1 for x ≤ 0; 0 for the rest, so that nothing overflows. */
function expm1OfNegative(tf: Tf, x: TfTensor): TfTensor {
  return tf.expm1(tf.minimum(x, 0));
}

function hardSigmoid(tf: Tf, x: TfTensor, alpha: number, beta: number): TfTensor {
  return tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);
}

/** x ≥ 0 ? x : slope·x, with the slope broadcast to x. */
const prelu: Handler = (call) => {
  const { tf } = call;
  const { tensors, layout } = aligned(call, [call.input(0), call.input(1)]);
  const [x, slope] = tensors as [TfTensor, TfTensor];
  const y = tf.add(tf.relu(x), tf.mul(slope, tf.minimum(x, 0)));
  return call.value(call.input(0).dataType, y, layout);
};

/** Which of the infinities count is set by two attributes. */
const isInfinite: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const { layout } = x;
  const tensor = x.in(layout);
  const sign = call.int('detect_positive') - call.int('detect_negative');
  if (call.int('detect_positive') + call.int('detect_negative') === 0) {
    return call.value('bool', tf.zeros(tensor.shape, 'bool'), layout);
  }
  const side = sign === 0 ? tf.isInf(tensor) : tf.equal(tensor, sign * Infinity);
  return call.value('bool', side, layout);
};

const isNaN: Handler = (call) => {
  const x = call.input(0);
  const { layout } = x;
  return call.value('bool', call.tf.isNaN(x.in(layout)), layout);
};

export const activations: Handlers = {
  Identity: unary((tf, x) => tf.clone(x)),
  Abs: unary((tf, x) => tf.abs(x)),
  Neg: unary((tf, x) => tf.neg(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Floor: unary((tf, x) => tf.floor(x)),
  Ceil: unary((tf, x) => tf.ceil(x)),
  // Both round halves to even.
  Round: unary((tf, x) => tf.round(x)),
  Reciprocal: unary((tf, x) => tf.reciprocal(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Sin: unary((tf, x) => tf.sin(x)),
  Cos: unary((tf, x) => tf.cos(x)),
  Tan: unary((tf, x) => tf.tan(x)),
  Asin: unary((tf, x) => tf.asin(x)),
  Acos: unary((tf, x) => tf.acos(x)),
  Atan: unary((tf, x) => tf.atan(x)),
  Sinh: unary((tf, x) => tf.sinh(x)),
  Cosh: unary((tf, x) => tf.cosh(x)),
  Asinh: unary((tf, x) => tf.asinh(x)),
  Acosh: unary((tf, x) => tf.acosh(x)),
  Atanh: unary((tf, x) => tf.atanh(x)),
  Erf: unary((tf, x) => tf.erf(x)),
  Relu: unary((tf, x) => tf.relu(x)),
  LeakyRelu: unary((tf, x, call) => tf.leakyRelu(x, call.float('alpha'))),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Softplus: unary((tf, x) => tf.softplus(x)),
  Softsign: unary((tf, x) => tf.div(x, tf.add(tf.abs(x), 1))),
  Elu: unary((tf, x, call) => byParts(tf, x, x, tf.mul(expm1OfNegative(tf, x), call.float('alpha')))),
  Selu: unary((tf, x, call) => {
    // The defaults are those of the ONNX specification.
    const negative = tf.mul(expm1OfNegative(tf, x), call.float('alpha'));
    return tf.mul(byParts(tf, x, x, negative), call.float('gamma'));
  }),
  HardSigmoid: unary((tf, x, call) => hardSigmoid(tf, x, call.float('alpha'), call.float('beta'))),
  HardSwish: unary((tf, x) => tf.mul(x, hardSigmoid(tf, x, 1 / 6, 0.5))),
  Mish: unary((tf, x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  PRelu: prelu,
  IsInf: isInfinite,
  IsNaN: isNaN,
};
