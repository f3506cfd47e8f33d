/** Operators of one element at a time, with TensorFlow's broadcasting. */
import { int, float } from '../../../graph/attributes.ts';
import type { GraphBuilder } from '../../../graph/builder.ts';
import { numbersOf } from '../../../graph/tensor.ts';
import { scalarOf } from '../constants.ts';
import { broadcastIn } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';

interface Aligned {
  readonly values: readonly string[];
  readonly order: readonly number[];
}

/** The operands in the order of the one with the most axes, constants giving way, so that they broadcast. */
export function aligned(scope: OperatorScope, operands: readonly Operand[]): Aligned {
  const { builder } = scope;
  const rank = Math.max(...operands.map(({ order }) => order.length));
  const widest = operands.filter(({ order }) => order.length === rank);
  const lead = widest.find(({ value }) => builder.constantOf(value) === undefined) ?? widest[0];
  if (lead === undefined) throw scope.refuse('has no inputs');
  return {
    values: operands.map((operand) => broadcastIn(builder, operand, lead.order)),
    order: lead.order,
  };
}

/** Operands of several types are brought to the widest, as tfjs does: truth values to integers, integers to floats. */
function ofOneType(builder: GraphBuilder, values: readonly string[]): readonly string[] {
  const types = values.map((value) => builder.type(value).dataType);
  if (types.every((type) => type === types[0] && type !== 'bool')) return values;
  const widest = types.includes('float32') ? 'float32' : 'int64';
  return values.map((value, index) => (types[index] === widest ? value : builder.cast(value, widest)));
}

type Combine = (builder: GraphBuilder, values: readonly [string, string]) => string;

/** A handler for an operator of two numbers. */
function ofTwo(combine: Combine): Handler {
  return (scope) => {
    const { values, order } = aligned(scope, scope.operands(0, 2));
    const [a = '', b = ''] = ofOneType(scope.builder, values);
    return { value: combine(scope.builder, [a, b]), order };
  };
}

/** A handler for an operator of one number, whose result may depend on attributes. */
function ofOne(map: (builder: GraphBuilder, x: string, scope: OperatorScope) => string): Handler {
  return (scope) => {
    const { value, order } = scope.operand(0);
    return { value: map(scope.builder, value, scope), order };
  };
}

const isFloat = (builder: GraphBuilder, value: string): boolean => builder.type(value).dataType === 'float32';

/** ⌊a/b⌋. The division of integers cuts towards zero: one less where it did so upwards. */
const floorDivision: Combine = (builder, [a, b]) => {
  const quotient = builder.div(a, b);
  if (isFloat(builder, a)) return builder.apply('Floor', [quotient]);
  if (isNeverNegative(builder, a) && isNeverNegative(builder, b)) return quotient;
  const zero = scalarOf(builder, 'int64', 0);
  const rest = builder.sub(a, builder.mul(quotient, b));
  const inexact = builder.apply('Not', [builder.equal(rest, zero)]);
  const apart = builder.apply('Xor', [builder.less(rest, zero), builder.less(b, zero)]);
  const upwards = builder.apply('And', [inexact, apart]);
  return builder.sub(quotient, builder.cast(upwards, 'int64'));
};

/** Whether a value holds constants from 0 up, or sizes, which are never negative. */
function isNeverNegative(builder: GraphBuilder, value: string): boolean {
  const held = builder.constantOf(value);
  const elements = held === undefined ? builder.elementsOf(value) : numbersOf(held);
  return elements?.every((element) => typeof element === 'string' || element >= 0) ?? false;
}

/** a − b·⌊a/b⌋, of the sign of b. */
const floorRemainder: Combine = (builder, [a, b]) =>
  isFloat(builder, a)
    ? builder.sub(a, builder.mul(b, builder.apply('Floor', [builder.div(a, b)])))
    : builder.apply('Mod', [a, b], { fmod: int(0) });

/** tfjs divides integers downwards. */
const division: Combine = (builder, pair) =>
  isFloat(builder, pair[0]) ? builder.div(...pair) : floorDivision(builder, pair);

const divisionWithoutNaN: Combine = (builder, [a, b]) => {
  const empty = builder.equal(b, builder.scalar(0));
  const quotient = builder.div(a, builder.where(empty, builder.scalar(1), b));
  return builder.where(empty, builder.scalar(0), quotient);
};

const squaredDifference: Combine = (builder, [a, b]) => {
  const difference = builder.sub(a, b);
  return builder.mul(difference, difference);
};

const add = ofTwo((builder, [a, b]) => builder.add(a, b));

const addAll: Handler = (scope) => {
  const { values, order } = aligned(scope, scope.operands());
  const [first = '', ...others] = values;
  return { value: others.reduce((sum, value) => scope.builder.add(sum, value), first), order };
};

/** Adds a vector along the channels. */
const biasAdd: Handler = (scope) => ({
  ...scope.operand(0),
  value: biased(scope, scope.operand(0), scope.operand(1)),
});

/** The operand with a vector added along the channels of the node's data_format. */
export function biased(scope: OperatorScope, operand: Operand, bias: Operand): string {
  const { builder } = scope;
  const rank = operand.order.length;
  const first = rank > 2 && scope.format === 'NCHW' && bias.order.length === 1;
  const shaped: Operand = first
    ? {
        value: builder.unsqueeze(
          bias.value,
          Array.from({ length: rank - 2 }, (_, at) => at + 1),
        ),
        order: Array.from({ length: rank - 1 }, (_, at) => at),
      }
    : bias;
  return builder.add(operand.value, broadcastIn(builder, shaped, operand.order));
}

/** Bounds are scalars mostly, and may be tensors. */
const clip: Handler = (scope) => {
  const { builder } = scope;
  const { values, order } = aligned(scope, scope.operands(0, 3));
  const [x = '', least = '', most = ''] = ofOneType(builder, values);
  const scalars = [least, most].every((bound) => builder.dims(bound).length === 0);
  if (scalars) return { value: builder.apply('Clip', [x, least, most]), order };
  return { value: builder.apply('Min', [builder.apply('Max', [x, least]), most]), order };
};

const leakyRelu: Handler = ofOne((builder, x, scope) =>
  builder.apply('LeakyRelu', [x], { alpha: float(scope.attribute('alpha', 0.2)) }),
);

const parametricRelu: Handler = (scope) => {
  const x = scope.operand(0);
  const slope = broadcastIn(scope.builder, scope.operand(1), x.order);
  return { value: scope.builder.apply('PRelu', [x.value, slope]), order: x.order };
};

export const elementwiseOperators: Handlers = {
  Add: add,
  AddV2: add,
  AddN: addAll,
  BiasAdd: biasAdd,
  BiasAddV1: biasAdd,
  Sub: ofTwo((builder, [a, b]) => builder.sub(a, b)),
  Mul: ofTwo((builder, [a, b]) => builder.mul(a, b)),
  RealDiv: ofTwo(division),
  Div: ofTwo(division),
  DivNoNan: ofTwo(divisionWithoutNaN),
  FloorDiv: ofTwo(floorDivision),
  FloorMod: ofTwo(floorRemainder),
  Mod: ofTwo(floorRemainder),
  Maximum: ofTwo((builder, pair) => builder.apply('Max', pair)),
  Minimum: ofTwo((builder, pair) => builder.apply('Min', pair)),
  Pow: ofTwo((builder, [a, b]) => builder.pow(a, b)),
  SquaredDifference: ofTwo(squaredDifference),
  ClipByValue: clip,
  LeakyRelu: leakyRelu,
  Prelu: parametricRelu,
  Abs: ofOne((builder, x) => builder.abs(x)),
  Neg: ofOne((builder, x) => builder.neg(x)),
  Sign: ofOne((builder, x) => builder.sign(x)),
  Exp: ofOne((builder, x) => builder.exp(x)),
  Expm1: ofOne((builder, x) => builder.sub(builder.exp(x), builder.scalar(1))),
  Log: ofOne((builder, x) => builder.log(x)),
  Log1p: ofOne((builder, x) => builder.log(builder.add(x, builder.scalar(1)))),
  Sqrt: ofOne((builder, x) => builder.sqrt(x)),
  Rsqrt: ofOne((builder, x) => builder.apply('Reciprocal', [builder.sqrt(x)])),
  Square: ofOne((builder, x) => builder.mul(x, x)),
  Reciprocal: ofOne((builder, x) => builder.apply('Reciprocal', [x])),
  Inv: ofOne((builder, x) => builder.apply('Reciprocal', [x])),
  Sin: ofOne((builder, x) => builder.apply('Sin', [x])),
  Cos: ofOne((builder, x) => builder.apply('Cos', [x])),
  Tan: ofOne((builder, x) => builder.div(builder.apply('Sin', [x]), builder.apply('Cos', [x]))),
  Erf: ofOne((builder, x) => builder.apply('Erf', [x])),
  Floor: ofOne((builder, x) => builder.apply('Floor', [x])),
  Ceil: ofOne((builder, x) => builder.apply('Ceil', [x])),
  Round: ofOne((builder, x) => builder.apply('Round', [x])),
  Rint: ofOne((builder, x) => builder.apply('Round', [x])),
  Sigmoid: ofOne((builder, x) => builder.sigmoid(x)),
  Tanh: ofOne((builder, x) => builder.tanh(x)),
  Relu: ofOne((builder, x) => builder.relu(x)),
  Relu6: ofOne((builder, x) => relu6(builder, x)),
  Elu: ofOne((builder, x) => builder.apply('Elu', [x])),
  Selu: ofOne((builder, x) => builder.apply('Selu', [x])),
  Softplus: ofOne((builder, x) => builder.apply('Softplus', [x])),
  Softsign: ofOne((builder, x) => builder.apply('Softsign', [x])),
};

/** min(max(x, 0), 6), with a gradient of 1 strictly inside and 0 beyond. */
export function relu6(builder: GraphBuilder, x: string): string {
  return builder.apply('Clip', [builder.relu(x), '', builder.scalar(6)]);
}
