/** The readers of models: ONNX with functions, subgraphs and external data, and both kinds of tfjs models. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../../src/benchmark/open-model.ts';
import { evaluateConstants } from '../../src/engine/constants.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { readModel } from '../../src/graph/onnx/read.ts';
import { encodeModel } from '../../src/graph/onnx/write.ts';
import * as wire from '../../src/core/protobuf/writer.ts';
import { entryField, tensorField } from '../../src/graph/onnx/fields.ts';
import { expandGraph } from '../../src/graph/operators/expand.ts';
import { specialize } from '../../src/graph/specialize/specialize.ts';
import { sizeOf } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/types.ts';
import { operatorCases } from '../engine/operator-cases/index.ts';
import { floats, int64s, modelBytes, tensorHead } from '../graph/onnx/model-bytes.ts';
import { linearGraph, randomConstant } from '../models/graphs.ts';
import { onnxSamples } from './onnx-samples.ts';
import type { Files, FuzzedReader } from './reader.ts';

function convolutionalGraph(): Graph {
  const builder = new GraphBuilder('convolutional');
  builder.input('image', 'float32', ['N', 3, 8, 8]);
  const features = builder.apply('Relu', [
    builder.apply('Conv', ['image', randomConstant(builder, [4, 3, 3, 3]), randomConstant(builder, [4])], {
      pads: { kind: 'ints', value: [1, 1, 1, 1] },
    }),
  ]);
  const pooled = builder.apply('MaxPool', [features], {
    kernel_shape: { kind: 'ints', value: [2, 2] },
    strides: { kind: 'ints', value: [2, 2] },
  });
  builder.output(
    builder.gemm(builder.flatten(pooled), randomConstant(builder, [64, 5]), randomConstant(builder, [5])),
  );
  return builder.build();
}

/** One operator after the image, in a file of its own. */
function operatorFiles(): readonly Uint8Array[] {
  return operatorCases.flatMap(({ operator, inputs, attributes, outputs }) => {
    try {
      const builder = new GraphBuilder('one');
      const names = inputs.map((input, index) => {
        if (input === undefined) return '';
        if ('constant' in input) return builder.constant(input.constant);
        return builder.input(`x${String(index)}`, input.dataType, input.dims);
      });
      const made = Array.from({ length: outputs }, (_, index) => `y${String(index)}`);
      builder.node(operator, names, attributes, { name: 'node', outputs: made });
      for (const output of made) builder.output(output);
      return [encodeModel(builder.build())];
    } catch {
      return [];
    }
  });
}

const text = (number: number, value: string) => wire.bytes(number, Buffer.from(value));

const external = modelBytes({
  inputs: { x: ['N', 4] },
  outputs: { y: ['N', 2] },
  nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
  initializers: {
    w: [
      ...tensorHead(1, [4, 2]),
      ...Object.entries({ location: 'w.bin', offset: '4', length: '32' }).map(([key, value]) =>
        wire.message(tensorField.externalData, [text(entryField.key, key), text(entryField.value, value)]),
      ),
      wire.varint(tensorField.dataLocation, 1n),
    ],
  },
});

const reshaped = modelBytes({
  opset: 11,
  inputs: { x: ['N', 3, 4, 4] },
  outputs: { y: ['N', 2] },
  nodes: [
    { operator: 'Shape', inputs: ['x'], outputs: ['s'] },
    { operator: 'Gather', inputs: ['s', 'zero'], outputs: ['n'], attributes: { axis: 0 } },
    { operator: 'Concat', inputs: ['n', 'rest'], outputs: ['t'], attributes: { axis: 0 } },
    { operator: 'Reshape', inputs: ['x', 't'], outputs: ['f'] },
    { operator: 'MatMul', inputs: ['f', 'w'], outputs: ['z'] },
    { operator: 'Softmax', inputs: ['z'], outputs: ['y'], attributes: { axis: 1 } },
  ],
  initializers: {
    zero: int64s([0]),
    rest: int64s([-1]),
    w: floats(
      [48, 2],
      Array.from({ length: 96 }, (_, k) => (k % 7) / 7),
    ),
  },
});

let operators: readonly Files[] | undefined;

function onnxFiles(): readonly Files[] {
  operators ??= [encodeModel(convolutionalGraph()), encodeModel(linearGraph()), reshaped].map((model) => ({
    'm.onnx': model,
  }));
  return operators;
}

let single: readonly Files[] | undefined;
let composed: readonly Files[] | undefined;

async function readOperators(folder: string): Promise<void> {
  const { graph } = await readModel(join(folder, 'm.onnx'));
  const specialized = await specialize(graph, { evaluate: evaluateConstants });
  expandGraph(specialized.graph, () => true);
}

interface LayersCase {
  readonly modelTopology: unknown;
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

function layersFiles(): readonly Files[] {
  return ['keras-2', 'keras-3'].flatMap((name) => {
    const file = new URL(`../../fixtures/layers-models/${name}.json`, import.meta.url);
    const cases = JSON.parse(readFileSync(file, 'utf8')) as LayersCase[];
    return cases.map(({ modelTopology, weights }) => {
      const entries = weights.map((entry) => ({ ...entry, dtype: 'float32' }));
      const count = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      const values = Float32Array.from({ length: count }, (_, k) => ((k * 37) % 101) / 101);
      const json = { modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: entries }] };
      return { 'model.json': Buffer.from(JSON.stringify(json)), 'w.bin': new Uint8Array(values.buffer) };
    });
  });
}

let layers: readonly Files[] | undefined;

const base64 = (value: string): string => Buffer.from(value).toString('base64');
const placeholder = {
  dtype: { type: 'DT_FLOAT' },
  shape: { shape: { dim: [{ size: '-1' }, { size: '8' }, { size: '8' }, { size: '3' }] } },
};
const constant = { dtype: { type: 'DT_FLOAT' } };
const whole = { dtype: { type: 'DT_INT32' } };

/** A convolution, a pool, a reshape by the batch size and a dense layer, some weights quantised. */
const graphModel = {
  format: 'graph-model',
  modelTopology: {
    node: [
      { name: 'x', op: 'Placeholder', input: [], attr: placeholder },
      { name: 'k', op: 'Const', input: [], attr: constant },
      { name: 'w', op: 'Const', input: [], attr: constant },
      { name: 'shape', op: 'Const', input: [], attr: whole },
      {
        name: 'c',
        op: 'Conv2D',
        input: ['x', 'k'],
        attr: {
          strides: { list: { i: ['1', '2', '2', '1'] } },
          dilations: { list: { i: ['1', '1', '1', '1'] } },
          padding: { s: base64('SAME') },
          data_format: { s: base64('NHWC') },
        },
      },
      { name: 'r', op: 'Relu6', input: ['c'], attr: {} },
      {
        name: 'p',
        op: 'MaxPool',
        input: ['r'],
        attr: {
          ksize: { list: { i: ['1', '2', '2', '1'] } },
          strides: { list: { i: ['1', '2', '2', '1'] } },
          padding: { s: base64('VALID') },
        },
      },
      { name: 'f', op: 'Reshape', input: ['p', 'shape'], attr: {} },
      {
        name: 'y',
        op: 'MatMul',
        input: ['f', 'w'],
        attr: { transpose_a: { b: false }, transpose_b: { b: false } },
      },
    ],
  },
  signature: { inputs: { x: { name: 'x:0' } }, outputs: { y: { name: 'y:0' } } },
  weightsManifest: [
    {
      paths: ['w1.bin', 'w2.bin'],
      weights: [
        {
          name: 'k',
          shape: [3, 3, 3, 2],
          dtype: 'float32',
          quantization: { dtype: 'uint8', scale: 0.01, min: -1 },
        },
        { name: 'w', shape: [8, 4], dtype: 'float32' },
        { name: 'shape', shape: [2], dtype: 'int32' },
      ],
    },
  ],
};

function graphFiles(): readonly Files[] {
  const dense = Float32Array.from({ length: 32 }, (_, k) => k / 32 - 0.5);
  const rest = Buffer.concat([new Uint8Array(dense.buffer), new Uint8Array(Int32Array.of(-1, 8).buffer)]);
  return [
    {
      'model.json': Buffer.from(JSON.stringify(graphModel)),
      'w1.bin': Uint8Array.from({ length: 54 }, (_, k) => k),
      'w2.bin': rest,
    },
  ];
}

const card = {
  kind: 'robust-bench-model-card',
  version: 1,
  name: 'net',
  weights: { file: 'm.onnx' },
  input: { shape: [2, 3, 3], bounds: [0, 1], normalization: { mean: [0.5, 0.4], std: [0.2, 0.3] } },
  classCount: 4,
  outputs: 'logits',
};

export const modelReaders: readonly FuzzedReader[] = [
  { name: 'onnx', samples: onnxFiles, inPlace: 50, read: (folder) => openModel(join(folder, 'm.onnx')) },
  {
    name: 'onnx, operators',
    inPlace: 70,
    samples: () => (single ??= operatorFiles().map((model) => ({ 'm.onnx': model }))),
    read: readOperators,
  },
  {
    name: 'onnx, subgraphs and sizes',
    inPlace: 60,
    samples: () => (composed ??= onnxSamples().map((model) => ({ 'm.onnx': model }))),
    read: readOperators,
  },
  {
    name: 'onnx, external data',
    inPlace: 50,
    samples: () => [{ 'm.onnx': external, 'w.bin': new Uint8Array(40) }],
    read: (folder) => openModel(join(folder, 'm.onnx'), { inputShape: [4] }),
  },
  {
    name: 'layers-model',
    samples: () => (layers ??= layersFiles()),
    read: (folder) => openModel(join(folder, 'model.json')),
  },
  { name: 'graph-model', samples: graphFiles, read: (folder) => openModel(join(folder, 'model.json')) },
  {
    name: 'model with card',
    samples: () => [{ 'card.json': Buffer.from(JSON.stringify(card)), 'm.onnx': encodeModel(linearGraph()) }],
    read: (folder) => openModel(join(folder, 'card.json')),
  },
];
