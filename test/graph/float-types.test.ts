/** Half precision is brought to float32 on reading, double precision where an operator lacks it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FloatConversion } from '../../src/graph/float-types.ts';
import { attributeField, attributeType } from '../../src/graph/onnx/fields.ts';
import { decodeModel } from '../../src/graph/onnx/read.ts';
import { message } from '../../src/core/protobuf/writer.ts';
import { specialize } from '../../src/graph/specialize/specialize.ts';
import { tensor } from '../../src/graph/tensor.ts';
import { floats, graphMessage, modelBytes, rawTensor } from './onnx/model-bytes.ts';
import type { AttributeValue } from './onnx/model-bytes.ts';

const tensorAttribute = (fields: ReturnType<typeof rawTensor>): AttributeValue => ({
  type: attributeType.tensor,
  fields: [message(attributeField.tensor, fields)],
});

describe('FloatConversion', () => {
  test('every float16 is the number that it is', () => {
    const bits = Uint16Array.of(0, 0x8000, 1, 0x3ff, 0x400, 0x3555, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00);
    const conversion = new FloatConversion('float16');
    const { data } = conversion.tensor(tensor('float16', [bits.length], bits));
    const third = 1365 / 4096;
    const subnormal = 2 ** -24;
    assert.deepEqual(
      [...(data as Float32Array)],
      [0, -0, subnormal, 1023 * subnormal, 2 ** -14, third, 65504, -65504, Infinity, -Infinity, NaN],
    );
    assert.deepEqual(conversion.notes, ['float16 weights and arithmetic were brought to float32']);
  });

  test('a float64 beyond float32 stays finite, an infinity an infinity', () => {
    const held = tensor('float64', [4], Float64Array.of(-Number.MAX_VALUE, 1e300, -Infinity, 0.1));
    const largest = 3.4028234663852886e38;
    assert.deepEqual(
      [...(new FloatConversion('float64').tensor(held).data as Float32Array)],
      [-largest, largest, -Infinity, Math.fround(0.1)],
    );
  });

  test('notes nothing where nothing changes', () => {
    const conversion = new FloatConversion('float16', 'bfloat16');
    const held = tensor('float64', [1], Float64Array.of(1));
    assert.equal(conversion.tensor(held), held);
    assert.deepEqual(conversion.notes, []);
  });
});

test('a file in half precision is read in float32: inputs, constants, casts, graphs within nodes', async () => {
  const branch = (operator: string): AttributeValue => ({
    type: attributeType.graph,
    fields: [
      graphMessage(attributeField.graph, {
        nodes: [{ operator, inputs: ['half'], outputs: ['t'] }],
        outputs: { t: null },
        types: { t: 10 },
      }),
    ],
  });
  const { graph, notes } = decodeModel(
    modelBytes({
      opset: 17,
      inputs: { x: ['N', 2], image: ['N', 2] },
      types: { image: 10, y: 10 },
      nodes: [
        { operator: 'Cast', inputs: ['x'], outputs: ['cast'], attributes: { to: 16 } },
        { operator: 'Cast', inputs: ['cast'], outputs: ['half'], attributes: { to: 10 } },
        {
          operator: 'If',
          inputs: ['condition'],
          outputs: ['b'],
          attributes: { then_branch: branch('Neg'), else_branch: branch('Abs') },
        },
        {
          operator: 'ConstantOfShape',
          inputs: ['shape'],
          outputs: ['c'],
          attributes: { value: tensorAttribute(rawTensor(10, [1], Uint16Array.of(0x7bff))) },
        },
        { operator: 'Min', inputs: ['b', 'c'], outputs: ['m'] },
        { operator: 'Mul', inputs: ['m', 'w'], outputs: ['n'] },
        { operator: 'Add', inputs: ['n', 'image'], outputs: ['y'] },
      ],
      initializers: {
        condition: rawTensor(9, [], Uint8Array.of(1)),
        shape: rawTensor(7, [1], BigInt64Array.of(2n)),
        w: rawTensor(10, [2], Uint16Array.of(0x3c00, 0xfc00)),
      },
      outputs: { y: ['N', 2] },
    }),
    'm',
  );
  assert.deepEqual(notes, ['float16 and bfloat16 weights and arithmetic were brought to float32']);
  const plain = (await specialize(graph)).graph;
  assert.deepEqual(
    [...plain.inputs, ...plain.outputs].map(({ dataType }) => dataType),
    ['float32', 'float32', 'float32'],
  );
  assert.deepEqual(
    plain.nodes.map(({ operator }) => operator),
    ['Neg', 'Min', 'Mul', 'Add'],
  );
  const constants = [...plain.initializers.values()].map(({ data }) => [...(data as Float32Array)]);
  assert.deepEqual(constants.sort(), [
    [1, -Infinity],
    [65504, 65504],
  ]);
});

test('float64 is kept, but for an operator that is not computed in it', async () => {
  const source = (operator: string) =>
    decodeModel(
      modelBytes({
        inputs: { x: ['N', 1, 2, 2] },
        nodes: [
          { operator: 'Cast', inputs: ['x'], outputs: ['d'], attributes: { to: 11 } },
          { operator, inputs: ['d', 'k'], outputs: ['c'] },
          { operator: 'Cast', inputs: ['c'], outputs: ['y'], attributes: { to: 1 } },
        ],
        initializers: { k: rawTensor(11, [1, 1, 1, 1], Float64Array.of(2)), unread: floats([1], [1]) },
      }),
      'm',
    ).graph;
  const kept = await specialize(source('Mul'));
  assert.deepEqual(kept.notes, []);
  assert.equal(kept.graph.initializers.get('k')?.dataType, 'float64');
  const single = await specialize(source('Conv'));
  assert.deepEqual(single.notes, ['float64 weights and arithmetic were brought to float32']);
  assert.deepEqual(
    single.graph.nodes.map(({ operator }) => operator),
    ['Conv', 'Cast'],
  );
  assert.equal(single.graph.initializers.get('k')?.dataType, 'float32');
});
