/**
 * A TensorFlow tensor in the graph. TensorFlow mostly puts the channels last and the graph's operators want them
 * first; so an operand says which of TensorFlow's axes each axis of its value holds, a transposition changes that
 * alone, and elements are moved only where an operator depends on an order that the value is not in.
 */
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Dimension } from '../../graph/types.ts';

export interface Operand {
  readonly value: string;
  /** By axis of the value, the axis of TensorFlow's tensor that it holds. */
  readonly order: readonly number[];
  /** The tensor before SpaceToBatchND took it apart, in whose place `value` and `order` stand. */
  readonly spread?: Spread;
}

/** What SpaceToBatchND does to the spatial axes of an already padded tensor. */
export interface Spread {
  readonly blocks: readonly number[];
}

/** The order of TensorFlow itself. */
export function ownOrder(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Channels first of a tensor whose channels are the last axis. */
export function channelsFirstOrder(rank: number): readonly number[] {
  return [0, rank - 1, ...ownOrder(rank).slice(1, -1)];
}

/** A value in TensorFlow's own order. */
export function plain(builder: GraphBuilder, value: string): Operand {
  return { value, order: ownOrder(builder.dims(value).length) };
}

/** The sizes in TensorFlow's order. */
export function dimsOf(builder: GraphBuilder, { value, order }: Operand): readonly Dimension[] {
  const dims = builder.dims(value);
  return order.map((_, axis) => dims[order.indexOf(axis)] ?? 1);
}

/** The operand's order once axes of TensorFlow's tensor are gone. */
export function withoutAxes(order: readonly number[], axes: readonly number[]): readonly number[] {
  return order
    .filter((axis) => !axes.includes(axis))
    .map((axis) => axis - axes.filter((gone) => gone < axis).length);
}

/**
 * The value with its axes in another order of the same rank. Where only axes of size 1 change their places, no
 * element moves, and a reshape does.
 */
export function inOrder(builder: GraphBuilder, operand: Operand, order: readonly number[]): string {
  const permutation = order.map((axis) => operand.order.indexOf(axis));
  if (permutation.every((from, to) => from === to)) return operand.value;
  const dims = builder.dims(operand.value);
  const moving = permutation.filter((axis) => dims[axis] !== 1);
  const open = dims.filter((dim) => typeof dim === 'string').length;
  if (open <= 1 && moving.every((axis, at) => at === 0 || axis > (moving[at - 1] ?? 0))) {
    const target = permutation.map((axis) => dims[axis] ?? 1);
    return builder.reshape(
      operand.value,
      target.map((dim) => (typeof dim === 'number' ? dim : -1)),
    );
  }
  return builder.transpose(operand.value, permutation);
}

/** The value as it broadcasts, by TensorFlow's rules, against values of at least its rank in the given order. */
export function broadcastIn(builder: GraphBuilder, operand: Operand, order: readonly number[]): string {
  const more = order.length - operand.order.length;
  if (operand.order.length === 0 || (more === 0 && order.length === 1)) return operand.value;
  if (more === 0) return inOrder(builder, operand, order);
  const leading = ownOrder(more);
  const raised: Operand = {
    value: builder.unsqueeze(operand.value, leading),
    order: [...leading, ...operand.order.map((axis) => axis + more)],
  };
  return inOrder(builder, raised, order);
}
