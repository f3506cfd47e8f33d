/** Arithmetic of one element at a time, with broadcasting. */
import { numbersOf } from '../../graph/tensor.ts';
import { bySlope, once } from '../backward.ts';
import type { BackwardNode, Partial, RuleTable } from '../backward.ts';
import { filledLike } from '../../graph/filling.ts';

export const elementwise: RuleTable = {
  Add: (node) => [() => node.sumToInput(node.gradient, 0), () => node.sumToInput(node.gradient, 1)],

  Sub: (node) => [
    () => node.sumToInput(node.gradient, 0),
    () => node.builder.neg(node.sumToInput(node.gradient, 1)),
  ],

  Mul: (node) => [
    () => node.sumToInput(node.builder.mul(node.gradient, node.input(1)), 0),
    () => node.sumToInput(node.builder.mul(node.gradient, node.input(0)), 1),
  ],

  Div: (node) => {
    const { builder } = node;
    return [
      () => node.sumToInput(builder.div(node.gradient, node.input(1)), 0),
      // ∂(a/b)/∂b = −(a/b)/b
      () => {
        const weighted = builder.mul(node.gradient, builder.div(node.output(), node.input(1)));
        return builder.neg(node.sumToInput(weighted, 1));
      },
    ];
  },

  Pow: (node) => [() => powerByBase(node), () => powerByExponent(node)],

  Sum: (node) => node.node.inputs.map((_, index) => () => node.sumToInput(node.gradient, index)),

  Mean: (node) =>
    node.node.inputs.map((_, index, all) => () => {
      return node.sumToInput(node.scaled(node.gradient, 1 / all.length), index);
    }),

  Max: extremum,
  Min: extremum,

  // An element that comes out as it went in is inside or at a bound: slope 1, as PyTorch's clamp has it.
  Clip: (node) => {
    const { builder } = node;
    const passed = (condition: string): string => builder.mul(node.gradient, node.mask(condition));
    return [
      () => passed(builder.equal(node.input(0), node.output())),
      () => node.sumToInput(passed(builder.less(node.input(0), node.input(1))), 1),
      () => node.sumToInput(passed(builder.greater(node.input(0), node.input(2))), 2),
    ];
  },

  Neg: (node) => [() => node.builder.neg(node.gradient)],
  Abs: bySlope((node) => node.builder.sign(node.input(0))),
  Exp: bySlope((node) => node.output()),
  Sqrt: (node) => [() => node.builder.div(node.scaled(node.gradient, 0.5), node.output())],
  Log: (node) => [() => node.builder.div(node.gradient, node.input(0))],
  Reciprocal: (node) => [
    () => node.builder.neg(node.builder.mul(node.gradient, node.builder.mul(node.output(), node.output()))),
  ],
  Sin: bySlope((node) => node.apply('Cos', [node.input(0)])),
  Cos: bySlope((node) => node.builder.neg(node.apply('Sin', [node.input(0)]))),

  Tan: bySlope((node) => onePlus(node, squareOf(node, node.output()))),
  Asin: (node) => [() => node.builder.div(node.gradient, arcRoot(node))],
  Acos: (node) => [() => node.builder.neg(node.builder.div(node.gradient, arcRoot(node)))],
  Atan: (node) => [() => node.builder.div(node.gradient, onePlus(node, squareOf(node, node.input(0))))],
  Sinh: bySlope((node) => node.apply('Cosh', [node.input(0)])),
  Cosh: bySlope((node) => node.apply('Sinh', [node.input(0)])),
  Asinh: (node) => [
    () => node.builder.div(node.gradient, node.builder.sqrt(onePlus(node, squareOf(node, node.input(0))))),
  ],
  Acosh: (node) => [
    () => {
      const beyond = node.builder.sub(squareOf(node, node.input(0)), node.scalar(1));
      return node.builder.div(node.gradient, node.builder.sqrt(beyond));
    },
  ],
  Atanh: (node) => [() => node.builder.div(node.gradient, oneMinus(node, squareOf(node, node.input(0))))],

  // The rest of a division whose quotient is cut towards 0 (fmod), which is all that floats have.
  Mod: (node) => [
    () => node.sumToInput(node.gradient, 0),
    () => {
      const { builder } = node;
      const quotient = builder.div(builder.sub(node.input(0), node.output()), node.input(1));
      const whole = node.apply('Round', [quotient]);
      return builder.neg(node.sumToInput(builder.mul(node.gradient, whole), 1));
    },
  ],

  // d erf(x)/dx = 2/√π · e^(−x²)
  Erf: bySlope((node) => {
    const squared = node.builder.mul(node.input(0), node.input(0));
    return node.scaled(node.builder.exp(node.builder.neg(squared)), 2 / Math.sqrt(Math.PI));
  }),
};

const squareOf = (node: BackwardNode, value: string): string => node.builder.mul(value, value);
const onePlus = (node: BackwardNode, value: string): string => node.builder.add(value, node.scalar(1));
const oneMinus = (node: BackwardNode, value: string): string => node.builder.sub(node.scalar(1), value);

/** √(1 − x²) */
const arcRoot = (node: BackwardNode): string =>
  node.builder.sqrt(oneMinus(node, squareOf(node, node.input(0))));

/** The gradient goes to the inputs that hold the extremum, in equal shares where several do. */
function extremum(node: BackwardNode): Partial[] {
  const { builder } = node;
  const holds = node.node.inputs.map((input) => once(() => node.mask(builder.equal(input, node.output()))));
  const share = once(() => {
    const count = holds.map((hold) => hold()).reduce((sum, hold) => builder.add(sum, hold));
    return builder.div(node.gradient, count);
  });
  return holds.map((hold, index) => () => node.sumToInput(builder.mul(share(), hold()), index));
}

/** p·x^(p−1), and 0 where the exponent is 0. */
function powerByBase(node: BackwardNode): string {
  const { builder } = node;
  const base = node.input(0);
  const held = builder.constantOf(node.input(1));
  const exponents = held === undefined ? [] : numbersOf(held);
  const fixed = exponents.length === 1 ? exponents[0] : undefined;
  if (fixed === 0) return filledLike(builder, base, 0);
  if (fixed === 2) {
    return node.sumToInput(builder.mul(node.gradient, node.scaled(base, 2)), 0);
  }
  if (fixed !== undefined) {
    const slope = node.scaled(builder.pow(base, node.scalar(fixed - 1)), fixed);
    return node.sumToInput(builder.mul(node.gradient, slope), 0);
  }
  const exponent = floatingExponent(node);
  const slope = builder.mul(exponent, builder.pow(base, builder.sub(exponent, node.scalar(1))));
  const flat = builder.equal(exponent, node.scalar(0));
  return node.sumToInput(builder.mul(node.gradient, builder.where(flat, node.scalar(0), slope)), 0);
}

/** x^p·ln x, and 0 where x is 0. */
function powerByExponent(node: BackwardNode): string {
  const { builder } = node;
  const base = node.input(0);
  const slope = builder.mul(node.output(), builder.log(base));
  const safe = builder.where(builder.equal(base, node.scalar(0)), node.scalar(0), slope);
  return node.sumToInput(builder.mul(node.gradient, safe), 1);
}

function floatingExponent(node: BackwardNode): string {
  const exponent = node.input(1);
  return node.builder.type(exponent).dataType === node.dataType
    ? exponent
    : node.builder.cast(exponent, node.dataType);
}
