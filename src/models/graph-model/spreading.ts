/**
 * SpaceToBatchND and BatchToSpaceND, which TensorFlow writes around a convolution to dilate it. Taken apart lazily:
 * a convolution in between is dilated instead (exactly the same sums), and no image is spread over the batch.
 */
import type { GraphBuilder } from '../../graph/builder.ts';
import type { Dimension } from '../../graph/types.ts';
import { dimsOf, inOrder, ownOrder, plain } from './operand.ts';
import type { Operand } from './operand.ts';

/** The tensor itself, where it was only said to be taken apart: [N, H, W, …] as [b·b·N, H/b, W/b, …]. */
export function tookApart(builder: GraphBuilder, operand: Operand): Operand {
  if (operand.spread === undefined) return operand;
  const { blocks } = operand.spread;
  const axes = blocks.length;
  const [batch = 1, ...rest] = dimsOf(builder, operand);
  const value = inOrder(builder, operand, ownOrder(operand.order.length));
  const within = blocks.flatMap((block, at) => [sizeOver(rest[at], block), block]);
  const opened = reshape(builder, value, [batch, ...within, ...rest.slice(axes)]);
  const offsets = blocks.map((_, at) => 2 * at + 2);
  const positions = blocks.map((_, at) => 2 * at + 1);
  const others = rest.slice(axes).map((_, at) => 2 * axes + 1 + at);
  const moved = builder.transpose(opened, [...offsets, 0, ...positions, ...others]);
  const sizes = blocks.map((block, at) => sizeOver(rest[at], block));
  return plain(builder, reshape(builder, moved, ['rest', ...sizes, ...rest.slice(axes)]));
}

/** Puts a tensor that was taken apart together: [b·b·N, H, W, …] as [N, H·b, W·b, …]. */
export function putTogether(builder: GraphBuilder, operand: Operand, blocks: readonly number[]): Operand {
  const axes = blocks.length;
  const [, ...rest] = dimsOf(builder, operand);
  const value = inOrder(builder, operand, ownOrder(operand.order.length));
  const opened = reshape(builder, value, [...blocks, 'rest', ...rest]);
  const interleaved = blocks.flatMap((_, at) => [axes + 1 + at, at]);
  const others = rest.slice(axes).map((_, at) => 2 * axes + 1 + at);
  const moved = builder.transpose(opened, [axes, ...interleaved, ...others]);
  const sizes = blocks.map((block, at) => Number(rest[at]) * block);
  return plain(builder, reshape(builder, moved, ['rest', ...sizes, ...rest.slice(axes)]));
}

const sizeOver = (size: Dimension | undefined, block: number): number => Number(size) / block;

/** Reshapes to sizes of which one, named, is what remains. */
function reshape(builder: GraphBuilder, value: string, dims: readonly Dimension[]): string {
  return builder.reshape(
    value,
    dims.map((dim) => (typeof dim === 'number' ? dim : -1)),
  );
}
