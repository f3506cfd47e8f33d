import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import type { GraphBuilder } from '../../src/graph/builder.ts';
import { logitsOf } from '../../src/models/logits.ts';
import { linearGraph } from './graphs.ts';

type Finish = (builder: GraphBuilder, scores: string) => string;

const removed: Readonly<Record<string, Finish>> = {
  softmax: (b, x) => b.softmax(x),
  'log-softmax': (b, x) => b.logSoftmax(x, 1),
  'the logarithm of a softmax': (b, x) => b.log(b.softmax(x)),
  'the logarithm of a softmax, carried': (b, x) => b.identity(b.log(b.softmax(x))),
  'softmax, then nodes that only carry': (b, x) => b.identity(b.reshape(b.softmax(x), [0, 4])),
  'softmax over [N, K, 1, 1], then squeezed': (b, x) => b.flatten(b.softmax(b.reshape(x, [0, 4, 1, 1]), 1)),
  'a softmax written out, shifted by its maximum': (b, x) => {
    const exponential = b.exp(b.sub(x, b.reduceMax(x, [1])));
    return b.div(exponential, b.reduceSum(exponential, [1]));
  },
};

describe('a softmax at the end is taken off', () => {
  for (const [name, finish] of Object.entries(removed)) {
    test(name, () => {
      const { graph, outputs } = logitsOf('m', linearGraph(finish), 'probabilities');
      assert.equal(outputs, 'softmax removed');
      const operators = graph.nodes.map(({ operator }) => operator);
      for (const gone of ['Softmax', 'LogSoftmax', 'Log', 'Div']) {
        const before = linearGraph(finish).nodes.filter(({ operator }) => operator === gone).length;
        const after = operators.filter((operator) => operator === gone).length;
        // Of log(softmax) the inner node stays, reached by nothing.
        assert.ok(after < before || before === 0 || name.startsWith('the logarithm'), gone);
      }
      assert.equal(graph.outputs.length, 1);
    });
  }
});

const kept: Readonly<Record<string, Finish>> = {
  'no softmax': (_b, x) => x,
  'a softmax in the middle': (b, x) => b.relu(b.softmax(x)),
  'a softmax over the batch': (b, x) => b.softmax(x, 0),
  'a softmax over the batch, transposed there and back': (b, x) =>
    b.transpose(b.softmax(b.transpose(x, [1, 0]), 1), [1, 0]),
  'a quotient that is no softmax': (b, x) => b.div(b.mul(x, x), b.reduceSum(x, [1])),
};

describe('what is no softmax at the end stays', () => {
  for (const [name, finish] of Object.entries(kept)) {
    test(name, () => {
      const graph = linearGraph(finish);
      assert.deepEqual(logitsOf('m', graph, undefined), { graph, outputs: 'logits', notes: [] });
      assert.throws(() => logitsOf('m', graph, 'probabilities'), /no softmax ends the graph/);
    });
  }
});

test('a sigmoid at the end is refused, seen through a reshape', () => {
  const graph = linearGraph((b, x) => b.reshape(b.sigmoid(x), [0, 4]));
  assert.throws(() => logitsOf('m', graph, undefined), InputError);
  assert.throws(() => logitsOf('m', graph, 'logits'), /sigmoid/);
});
