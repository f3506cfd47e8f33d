/** Shapes of normalizations and of dropout. */
import type { Dimension, ValueType } from '../types.ts';
import type { Application, ShapeRule, ShapeRules } from './application.ts';
import { FLOATS } from './type-groups.ts';
import { broadcast } from './broadcast.ts';
import { neverSame, shapeText, sizeText } from './dimensions.ts';

/** Checks that the inputs numbered hold one number a channel (axis 1 of input 0), and returns the channels. */
function perChannel(site: Application, indices: readonly number[]): Dimension {
  // onnxruntime takes [N] too: one channel.
  const channels = site.dims(0).length === 1 ? 1 : site.dim(0, 1);
  for (const index of indices) {
    const dims = site.dims(index);
    if (dims.length !== 1 || neverSame(dims[0] ?? 0, channels)) {
      site.fail(
        `input ${String(index)} is ${shapeText(dims)}, expected [${sizeText(channels)}], one number a channel of ` +
          shapeText(site.dims(0)),
      );
    }
  }
  return channels;
}

/** Evaluation: the output alone. Training: the output and the new running mean and variance. */
function batchNormalization(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, FLOATS);
  for (const index of [1, 2, 3, 4]) site.dataTypeAmong(index, FLOATS);
  const channels = perChannel(site, [1, 2, 3, 4]);
  const output = { dataType, dims: site.dims(0) };
  if (site.int('training_mode') === 0) return [output];
  if (site.node.outputs.length !== 3) {
    site.fail(`it has ${String(site.node.outputs.length)} outputs, expected 3 in training mode`);
  }
  const running = { dataType: site.dataType(3), dims: [channels] };
  return [output, running, running];
}

function instanceNormalization(site: Application): readonly ValueType[] {
  const dataType = site.commonDataType([0, 1, 2], FLOATS);
  perChannel(site, [1, 2]);
  return [{ dataType, dims: site.dims(0) }];
}

/** Outputs: the normalized value, then mean and inverse standard deviation with the folded axes kept at 1. */
function layerNormalization(site: Application): readonly ValueType[] {
  const dataType = site.commonDataType([0, 1, 2], FLOATS);
  const dims = site.dims(0);
  const first = site.axis(site.int('axis'), dims.length);
  for (const index of [1, 2].filter((input) => site.has(input))) {
    const joined = broadcast(site, dims, site.dims(index));
    if (joined.length !== dims.length || joined.some((size, axis) => neverSame(size, dims[axis] ?? 0))) {
      site.fail(
        `input ${String(index)} is ${shapeText(site.dims(index))}, expected a shape that broadcasts to ${shapeText(dims)}`,
      );
    }
  }
  const statistics: ValueType = {
    dataType: 'float32',
    dims: dims.map((size, axis) => (axis < first ? size : 1)),
  };
  return [{ dataType, dims }, statistics, statistics];
}

function dropout(site: Application): readonly ValueType[] {
  const dims = site.dims(0);
  return [
    { dataType: site.dataTypeAmong(0, FLOATS), dims },
    { dataType: 'bool', dims },
  ];
}

/** The output has the input's type; the axis must lie in it. */
const alongAxis: ShapeRule = (site) => {
  const dims = site.dims(0);
  site.axis(site.int('axis'), dims.length);
  return [{ dataType: site.dataTypeAmong(0, FLOATS), dims }];
};

export const normalizationShapes = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LRN: (site) => [{ dataType: site.dataTypeAmong(0, FLOATS), dims: site.dims(0) }],
  Dropout: dropout,
  Softmax: alongAxis,
  LogSoftmax: alongAxis,
  Hardmax: alongAxis,
} satisfies ShapeRules;
