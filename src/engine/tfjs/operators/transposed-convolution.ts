/**
 * ConvTranspose as an ordinary convolution. With stride s the output position s·q + r takes from the input
 * around q through every s-th kernel element from r: one convolution of stride 1 computes all s·s phases r as
 * channels, which are then woven together. tfjs's own transposed convolution is many times slower on wasm and
 * knows neither dilations nor groups.
 */
import type { Tensor as TfTensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  extent,
  fromImage,
  imageOf,
  outputDims,
  spatial,
  type SpatialWindows,
  type Window,
} from '../image.ts';
import { flip } from '../movement.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import type { RuntimeValue } from '../value.ts';
import { kernelSlice, spreadAxis, withBias } from './kernel.ts';

/** One spatial axis: `count` output elements, which start `begin` into the full output. */
interface Spread extends Window {
  /** Kernel elements of a phase: ⌈extent / stride⌉. */
  readonly taps: number;
}
type Spreads = readonly [height: Spread, width: Spread];

const convTranspose: Handler = (call) => {
  const { depth, plane } = spreadsOf(call, call.input(1).dims.slice(2));
  const image = imageOf(call, call.input(0));
  const slices = Array.from({ length: depth?.kernel ?? 1 }, (_, slice) =>
    cut(call, transposedPlane(call, image, plane, slice), plane),
  );
  const full = depth === undefined ? (slices[0] as TfTensor) : alongDepth(call, slices, depth);
  return fromImage(call, withBias(call, full), depth?.count);
};

/** @param slice of the kernel, along its depth */
function transposedPlane(call: Call, image: Tensor4D, spreads: Spreads, slice: number): TfTensor {
  const { tf } = call;
  const kernel = call.input(1);
  const group = call.int('group');
  const depthwise = group > 1 && group === image.shape[3];
  const parts: Tensor4D[] = group === 1 || depthwise ? [image] : tf.split(image, group, 3);
  const phases = parts.map((part, index) => {
    const filter = phaseKernel(call, kernel, spreads, { group, index, depthwise, slice });
    return weave(
      call,
      depthwise ? depthwisePhases(call, part, filter, spreads) : fullPhases(call, part, filter, spreads),
      spreads,
    );
  });
  return phases.length === 1 ? (phases[0] as TfTensor) : tf.concat(phases, 3);
}

/** What each slice of the kernel gives, [N·D, H, W, C], added up where it lies in the depth of the output. */
function alongDepth(call: Call, slices: readonly TfTensor[], depth: Spread): TfTensor {
  const { tf } = call;
  const [all = 0, height = 0, width = 0, channels = 0] = slices[0]?.shape ?? [];
  const [batch, inner] = [all / depth.size, height * width * channels];
  const placed = slices.map((slice, place) => {
    const apart = spreadAxis(tf, tf.reshape(slice, [batch, depth.size, inner]), 1, depth.stride);
    const before = place * depth.dilation;
    return tf.pad(apart, [
      [0, 0],
      [before, extent(depth) - 1 - before],
      [0, 0],
    ]);
  });
  const volumes = tf.expandDims(
    placed.reduce((a, b) => tf.add(a, b)),
    3,
  );
  const part = cut(call, volumes, [depth, { ...depth, begin: 0, count: inner }]);
  return tf.reshape(part, [batch * depth.count, height, width, channels]);
}

function spreadsOf(call: Call, kernel: readonly number[]): SpatialWindows<Spread> {
  const sizes = call.input(0).dims.slice(2);
  const counts = outputDims(call).slice(2);
  const chosen = call.ints('output_shape') !== undefined || call.text('auto_pad').startsWith('SAME');
  const spreads = sizes.map((size, axis): Spread => {
    const window = {
      size,
      kernel: kernel[axis] ?? 1,
      stride: call.ints('strides')?.[axis] ?? 1,
      dilation: call.ints('dilations')?.[axis] ?? 1,
      count: counts[axis] ?? 0,
      begin: call.text('auto_pad') === 'NOTSET' ? (call.ints('pads')?.[axis] ?? 0) : 0,
      end: 0,
    };
    const taps = Math.ceil(extent(window) / window.stride);
    if (!chosen) return { ...window, taps };
    const outputPadding = call.ints('output_padding')?.[axis] ?? 0;
    const whole = (size - 1) * window.stride + extent(window) + outputPadding;
    const total = Math.max(whole - window.count, 0);
    const smaller = Math.floor(total / 2);
    return {
      ...window,
      taps,
      begin: call.text('auto_pad') === 'SAME_UPPER' ? smaller : total - smaller,
    };
  });
  const { depth, plane } = spatial(call, spreads);
  const [height, width] = plane;
  return { depth, plane: [height, sizes.length === 1 ? { ...width, taps: 1 } : width] };
}

interface Share {
  readonly group: number;
  readonly index: number;
  readonly depthwise: boolean;
  /** Of the kernel, along its depth. */
  readonly slice: number;
}

/**
 * The kernel [C, O, H, W] of all groups, or of one, as [taps, taps, C, s·s·O]: flipped tap by tap, the phases of
 * both axes beside each other among the channels.
 */
function phaseKernel(call: Call, kernel: RuntimeValue, spreads: Spreads, share: Share): Tensor4D {
  const { tf } = call;
  const [channels = 0, outputs = 0] = kernel.dims;
  const [rows, columns] = spreads;
  const settings = spreads.map(({ stride, dilation }) => `${String(stride)}/${String(dilation)}`);
  const part = share.depthwise ? 0 : share.index;
  const own = share.depthwise ? channels : channels / share.group;
  const name = `phases ${settings.join(' ')} part ${String(part)} of ${String(share.slice)}`;
  return kernel.derive(name, () => {
    const plane = kernelSlice(tf, kernel, share.slice);
    const whole = tf.reshape(plane, [channels, outputs, rows.kernel, columns.kernel]);
    const turned = tf.transpose(tf.slice(whole, [part * own, 0, 0, 0], [own, -1, -1, -1]), [2, 3, 0, 1]);
    const spread = [rows, columns].reduce<TfTensor>(
      (filter, { dilation }, axis) => spreadAxis(tf, filter, axis, dilation),
      turned,
    );
    const full = tf.pad(
      spread,
      [rows, columns, undefined, undefined].map((axis): [number, number] =>
        axis === undefined ? [0, 0] : [0, axis.taps * axis.stride - extent(axis)],
      ),
    );
    // Flip the taps of each axis, not the phases within a tap.
    const inner = own * outputs;
    const upside = flip(tf, tf.reshape(full, [rows.taps, -1]), 0);
    const flipped = flip(
      tf,
      tf.reshape(upside, [rows.taps * rows.stride, columns.taps, columns.stride * inner]),
      1,
    );
    const phased = tf.reshape(flipped, [rows.taps, rows.stride, columns.taps, columns.stride, own, outputs]);
    return tf.reshape(tf.transpose(phased, [0, 2, 4, 1, 3, 5]), [
      rows.taps,
      columns.taps,
      own,
      rows.stride * columns.stride * outputs,
    ]);
  }) as Tensor4D;
}

const reaching = ([rows, columns]: Spreads): [[0, 0], [number, number], [number, number], [0, 0]] => [
  [0, 0],
  [rows.taps - 1, rows.taps - 1],
  [columns.taps - 1, columns.taps - 1],
  [0, 0],
];

function fullPhases(call: Call, image: Tensor4D, filter: Tensor4D, spreads: Spreads): Tensor4D {
  return call.tf.conv2d(image, filter, 1, reaching(spreads));
}

function depthwisePhases(call: Call, image: Tensor4D, filter: Tensor4D, spreads: Spreads): Tensor4D {
  const { tf } = call;
  const [rows, columns] = spreads;
  const y = tf.depthwiseConv2d(tf.pad(image, reaching(spreads)), filter, 1, 'valid');
  const [batch, height, width, all] = y.shape;
  // tfjs keeps a channel's outputs together: channel, phase, output. Phases come first here.
  const channels = image.shape[3];
  const phases = rows.stride * columns.stride;
  const split = tf.reshape(y, [batch * height * width, channels, phases, all / channels / phases]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch, height, width, all]);
}

/** [N, H, W, s·s·O] to [N, H·s, W·s, O]. */
function weave(call: Call, y: Tensor4D, [rows, columns]: Spreads): Tensor4D {
  const { tf } = call;
  if (rows.stride === 1 && columns.stride === 1) return y;
  const [batch, height, width, all] = y.shape;
  const inner = all / rows.stride;
  const apart = tf.reshape(y, [batch * height, width, rows.stride, inner]);
  return tf.reshape(tf.transpose(apart, [0, 2, 1, 3]), [
    batch,
    height * rows.stride,
    width * columns.stride,
    inner / columns.stride,
  ]);
}

/** The part of the full output that is asked for; what lies beyond it, as output_padding does, is 0. */
function cut(call: Call, full: TfTensor, spreads: Spreads): TfTensor {
  const { tf } = call;
  const [batch = 0, height = 0, width = 0, channels = 0] = full.shape;
  const [rows, columns] = [height, width].map((size, axis) => {
    const { begin, count } = spreads[axis] as Spread;
    const there = Math.min(count, size - begin);
    return { begin, there, missing: count - there };
  }) as [Cut, Cut];
  const part = tf.slice(
    full,
    [0, rows.begin, columns.begin, 0],
    [batch, rows.there, columns.there, channels],
  );
  if (rows.missing === 0 && columns.missing === 0) return part;
  return tf.pad(part, [
    [0, 0],
    [0, rows.missing],
    [0, columns.missing],
    [0, 0],
  ]);
}

interface Cut {
  readonly begin: number;
  readonly there: number;
  readonly missing: number;
}

export const transposedConvolutions: Handlers = { ConvTranspose: convTranspose };
