/** Operators that move blocks between space and channels, or keep a triangle. */
import type { Handler, Handlers } from '../operator.ts';

/** [N, C·b², H, W] to [N, C, H·b, W·b]. */
const depthToSpace: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const block = call.int('blocksize');
  const [batch = 0, all = 0, height = 0, width = 0] = x.dims;
  const channels = all / (block * block);
  const blocksFirst = call.text('mode') === 'DCR';
  const apart = tf.reshape(
    x.first(),
    blocksFirst
      ? [batch, block, block, channels, height, width]
      : [batch, channels, block, block, height, width],
  );
  const moved = tf.transpose(apart, blocksFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]);
  return call.value(x.dataType, tf.reshape(moved, [batch, channels, height * block, width * block]));
};

/** [N, C, H·b, W·b] to [N, b²·C, H, W]. */
const spaceToDepth: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const block = call.int('blocksize');
  const [batch = 0, channels = 0, ...sizes] = x.dims;
  const [height = 0, width = 0] = sizes.map((size) => size / block);
  const apart = tf.reshape(x.first(), [batch, channels, height, block, width, block]);
  const moved = tf.transpose(apart, [0, 3, 5, 1, 2, 4]);
  return call.value(x.dataType, tf.reshape(moved, [batch, channels * block * block, height, width]));
};

/** Keeps the upper (or lower) triangle of each matrix, from the k-th diagonal on, and zeros elsewhere. */
const triangle: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const [rows = 0, columns = 0] = x.dims.slice(-2);
  const diagonal = call.optional(1)?.numbers()[0] ?? 0;
  const upper = call.int('upper') === 1;
  const mask = Uint8Array.from({ length: rows * columns }, (_, index) => {
    const above = (index % columns) - Math.floor(index / columns) - diagonal;
    return Number(upper ? above >= 0 : above <= 0);
  });
  const tensor = x.first();
  const kept = tf.where(tf.tensor(mask, [rows, columns], 'bool'), tensor, tf.zerosLike(tensor));
  return call.value(x.dataType, kept);
};

export const rearrangements: Handlers = {
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Trilu: triangle,
};
