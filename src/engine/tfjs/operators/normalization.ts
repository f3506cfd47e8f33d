/** Normalizations. */
import type { Tensor as TfTensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tf } from '../backend.ts';
import { axisIn, toLast, type Layout } from '../layout.ts';
import type { Handler, Handlers } from '../operator.ts';
import { meanOver } from './summation.ts';

/** Mean and population variance over axes, which are kept with size 1. */
function moments(tf: Tf, x: TfTensor, axes: number[]): { mean: TfTensor; variance: TfTensor } {
  const mean = meanOver(tf, x, axes);
  return { mean, variance: meanOver(tf, tf.square(tf.sub(x, mean)), axes) };
}

/**
 * (x − mean) / √(variance + epsilon) · scale + bias by channel. In training mode with the minibatch's own
 * moments, and two more outputs: the running moments, momentum·old + (1 − momentum)·own, with the population
 * variance as ONNX has it.
 */
const batchNormalization: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const layout: Layout = x.rank > 2 ? 'last' : 'first';
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => call.input(index).first()) as [
    Tensor1D,
    Tensor1D,
    Tensor1D,
    Tensor1D,
  ];
  const epsilon = call.float('epsilon');
  const rows: Tensor2D = tf.reshape(x.in(layout), [-1, x.dims[1] ?? 1]);
  const dims = layout === 'last' ? toLast(x.dims) : [...x.dims];
  const normalized = (byMean: TfTensor, byVariance: TfTensor): TfTensor => {
    const [flatMean, flatVariance] = [tf.reshape(byMean, [-1]), tf.reshape(byVariance, [-1])];
    const y = tf.batchNorm(rows, flatMean as Tensor1D, flatVariance as Tensor1D, bias, scale, epsilon);
    return tf.reshape(y, dims);
  };
  if (call.int('training_mode') === 0) return call.value(x.dataType, normalized(mean, variance), layout);
  const own = moments(tf, rows, [0]);
  const momentum = call.float('momentum');
  const running = (old: TfTensor, now: TfTensor): TfTensor =>
    tf.add(tf.mul(old, momentum), tf.mul(tf.reshape(now, old.shape), 1 - momentum));
  return [
    call.value(x.dataType, normalized(own.mean, own.variance), layout),
    call.value(call.input(3).dataType, running(mean, own.mean)),
    call.value(call.input(4).dataType, running(variance, own.variance)),
  ];
};

/** Over the last axes, from `axis` on, of each example; also gives the mean and 1 / √(variance + epsilon). */
const layerNormalization: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const from = call.axis(call.int('axis'), x.rank);
  const axes = [...x.dims.keys()].slice(from);
  const { mean, variance } = moments(tf, x.first(), axes);
  const inverse = tf.rsqrt(tf.add(variance, call.float('epsilon')));
  const scaled = tf.mul(tf.mul(tf.sub(x.first(), mean), inverse), call.input(1).first());
  const bias = call.optional(2);
  const y = bias === undefined ? scaled : tf.add(scaled, bias.first());
  return [call.value(x.dataType, y), call.value('float32', mean), call.value('float32', inverse)];
};

/** Over the spatial axes of each channel of each example. */
const instanceNormalization: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const tensor = x.last();
  const axes = [...x.dims.keys()].slice(1, -1);
  const { mean, variance } = moments(tf, tensor, axes);
  const inverse = tf.rsqrt(tf.add(variance, call.float('epsilon')));
  const scaled = tf.mul(tf.mul(tf.sub(tensor, mean), inverse), call.input(1).first());
  return call.value(x.dataType, tf.add(scaled, call.input(2).first()), 'last');
};

/** x / (bias + alpha/size · Σ x² over the nearest `size` channels)^beta. */
const localResponseNormalization: Handler = (call) => {
  const { tf } = call;
  const x = call.input(0);
  const { layout, rank } = x;
  const axis = axisIn(layout, 1, rank);
  const size = call.int('size');
  const before = Math.floor((size - 1) / 2);
  const tensor = x.in(layout);
  const dims = tensor.shape;
  const around = tf.pad(
    tf.square(tensor),
    dims.map((_, each): [number, number] => (each === axis ? [before, size - 1 - before] : [0, 0])),
  );
  const shifted = Array.from({ length: size }, (_, shift) =>
    tf.slice(
      around,
      dims.map((_, each) => (each === axis ? shift : 0)),
      dims,
    ),
  );
  const sum = tf.mul(tf.addN(shifted), call.float('alpha') / size);
  const y = tf.div(tensor, tf.pow(tf.add(sum, call.float('bias')), call.float('beta')));
  return call.value(x.dataType, y, layout);
};

export const normalizations: Handlers = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  LRN: localResponseNormalization,
};
