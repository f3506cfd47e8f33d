/** Cutting a graph down to what some of its values need. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { pruneTo, removeUnused } from '../../../src/graph/simplify/prune.ts';
import { float32 } from '../../../src/graph/tensor.ts';
import { BATCH, type Graph } from '../../../src/graph/types.ts';

function classifier(): Graph {
  const b = new GraphBuilder('classifier');
  const x = b.input('x', 'float32', [BATCH, 3]);
  const labels = b.input('labels', 'float32', [BATCH, 2]);
  const weights = b.constant(float32([3, 2], [1, 2, 3, 4, 5, 6]), 'weights');
  const logits = b.apply('MatMul', [x, weights], {}, 'logits');
  const probabilities = b.apply('Softmax', [logits], {}, 'probabilities');
  b.constant(float32([], [1]), 'spare');
  b.output(b.apply('ReduceSum', [b.mul(probabilities, labels)], {}, 'loss'));
  return b.build();
}

const names = (values: readonly { readonly name: string }[]): string[] => values.map(({ name }) => name);

describe('pruneTo', () => {
  it('makes an inner value the output and drops what it does not need', () => {
    const graph = pruneTo(classifier(), ['logits']);
    assert.deepEqual(graph.outputs, [{ name: 'logits', dataType: 'float32', dims: ['N', 2] }]);
    assert.deepEqual(names(graph.inputs), ['x']);
    assert.deepEqual([...graph.initializers.keys()], ['weights']);
    assert.deepEqual(
      graph.nodes.map((node) => node.operator),
      ['MatMul'],
    );
  });

  it('keeps the order of the outputs asked for, inputs among them', () => {
    const graph = pruneTo(classifier(), ['loss', 'labels', 'logits']);
    assert.deepEqual(names(graph.outputs), ['loss', 'labels', 'logits']);
    assert.deepEqual(names(graph.inputs), ['x', 'labels']);
    assert.equal(graph.nodes.length, 4);
  });

  it('refuses a value that the graph does not have', () => {
    assert.throws(() => pruneTo(classifier(), ['score']), /the graph classifier has no value named score/);
  });
});

describe('removeUnused', () => {
  it('drops constants that nothing needs and leaves the rest as it is', () => {
    const graph = classifier();
    const less = removeUnused(graph);
    assert.deepEqual([...less.initializers.keys()], ['weights']);
    assert.deepEqual(less.nodes, graph.nodes);
    assert.deepEqual(less.inputs, graph.inputs);
  });
});
