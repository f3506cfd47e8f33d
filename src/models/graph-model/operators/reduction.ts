/** Reductions along axes, and places of extrema. */
import { int } from '../../../graph/attributes.ts';
import type { GraphBuilder } from '../../../graph/builder.ts';
import { scalarOf } from '../constants.ts';
import { withoutAxes } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';

type Reduction = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

/** Reduces along the axes of the second input; no axes leave the value as it is. */
function reduced(scope: OperatorScope, x: Operand, operator: Reduction): Operand {
  const { builder } = scope;
  const rank = x.order.length;
  const axes = scope.numbers(1, 'axes').map((axis) => scope.axis(axis, rank));
  if (axes.length === 0) return x;
  const keep = scope.flag('keep_dims') || scope.flag('keepdims');
  const places = axes.map((axis) => x.order.indexOf(axis));
  const value = builder.apply(operator, [x.value, builder.shapeConstant(places)], {
    keepdims: int(keep ? 1 : 0),
  });
  return { value, order: keep ? x.order : withoutAxes(x.order, axes) };
}

/** A handler that reduces numbers; truth values count as 0 and 1. */
function reduce(operator: Reduction): Handler {
  return (scope) => {
    const x = scope.operand(0);
    const { builder } = scope;
    const isBool = scope.dataType(x) === 'bool';
    return reduced(scope, isBool ? { ...x, value: builder.cast(x.value, 'int64') } : x, operator);
  };
}

/** The mean of whole numbers is a floating-point one, as in tfjs. */
const mean: Handler = (scope) => {
  const x = scope.operand(0);
  const isFloat = scope.dataType(x) === 'float32';
  return reduced(scope, isFloat ? x : { ...x, value: scope.builder.cast(x.value, 'float32') }, 'ReduceMean');
};

/** A product of sizes, some perhaps named, is written element by element, so that it stays a size. */
const product: Handler = (scope) => {
  const elements = scope.elements(0);
  const { builder } = scope;
  if (elements === undefined || elements.length === 0 || scope.rank(0) !== 1) {
    return reduce('ReduceProd')(scope);
  }
  const keep = scope.flag('keep_dims') || scope.flag('keepdims');
  const vector = scope.plain(0);
  const [first = '', ...others] = elements.map((_, at) => elementOf(builder, vector, at));
  const value = others.reduce((total, size) => builder.mul(total, size), first);
  return scope.result(keep ? builder.unsqueeze(value, [0]) : value);
};

export const elementOf = (builder: GraphBuilder, vector: string, at: number): string =>
  builder.gather(vector, scalarOf(builder, 'int64', at));

/** Whether all, or any, of the truth values hold. */
function every(operator: 'ReduceMin' | 'ReduceMax'): Handler {
  return (scope) => {
    const x = scope.operand(0);
    const { builder } = scope;
    const result = reduced(scope, { ...x, value: builder.cast(x.value, 'int64') }, operator);
    return { ...result, value: builder.cast(result.value, 'bool') };
  };
}

function place(operator: 'ArgMax' | 'ArgMin'): Handler {
  return (scope) => {
    const x = scope.operand(0);
    const axis = scope.axis(scope.number(1, 'axis'), x.order.length);
    const value = scope.builder.apply(operator, [x.value], {
      axis: int(x.order.indexOf(axis)),
      keepdims: int(0),
    });
    return { value, order: withoutAxes(x.order, [axis]) };
  };
}

const cumulativeSum: Handler = (scope) => {
  const x = scope.operand(0);
  const axis = scope.axis(scope.number(1, 'axis'), x.order.length);
  const along = scalarOf(scope.builder, 'int64', x.order.indexOf(axis));
  const value = scope.builder.apply('CumSum', [x.value, along], {
    exclusive: int(scope.flag('exclusive') ? 1 : 0),
    reverse: int(scope.flag('reverse') ? 1 : 0),
  });
  return { value, order: x.order };
};

const topK: Handler = (scope) => {
  const { builder } = scope;
  const count = builder.shapeConstant([scope.number(1, 'k')]);
  const outputs = [builder.fresh('values'), builder.fresh('indices')];
  builder.node('TopK', [scope.plain(0), count], { axis: int(-1) }, { outputs });
  return outputs.map((output) => scope.result(output));
};

export const reductionOperators: Handlers = {
  Sum: reduce('ReduceSum'),
  Mean: mean,
  Max: reduce('ReduceMax'),
  Min: reduce('ReduceMin'),
  Prod: product,
  All: every('ReduceMin'),
  Any: every('ReduceMax'),
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
  Cumsum: cumulativeSum,
  TopKV2: topK,
};
