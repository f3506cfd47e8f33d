/** Damaged files end in one line, whatever stands in them: never in a fault of the program, never without end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { attributeField, attributeType, functionField, modelField } from '../../../src/graph/onnx/fields.ts';
import { decodeModel, readInterface } from '../../../src/graph/onnx/read.ts';
import { message, string } from '../../../src/core/protobuf/writer.ts';
import { specialize } from '../../../src/graph/specialize/specialize.ts';
import { floats, graphMessage, int64s, modelBytes, nodeMessage, rawTensor } from './model-bytes.ts';
import type { AttributeValue, ModelSource } from './model-bytes.ts';

const body = (source: ModelSource): AttributeValue => ({
  type: attributeType.graph,
  fields: [graphMessage(attributeField.graph, source)],
});

/** A function, a branch, a loop, a sequence, a convolution, a reshape by shapes, an old opset's clip. */
const whole = modelBytes({
  opset: 17,
  inputs: { x: ['N', 2, 4, 4] },
  nodes: [
    { operator: 'Twice', domain: 'local', inputs: ['x'], outputs: ['twice'], name: 'call' },
    { operator: 'Conv', inputs: ['twice', 'kernel'], outputs: ['conv'], attributes: { pads: [1, 1, 1, 1] } },
    {
      operator: 'MaxPool',
      inputs: ['conv'],
      outputs: ['pool'],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    },
    {
      operator: 'If',
      inputs: ['condition'],
      outputs: ['branch'],
      attributes: {
        then_branch: body({
          nodes: [{ operator: 'Relu', inputs: ['pool'], outputs: ['t'] }],
          outputs: { t: null },
        }),
        else_branch: body({
          nodes: [{ operator: 'Neg', inputs: ['pool'], outputs: ['t'] }],
          outputs: { t: null },
        }),
      },
    },
    {
      operator: 'Loop',
      inputs: ['trips', '', 'branch'],
      outputs: ['looped'],
      attributes: {
        body: body({
          inputs: { i: [], go: [], v: null },
          types: { i: 7, go: 9, on: 9 },
          nodes: [
            { operator: 'Identity', inputs: ['go'], outputs: ['on'] },
            { operator: 'Sigmoid', inputs: ['v'], outputs: ['w'] },
          ],
          outputs: { on: [], w: null },
        }),
      },
    },
    { operator: 'SplitToSequence', inputs: ['looped'], outputs: ['parts'], attributes: { axis: 1 } },
    { operator: 'ConcatFromSequence', inputs: ['parts'], outputs: ['joined'], attributes: { axis: 1 } },
    { operator: 'Shape', inputs: ['joined'], outputs: ['shape'] },
    { operator: 'Gather', inputs: ['shape', 'zero'], outputs: ['batch'] },
    { operator: 'Concat', inputs: ['batch', 'rest'], outputs: ['target'], attributes: { axis: 0 } },
    { operator: 'Reshape', inputs: ['joined', 'target'], outputs: ['y'] },
  ],
  initializers: {
    kernel: floats([3, 2, 3, 3], new Array<number>(54).fill(0.1)),
    condition: rawTensor(9, [], Uint8Array.of(1)),
    trips: rawTensor(7, [], BigInt64Array.of(2n)),
    zero: int64s([0]),
    rest: int64s([-1]),
  },
  modelFields: [
    message(modelField.functions, [
      string(functionField.name, 'Twice'),
      string(functionField.domain, 'local'),
      string(functionField.input, 'a'),
      string(functionField.output, 'b'),
      nodeMessage(functionField.node, { operator: 'Add', inputs: ['a', 'a'], outputs: ['b'] }),
    ]),
  ],
});

/** Reads and specializes; anything thrown but an InputError of one line fails the test. */
async function tolerate(content: Uint8Array): Promise<void> {
  for (const read of [() => readInterface(content, 'm'), () => specialize(decodeModel(content, 'm').graph)]) {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      assert.ok(!error.message.includes('\n') && error.message.length < 1100, error.message);
    }
  }
}

test('the file is whole', async () => {
  const { graph } = await specialize(decodeModel(whole, 'm').graph);
  assert.deepEqual(graph.outputs, [{ name: 'y', dataType: 'float32', dims: ['N', 12] }]);
});

test('every beginning of the file', async () => {
  for (let length = 0; length < whole.length; length++) await tolerate(whole.subarray(0, length));
});

test('bytes changed anywhere', async () => {
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
    const damaged = whole.slice();
    for (const [at, value] of changes) damaged[at] = value;
    await tolerate(damaged);
  });
  await fc.assert(property, { seed: 7, numRuns: 1500 });
});
