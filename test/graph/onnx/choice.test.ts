/** Choosing outputs before anything is refused, and what a file says of itself. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { graphField, modelField, opsetField, valueField, typeField } from '../../../src/graph/onnx/fields.ts';
import { decodeModel, readInterface } from '../../../src/graph/onnx/read.ts';
import type { FileValue } from '../../../src/graph/onnx/read.ts';
import { message, string, varint } from '../../../src/core/protobuf/writer.ts';
import { floats, graphMessage, modelBytes, rawTensor } from './model-bytes.ts';
import type { ModelSource } from './model-bytes.ts';

const sequenceOf = (field: number, name: string) =>
  message(field, [
    string(valueField.name, name),
    message(valueField.type, [message(typeField.sequence, [])]),
  ]);

/** Scores beside a label by another domain, a map of the scores, a sequence, and weights of a type that is not held. */
const beside: ModelSource = {
  inputs: { x: ['N', 2], unused: null },
  nodes: [
    { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['scores'] },
    {
      operator: 'ArrayFeatureExtractor',
      domain: 'ai.onnx.ml',
      inputs: ['classes', 'scores'],
      outputs: ['label'],
    },
    { operator: 'Relu', inputs: ['rare'], outputs: ['other'] },
    {
      operator: 'ZipMap',
      domain: 'ai.onnx.ml',
      inputs: ['scores'],
      outputs: ['map'],
      attributes: { classlabels_int64s: [0, 1] },
    },
  ],
  outputs: { label: [1], scores: ['N', 2], other: [1] },
  initializers: {
    w: floats([2, 2], [1, 2, 3, 4]),
    rare: rawTensor(14, [1], Float32Array.of(1, 2)),
    classes: floats([1], [1]),
  },
  graphFields: [sequenceOf(graphField.output, 'map'), sequenceOf(graphField.input, 'list')],
  modelFields: [
    message(modelField.opsetImport, [
      string(opsetField.domain, 'ai.onnx.ml'),
      varint(opsetField.version, 3n),
    ]),
  ],
};

describe('chooseOutputs', () => {
  const choosing = (...names: string[]) => {
    let offered: readonly FileValue[] = [];
    const { graph } = decodeModel(modelBytes(beside), 'm', undefined, {
      chooseOutputs: (outputs) => {
        offered = outputs;
        return names;
      },
    });
    return { graph, offered };
  };

  test('reads only what the chosen outputs need', () => {
    const { graph, offered } = choosing('scores');
    assert.deepEqual(offered, [
      { name: 'label', kind: 'tensor', dataType: 'float32', dims: [1] },
      { name: 'scores', kind: 'tensor', dataType: 'float32', dims: ['N', 2] },
      { name: 'other', kind: 'tensor', dataType: 'float32', dims: [1] },
      { name: 'map', kind: 'tensor', dataType: 'float32' },
    ]);
    assert.deepEqual(
      graph.nodes.map((node) => node.operator),
      ['MatMul'],
    );
    assert.deepEqual([...graph.initializers.keys()], ['w']);
    assert.deepEqual(
      graph.inputs.map((input) => input.name),
      ['x'],
    );
    assert.deepEqual(graph.outputs, [{ name: 'scores', dataType: 'float32', dims: ['N', 2] }]);
  });

  test('the map of ZipMap is the matrix of its scores', () => {
    const { graph } = choosing('map');
    assert.deepEqual(
      graph.nodes.map((node) => [node.operator, node.attributes]),
      [
        ['MatMul', {}],
        ['Identity', {}],
      ],
    );
    assert.deepEqual(graph.outputs, [{ name: 'map', dataType: 'float32', dims: ['N', 2] }]);
  });

  test('refuses what is chosen and cannot be read', () => {
    assert.throws(() => choosing('label'), /ArrayFeatureExtractor.* is of the domain ai\.onnx\.ml/);
    assert.throws(() => choosing('other'), /the initializer rare has the data type complex64/);
    assert.throws(() => choosing('none'), /output none is made by no input/);
    assert.throws(() => choosing('x', 'unused'), /the input unused has no tensor shape|made by no/);
  });

  test('keeps what graphs within nodes read from around them', () => {
    const branch = (read: string) => ({
      type: 5,
      fields: [
        graphMessage(6, {
          nodes: [{ operator: 'Neg', inputs: [read], outputs: [`${read}_negative`] }],
          outputs: { [`${read}_negative`]: ['N', 2] },
        }),
      ],
    });
    const { graph } = decodeModel(
      modelBytes({
        inputs: { x: ['N', 2] },
        nodes: [
          { operator: 'Relu', inputs: ['x'], outputs: ['a'] },
          { operator: 'Abs', inputs: ['x'], outputs: ['b'] },
          { operator: 'Exp', inputs: ['x'], outputs: ['c'] },
          {
            operator: 'If',
            inputs: ['condition'],
            outputs: ['y'],
            attributes: { then_branch: branch('a'), else_branch: branch('b') },
          },
        ],
        initializers: { condition: rawTensor(9, [], Uint8Array.of(1)) },
        outputs: { y: null, c: null },
      }),
      'm',
      undefined,
      { chooseOutputs: () => ['y'] },
    );
    assert.deepEqual(
      graph.nodes.map((node) => node.operator),
      ['Relu', 'Abs', 'If'],
    );
  });
});

test('readInterface tells what a file has, understood or not', () => {
  const found = readInterface(modelBytes(beside), 'm');
  assert.deepEqual(
    found.inputs.map(({ name, kind }) => [name, kind]),
    [
      ['x', 'tensor'],
      ['unused', 'tensor'],
      ['list', 'sequence'],
    ],
  );
  assert.deepEqual(found.outputs.at(-1), { name: 'map', kind: 'tensor', dataType: 'float32' });
  assert.deepEqual(
    [...found.opsets],
    [
      ['ai.onnx.ml', 3],
      ['', 18],
    ],
  );
  assert.deepEqual(
    [...found.operators],
    [
      ['MatMul', 1],
      ['ai.onnx.ml::ArrayFeatureExtractor', 1],
      ['Relu', 1],
      ['ai.onnx.ml::ZipMap', 1],
    ],
  );
  assert.throws(() => readInterface(Buffer.from('{}'), 'm'), /is not an ONNX file but a JSON file/);
});
