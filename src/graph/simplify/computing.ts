/**
 * Evaluates arithmetic, choice, conversion and generation, with the results an engine would give: float32 is rounded
 * after each operation, integers wrap and their division truncates. What engines may do differently is left to them.
 */
import { attribute } from '../attributes.ts';
import { intOf } from '../operators/definitions.ts';
import type { DataType, Tensor } from '../types.ts';
import type { Evaluation, Evaluator, Evaluators } from './evaluation.ts';
import { broadcastStrides, elementsOf, holdsBigInts, offsetsOf, zeros } from './storage.ts';

type Scalar = number | bigint;

/** The arithmetic of one kind of data type; undefined leaves the node to the engine. */
interface Arithmetic<T extends Scalar> {
  readonly binary: Readonly<Record<string, (a: T, b: T) => T | undefined>>;
  readonly unary: Readonly<Record<string, (x: T) => T>>;
}

const real: Arithmetic<number> = {
  binary: {
    Add: (a, b) => a + b,
    Sub: (a, b) => a - b,
    Mul: (a, b) => a * b,
    Div: (a, b) => a / b,
    Pow: (a, b) => a ** b,
    Min: (a, b) => Math.min(a, b),
    Max: (a, b) => Math.max(a, b),
  },
  unary: { Neg: (x) => -x, Sqrt: (x) => Math.sqrt(x) },
};

const small: Arithmetic<number> = {
  binary: {
    Add: (a, b) => a + b,
    Sub: (a, b) => a - b,
    Mul: (a, b) => Math.imul(a, b),
    Div: (a, b) => (b === 0 ? undefined : Math.trunc(a / b)),
    Mod: (a, b) => (b === 0 ? undefined : ((a % b) + b) % b),
    Min: (a, b) => Math.min(a, b),
    Max: (a, b) => Math.max(a, b),
  },
  unary: { Neg: (x) => -x },
};

const large: Arithmetic<bigint> = {
  binary: {
    Add: (a, b) => a + b,
    Sub: (a, b) => a - b,
    Mul: (a, b) => a * b,
    Div: (a, b) => (b === 0n ? undefined : a / b),
    Mod: (a, b) => (b === 0n ? undefined : ((a % b) + b) % b),
    Min: (a, b) => (a < b ? a : b),
    Max: (a, b) => (a > b ? a : b),
  },
  unary: { Neg: (x) => -x },
};

/** Types held as raw bits, with which nothing can be computed. */
const isRaw = (dataType: DataType): boolean => dataType === 'float16' || dataType === 'bfloat16';

function arithmeticOf(dataType: DataType): Arithmetic<Scalar> | undefined {
  if (isRaw(dataType) || dataType === 'bool' || dataType === 'string') return undefined;
  if (holdsBigInts(dataType)) return large as unknown as Arithmetic<Scalar>;
  const held = dataType === 'float32' || dataType === 'float64' ? real : small;
  return held as unknown as Arithmetic<Scalar>;
}

/** Fills the output from the inputs' elements, each input broadcast to the output's shape. */
function elementwise(
  evaluation: Evaluation,
  inputs: readonly Tensor[],
  compute: (values: readonly Scalar[]) => Scalar | undefined,
): Tensor | undefined {
  const { dataType, dims } = evaluation;
  const result = zeros(dataType, dims);
  const to = elementsOf(result);
  const sources = inputs.map((input) => ({
    from: elementsOf(input),
    offsets: offsetsOf(dims, broadcastStrides(input.dims, dims)),
  }));
  for (let index = 0; index < to.length; index++) {
    const value = compute(sources.map(({ from, offsets }) => from[offsets[index] ?? 0] ?? 0));
    if (value === undefined) return undefined;
    to[index] = value;
  }
  return result;
}

const presentInputs = (evaluation: Evaluation): readonly Tensor[] =>
  evaluation.inputs.filter((input) => input !== undefined);

/** Combines the inputs from left to right. */
function combining(operator: string): Evaluator {
  return (evaluation) => {
    const inputs = presentInputs(evaluation);
    const types = new Set(inputs.map((input) => input.dataType));
    const combine = arithmeticOf(evaluation.dataType)?.binary[operator];
    if (combine === undefined || types.size > 1) return undefined;
    return elementwise(evaluation, inputs, ([first = 0, ...others]) => {
      let result: Scalar | undefined = first;
      for (const other of others) if (result !== undefined) result = combine(result, other);
      return result;
    });
  };
}

/** Of integers, with the sign of the divisor; the other form is that of fractions. */
const modulo: Evaluator = (evaluation) =>
  intOf(evaluation.node, 'fmod') === 0 ? combining('Mod')(evaluation) : undefined;

function mapping(operator: string): Evaluator {
  return (evaluation) => {
    const compute = arithmeticOf(evaluation.dataType)?.unary[operator];
    if (compute === undefined) return undefined;
    return elementwise(evaluation, presentInputs(evaluation), ([x = 0]) => compute(x));
  };
}

/** Raw bits do not compare (0 and −0, NaN). */
function equal(evaluation: Evaluation): Tensor | undefined {
  const inputs = presentInputs(evaluation);
  if (inputs.some(({ dataType }) => isRaw(dataType))) return undefined;
  return elementwise(evaluation, inputs, ([a, b]) => (a === b ? 1 : 0));
}

function where(evaluation: Evaluation): Tensor | undefined {
  return elementwise(evaluation, presentInputs(evaluation), ([condition, a, b]) => (condition === 0 ? b : a));
}

const INTEGER_BITS: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  uint8: [0, 2 ** 8 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  uint16: [0, 2 ** 16 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 53), 2 ** 53],
  uint64: [0, 2 ** 53],
};

/** Converts where the target holds the number or rounds it; a number out of range is the engine's affair. */
function cast(evaluation: Evaluation): Tensor | undefined {
  const { inputs, dataType } = evaluation;
  const from = inputs[0]?.dataType ?? 'string';
  if (isRaw(from) || from === 'string' || isRaw(dataType)) return undefined;
  const range = INTEGER_BITS[dataType];
  return elementwise(evaluation, presentInputs(evaluation), ([x = 0]) => {
    const value = Number(x);
    if (dataType === 'bool') return value === 0 ? 0 : 1;
    if (range === undefined) return typeof x === 'bigint' && Math.abs(value) > 2 ** 53 ? undefined : value;
    const cut = Math.trunc(value);
    if (!(cut >= range[0] && cut <= range[1])) return undefined;
    return holdsBigInts(dataType) ? BigInt(cut) : cut;
  });
}

function constantOfShape({ node, dataType, dims }: Evaluation): Tensor | undefined {
  const result = zeros(dataType, dims);
  const held = attribute(node, 'value', 'tensor');
  if (held === undefined) return result;
  const value = elementsOf(held)[0];
  const to = elementsOf(result);
  if (value !== undefined) for (let index = 0; index < to.length; index++) to[index] = value;
  return result;
}

/** Of integers: engines sum up a range of fractions in their own order. */
function range({ inputs: [start, , step], dataType, dims }: Evaluation): Tensor | undefined {
  if (start === undefined || step === undefined || dataType.startsWith('float')) return undefined;
  const [first = 0, delta = 0] = [elementsOf(start)[0], elementsOf(step)[0]];
  const result = zeros(dataType, dims);
  const to = elementsOf(result);
  for (let index = 0; index < to.length; index++) {
    if (typeof first === 'bigint' && typeof delta === 'bigint') to[index] = first + BigInt(index) * delta;
    else to[index] = Number(first) + index * Number(delta);
  }
  return result;
}

export const computingEvaluators: Evaluators = {
  Add: combining('Add'),
  Sub: combining('Sub'),
  Mul: combining('Mul'),
  Div: combining('Div'),
  Mod: modulo,
  Pow: combining('Pow'),
  Min: combining('Min'),
  Max: combining('Max'),
  Neg: mapping('Neg'),
  Sqrt: mapping('Sqrt'),
  Equal: equal,
  Where: where,
  Cast: cast,
  ConstantOfShape: constantOfShape,
  Range: range,
};
