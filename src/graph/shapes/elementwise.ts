/** Shapes of operators that work element by element: one input's shape, or what the inputs broadcast to. */
import { attribute } from '../attributes.ts';
import { dataTypeOf } from '../data-types.ts';
import type { DataType, ValueType } from '../types.ts';
import type { Application, ShapeRule, ShapeRules } from './application.ts';
import { FLOATS, NUMBERS, SIGNED } from './type-groups.ts';
import { broadcast, broadcastInputs } from './broadcast.ts';
import { shapeText } from './dimensions.ts';

const UNSIGNED: readonly DataType[] = ['uint8', 'uint16', 'uint32', 'uint64'];
const INTEGERS: readonly DataType[] = [...UNSIGNED, 'int8', 'int16', 'int32', 'int64'];

/** One input; the output has its type. */
function unary(allowed: readonly DataType[]): ShapeRule {
  return (site) => [{ dataType: site.dataTypeAmong(0, allowed), dims: site.dims(0) }];
}

/** Inputs of one data type that broadcast together. */
function joined(inputs: readonly [number, number], allowed: readonly DataType[]): ShapeRule {
  return (site) => {
    const all = Array.from({ length: site.inputCount }, (_, index) => index);
    return [{ dataType: site.commonDataType(all, allowed), dims: broadcastInputs(site, all) }];
  };
}

function power(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, [...FLOATS, 'int32', 'int64']);
  site.dataTypeAmong(1, NUMBERS);
  return [{ dataType, dims: broadcastInputs(site, [0, 1]) }];
}

function clip(site: Application): readonly ValueType[] {
  for (const index of [1, 2]) {
    if (site.has(index) && site.dims(index).length > 0) {
      site.fail(`bound ${String(index)} is ${shapeText(site.dims(index))}, expected a scalar`);
    }
  }
  return [{ dataType: site.commonDataType([0, 1, 2], NUMBERS), dims: site.dims(0) }];
}

function cast(site: Application): readonly ValueType[] {
  const code = attribute(site.node, 'to', 'int') ?? site.fail('it has no attribute to');
  const dataType = dataTypeOf(code) ?? site.fail(`the data type number ${String(code)} is unknown`);
  return [{ dataType, dims: site.dims(0) }];
}

/** The slope broadcasts to the input, never the other way round. */
function parametricRelu(site: Application): readonly ValueType[] {
  const dataType = site.commonDataType([0, 1], FLOATS);
  if (site.dims(1).length > site.dims(0).length) {
    site.fail(`the slope ${shapeText(site.dims(1))} has more axes than the input ${shapeText(site.dims(0))}`);
  }
  return [{ dataType, dims: broadcast(site, site.dims(0), site.dims(1)) }];
}

const float = unary(FLOATS);
const rounding = unary(FLOATS);
const signed = unary(SIGNED);
const arithmetic = joined([2, 2], NUMBERS);
const bits = joined([2, 2], INTEGERS);
const several = joined([1, Infinity], NUMBERS);

export const elementwiseShapes = {
  Abs: unary(NUMBERS),
  Neg: signed,
  Sign: unary(NUMBERS),
  Relu: signed,
  Sqrt: float,
  Exp: float,
  Log: float,
  Reciprocal: float,
  Erf: unary(NUMBERS),
  Sin: float,
  Cos: float,
  Tan: float,
  Asin: float,
  Acos: float,
  Atan: float,
  Sinh: float,
  Cosh: float,
  Asinh: float,
  Acosh: float,
  Atanh: float,
  Floor: rounding,
  Ceil: rounding,
  Round: rounding,
  Sigmoid: float,
  Tanh: float,
  Softplus: float,
  Softsign: float,
  LeakyRelu: float,
  Elu: float,
  Selu: float,
  HardSigmoid: float,
  HardSwish: float,
  Mish: float,
  PRelu: parametricRelu,
  Add: arithmetic,
  Sub: arithmetic,
  Mul: arithmetic,
  Div: arithmetic,
  Mod: arithmetic,
  BitShift: joined([2, 2], UNSIGNED),
  BitwiseAnd: bits,
  BitwiseOr: bits,
  BitwiseXor: bits,
  BitwiseNot: unary(INTEGERS),
  Pow: power,
  Min: several,
  Max: several,
  Sum: joined([1, Infinity], FLOATS),
  Mean: joined([1, Infinity], FLOATS),
  Clip: clip,
  Cast: cast,
} satisfies ShapeRules;
