/** Functions that a file defines stand in the place of their calls. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { attributeField, functionField, modelField, opsetField } from '../../../src/graph/onnx/fields.ts';
import { decodeModel } from '../../../src/graph/onnx/read.ts';
import { float32, message, string, varint } from '../../../src/core/protobuf/writer.ts';
import type { Field } from '../../../src/core/protobuf/writer.ts';
import { nodeMessage, modelBytes } from './model-bytes.ts';
import type { NodeSource } from './model-bytes.ts';

const functionOf = (
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly NodeSource[],
  more: readonly Field[] = [],
): Field =>
  message(modelField.functions, [
    string(functionField.name, name),
    string(functionField.domain, 'local'),
    ...inputs.map((input) => string(functionField.input, input)),
    ...outputs.map((output) => string(functionField.output, output)),
    ...nodes.map((node) => nodeMessage(functionField.node, node)),
    ...more,
  ]);

const importOf = (version: number): Field =>
  message(functionField.opsetImport, [varint(opsetField.version, BigInt(version))]);

/** An attribute that is the call's attribute of a name. */
const referring = (name: string) => ({ type: 1, fields: [string(attributeField.referredAttribute, name)] });

const leaky = functionOf(
  'Leaky',
  ['x'],
  ['y'],
  [
    {
      operator: 'LeakyRelu',
      inputs: ['x'],
      outputs: ['y'],
      name: 'n',
      attributes: { alpha: referring('slope') },
    },
  ],
  [
    message(functionField.attributeDefault, [
      string(attributeField.name, 'slope'),
      float32(attributeField.float, 0.25),
      varint(attributeField.type, 1n),
    ]),
  ],
);

const decode = (nodes: readonly NodeSource[], modelFields: readonly Field[], opset = 18) =>
  decodeModel(modelBytes({ inputs: { x: ['N', 2] }, nodes, modelFields, opset }), 'm').graph;

describe('functions of a file', () => {
  test('attributes of the call, and their defaults, reach the body', () => {
    const call = (from: string, to: string, attributes = {}): NodeSource => ({
      operator: 'Leaky',
      domain: 'local',
      inputs: [from],
      outputs: [to],
      name: 'call',
      attributes,
    });
    const graph = decode([call('x', 'a'), call('a', 'y', { slope: { float: 0.5 } })], [leaky]);
    assert.deepEqual(
      graph.nodes.map((node) => [node.operator, node.inputs, node.outputs, node.attributes]),
      [
        ['LeakyRelu', ['x'], ['a'], { alpha: { kind: 'float', value: 0.25 } }],
        ['LeakyRelu', ['a'], ['y'], { alpha: { kind: 'float', value: 0.5 } }],
      ],
    );
    assert.equal(new Set(graph.nodes.map((node) => node.name)).size, 2);
    assert.deepEqual(graph.outputs, [{ name: 'y', dataType: 'float32', dims: ['N', 2] }]);
  });

  test('functions within functions, values passed on, outputs left out, names that are taken', () => {
    const inner = functionOf(
      'Inner',
      ['a', 'b'],
      ['a', 's', 'c'],
      [
        { operator: 'Add', inputs: ['a', 'b'], outputs: ['t'] },
        { operator: 'Neg', inputs: ['t'], outputs: ['s'] },
        { operator: 'Exp', inputs: ['t'], outputs: ['c'] },
      ],
    );
    const outer = functionOf(
      'Outer',
      ['x', 'bias'],
      ['y'],
      [
        { operator: 'Inner', domain: 'local', inputs: ['x', 'x'], outputs: ['t', 'u'], name: 'in' },
        { operator: 'Clip', inputs: ['u', 'bias'], outputs: ['v'] },
        { operator: 'Mul', inputs: ['t', 'v'], outputs: ['y'] },
      ],
    );
    const graph = decode(
      [
        { operator: 'Relu', inputs: ['x'], outputs: ['out/t'] },
        { operator: 'Outer', domain: 'local', inputs: ['out/t'], outputs: ['y'], name: 'out' },
      ],
      [inner, outer],
    );
    assert.deepEqual(
      graph.nodes.map((node) => [node.operator, node.inputs, node.outputs]),
      [
        ['Relu', ['x'], ['out/t']],
        ['Add', ['out/t', 'out/t'], ['out_1/in/t']],
        ['Neg', ['out_1/in/t'], ['out_1/u']],
        ['Exp', ['out_1/in/t'], ['out_1/in/c']],
        ['Identity', ['out/t'], ['out_1/t']],
        ['Clip', ['out_1/u', ''], ['out_1/v']],
        ['Mul', ['out_1/t', 'out_1/v'], ['y']],
      ],
    );
  });

  test('a body is of the opset that its function imports', () => {
    const squeeze = functionOf(
      'Drop',
      ['x'],
      ['y'],
      [{ operator: 'Unsqueeze', inputs: ['x'], outputs: ['y'], attributes: { axes: [0] } }],
      [importOf(11)],
    );
    const graph = decode([{ operator: 'Drop', domain: 'local', inputs: ['x'], outputs: ['y'] }], [squeeze]);
    const [node] = graph.nodes;
    assert.deepEqual(graph.initializers.get(node?.inputs[1] ?? '')?.data, BigInt64Array.of(0n));
    assert.deepEqual(node?.attributes, {});
    assert.ok(!Object.hasOwn(node, 'opset'));
  });

  test('refuses functions without end', () => {
    const endless = functionOf(
      'F',
      ['x'],
      ['y'],
      [{ operator: 'F', domain: 'local', inputs: ['x'], outputs: ['y'] }],
    );
    const call: NodeSource = { operator: 'F', domain: 'local', inputs: ['x'], outputs: ['y'] };
    assert.throws(() => decode([call], [endless]), /functions call functions deeper than 32 levels/);
    const doubling = Array.from({ length: 24 }, (_, index) =>
      functionOf(
        `D${String(index)}`,
        ['x'],
        ['y'],
        [
          { operator: `D${String(index + 1)}`, domain: 'local', inputs: ['x'], outputs: ['t'] },
          { operator: `D${String(index + 1)}`, domain: 'local', inputs: ['t'], outputs: ['y'] },
        ],
      ),
    );
    const last = functionOf('D24', ['x'], ['y'], [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }]);
    assert.throws(
      () => decode([{ ...call, operator: 'D0' }], [...doubling, last]),
      (error) => error instanceof InputError && /make more than \d+ nodes/.test(error.message),
    );
  });
});
