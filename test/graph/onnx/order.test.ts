import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors.ts';
import { orderNodes } from '../../../src/graph/onnx/order.ts';
import type { Wiring } from '../../../src/graph/onnx/order.ts';
import type { Graph, Node } from '../../../src/graph/types.ts';

const node = (name: string, inputs: string[], outputs: string[], body?: Graph): Node => ({
  operator: 'Relu',
  name,
  inputs,
  outputs,
  attributes: body === undefined ? {} : { body: { kind: 'graph', value: body } },
});

const wiring = (nodes: Node[], outputs = ['y']): Wiring => ({
  inputs: [{ name: 'x', dataType: 'float32', dims: [1] }],
  initializers: new Map(),
  nodes,
  outputs,
});

const body = (reads: string): Graph => ({
  name: 'body',
  inputs: [],
  outputs: [{ name: 'b', dataType: 'float32', dims: [1] }],
  initializers: new Map(),
  nodes: [node('inner', [reads], ['b'])],
});

const names = (nodes: readonly Node[]): string[] => nodes.map(({ name }) => name);

describe('orderNodes', () => {
  test('keeps an order that is right', () => {
    const nodes = [node('p', ['x'], ['a']), node('q', ['x'], ['b']), node('r', ['b', 'a'], ['y'])];
    assert.deepEqual(names(orderNodes(wiring(nodes))), ['p', 'q', 'r']);
  });

  test('puts makers before readers, whatever order they come in', () => {
    const chain = Array.from({ length: 12 }, (_, index) =>
      node(String(index), [index === 0 ? 'x' : `v${String(index - 1)}`, 'x'], [`v${String(index)}`]),
    );
    const property = fc.property(fc.shuffledSubarray(chain, { minLength: 12 }), (shuffled) => {
      assert.deepEqual(orderNodes(wiring(shuffled, ['v11'])), chain);
    });
    fc.assert(property, { seed: 5, numRuns: 50 });
  });

  test('takes a long chain backwards without running out of stack or time', () => {
    const count = 20_000;
    const nodes = Array.from({ length: count }, (_, index) =>
      node(String(index), [index === 0 ? 'x' : `v${String(index - 1)}`], [`v${String(index)}`]),
    ).reverse();
    assert.equal(orderNodes(wiring(nodes, [`v${String(count - 1)}`]))[0]?.name, '0');
  });

  test('knows what graphs within nodes read from around them', () => {
    const nodes = [node('outer', ['x'], ['y'], body('late')), node('maker', ['x'], ['late'])];
    assert.deepEqual(names(orderNodes(wiring(nodes))), ['maker', 'outer']);
  });

  test('refuses graphs that are none, by node and value', () => {
    const refused: readonly [RegExp, Node[], string[]?][] = [
      [/node p \(Relu\) reads the value ghost/, [node('p', ['ghost'], ['y'])]],
      [/reads the value ghost/, [node('p', ['x'], ['y'], body('ghost'))]],
      [/the graph's output z is made by no/, [node('p', ['x'], ['y'])], ['z']],
      [
        /node q \(Relu\) makes the value y, which is made by node p/,
        [node('p', ['x'], ['y']), node('q', ['x'], ['y'])],
      ],
      [/node p \(Relu\) makes the value x, which is made by an input/, [node('p', ['x'], ['x', 'y'])]],
      [/node p \(Relu\) .*cycle/, [node('p', ['b'], ['y']), node('q', ['y'], ['b'])]],
      [/node p \(Relu\) .*cycle/, [node('p', ['y'], ['y'])]],
    ];
    for (const [expected, nodes, outputs] of refused) {
      assert.throws(
        () => orderNodes(wiring(nodes, outputs)),
        (error) => error instanceof InputError && expected.test(error.message),
        String(expected),
      );
    }
    const twice = { ...wiring([node('p', ['x'], ['y'])]) };
    assert.throws(
      () => orderNodes({ ...twice, inputs: [...twice.inputs, ...twice.inputs] }),
      /two inputs .* named x/,
    );
  });
});
