/** Concatenation, comparison and logic, and values made from sizes. */
import { int } from '../../../graph/attributes.ts';
import { tensor } from '../../../graph/tensor.ts';
import { scalarOf, scalarTensor } from '../constants.ts';
import { inOrder } from '../operand.ts';
import type { Operand } from '../operand.ts';
import type { Handler, Handlers, OperatorScope } from '../scope.ts';
import { aligned } from './elementwise.ts';
import { expanded } from './shape.ts';

/** Joins along an axis, which is the last input. */
const concat: Handler = (scope) => {
  const last = scope.count - 1;
  const axis = scope.axis(scope.number(last, 'axis'), scope.rank(0));
  return joined(scope, scope.operands(0, last), axis);
};

/** In the older form the axis comes first. */
const olderConcat: Handler = (scope) => {
  const axis = scope.axis(scope.number(0, 'axis'), scope.rank(1));
  return joined(scope, scope.operands(1), axis);
};

function joined(scope: OperatorScope, operands: readonly Operand[], axis: number): Operand {
  const { builder } = scope;
  const lead = operands.find(({ value }) => builder.constantOf(value) === undefined) ?? operands[0];
  if (lead === undefined) throw scope.refuse('joins nothing');
  if (operands.length === 1) return lead;
  const { order } = lead;
  const values = operands.map((operand) => {
    if (operand.order.length !== order.length) throw scope.refuse('joins values of different ranks');
    return inOrder(builder, operand, order);
  });
  return { value: builder.concat(values, order.indexOf(axis)), order };
}

/** Joins along a new axis. */
const pack: Handler = (scope) => {
  const axis = scope.axis(scope.attribute('axis', 0), scope.rank(0) + 1);
  const operands = scope.operands().map((operand) => expanded(scope, operand, axis));
  return joined(scope, operands, axis);
};

function comparison(operator: 'Equal' | 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual'): Handler {
  return logic((scope, values) => scope.builder.apply(operator, values));
}

function logic(apply: (scope: OperatorScope, values: readonly string[]) => string): Handler {
  return (scope) => {
    const { values, order } = aligned(scope, scope.operands());
    return { value: apply(scope, values), order };
  };
}

const notEqual = logic(({ builder }, values) => builder.apply('Not', [builder.apply('Equal', values)]));

const isFinite = logic(({ builder }, [x = '']) => {
  const isOther = builder.apply('Or', [builder.apply('IsNaN', [x]), builder.apply('IsInf', [x])]);
  return builder.apply('Not', [isOther]);
});

const fill: Handler = (scope) => scope.result(scope.builder.expand(scope.plain(1), scope.plain(0)));

/** A tensor of the operand's shape and type that holds one number. */
function like(number: 0 | 1): Handler {
  return (scope) => {
    const x = scope.operand(0);
    const { builder } = scope;
    const one = scalarTensor(scope.dataType(x), number);
    const value = builder.apply('ConstantOfShape', [builder.shape(x.value)], {
      value: { kind: 'tensor', value: { ...one, dims: [1] } },
    });
    return { value, order: x.order };
  };
}

const range: Handler = (scope) =>
  scope.result(scope.builder.apply('Range', [scope.plain(0), scope.plain(1), scope.plain(2)]));

/** Indices, depth, and the values where an index points and where none does. */
const oneHot: Handler = (scope) => {
  const { builder } = scope;
  const depth = scalarOf(builder, 'int64', scope.number(1, 'depth'));
  const [on, off] = [scope.number(2, 'value'), scope.number(3, 'value')];
  const dataType = scope.dataType(scope.operand(2));
  const values =
    dataType === 'int64'
      ? tensor('int64', [2], BigInt64Array.of(BigInt(off), BigInt(on)))
      : tensor('float32', [2], Float32Array.of(off, on));
  const value = builder.apply('OneHot', [scope.plain(0), depth, builder.constant(values)], {
    axis: int(scope.attribute('axis', -1)),
  });
  return scope.result(dataType === 'bool' ? builder.cast(value, 'bool') : value);
};

export const joiningOperators: Handlers = {
  ConcatV2: concat,
  Concat: olderConcat,
  Pack: pack,
  Equal: comparison('Equal'),
  NotEqual: notEqual,
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logic(({ builder }, values) => builder.apply('And', values)),
  LogicalOr: logic(({ builder }, values) => builder.apply('Or', values)),
  LogicalNot: logic(({ builder }, values) => builder.apply('Not', values)),
  IsNan: logic(({ builder }, values) => builder.apply('IsNaN', values)),
  IsInf: logic(({ builder }, values) => builder.apply('IsInf', values)),
  IsFinite: isFinite,
  Fill: fill,
  ZerosLike: like(0),
  OnesLike: like(1),
  Range: range,
  OneHot: oneHot,
};
