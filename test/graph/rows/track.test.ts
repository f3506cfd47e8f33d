/** Which graphs keep the examples of a batch apart: what the rules say, and what a run shows. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { float, int, text } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { MixingError } from '../../../src/graph/rows/site.ts';
import { assertRowsApart } from '../../../src/graph/rows/track.ts';
import { float32, sizeOf, tensor } from '../../../src/graph/tensor.ts';
import type { Graph } from '../../../src/graph/types.ts';
import { randomConstant, randomNumbers } from '../../models/graphs.ts';
import { createRunner, IMAGE, type Runner } from './images.ts';

type Body = (b: GraphBuilder) => string;

/** The body's value as rows of numbers. */
function graphOf(body: Body): Graph {
  const builder = new GraphBuilder('rows');
  builder.input('image', 'float32', ['N', ...IMAGE]);
  builder.output(body(builder));
  return builder.build();
}

const rows = (b: GraphBuilder, value: string): string => b.reshape(value, [-1, 48]);
const shapeOf = (b: GraphBuilder, value: string): string => b.shape(value);

const apart: Readonly<Record<string, Body>> = {
  'one element at a time': (b) => rows(b, b.mul(b.relu('image'), randomConstant(b, [4, 1]))),
  'two values of an example': (b) => rows(b, b.add(b.sigmoid('image'), b.reduceMean('image', [1, 2, 3]))),
  'a softmax over an example': (b) => rows(b, b.softmax('image', 2)),
  'a reduction without the axis it takes away': (b) => b.reduceMax('image', [1, 3], false),
  'a transposed stack of heads': (b) => {
    const heads = b.transpose(b.reshape('image', [-1, 8, 2, 3]), [0, 2, 1, 3]);
    const scores = b.softmax(b.matMul(heads, b.transpose(heads, [0, 1, 3, 2])));
    return rows(b, b.transpose(b.matMul(scores, heads), [0, 2, 1, 3]));
  },
  'heads beside the batch, as [steps, N, C]': (b) => {
    const steps = b.transpose(b.reshape('image', [-1, 8, 6]), [1, 0, 2]);
    const split = b.apply('Concat', [b.shapeConstant([8, -1, 3])], { axis: int(0) });
    const heads = b.transpose(b.apply('Reshape', [steps, split]), [1, 0, 2]);
    const mixed = b.matMul(b.softmax(b.matMul(heads, b.transpose(heads, [0, 2, 1]))), heads);
    const back = b.reshape(b.transpose(mixed, [1, 0, 2]), [8, -1, 6]);
    return rows(b, b.transpose(back, [1, 0, 2]));
  },
  'windows in front': (b) => {
    const windows = b.reshape('image', [-1, 2, 2, 2, 2, 3]);
    const front = b.reshape(b.transpose(windows, [0, 2, 4, 1, 3, 5]), [-1, 2, 2, 3]);
    const convolved = b.conv(front, randomConstant(b, [2, 2, 1, 1]));
    const back = b.reshape(convolved, [-1, 2, 2, 2, 2, 3]);
    return rows(b, b.transpose(back, [0, 3, 1, 4, 2, 5]));
  },
  'a convolution and a pool': (b) =>
    b.reshape(
      b.maxPool(b.conv('image', randomConstant(b, [3, 2, 3, 3]), { pads: [1, 1, 1, 1] }), {
        kernelShape: [2, 2],
        strides: [2, 2],
      }),
      [-1, 18],
    ),
  'channels as samples of a pool': (b) => {
    const pooled = b.averagePool(b.transpose('image', [1, 0, 2, 3]), { kernelShape: [4, 6] });
    return b.reshape(b.transpose(pooled, [1, 0, 2, 3]), [-1, 2]);
  },
  'a class token repeated to the batch': (b) => {
    const tokens = b.reshape('image', [-1, 8, 6]);
    const count = b.gather(shapeOf(b, tokens), b.shapeConstant([0]));
    const target = b.concat([count, b.shapeConstant([1, 6])], 0);
    const token = b.expand(randomConstant(b, [1, 1, 6]), target);
    return b.reshape(b.concat([token, tokens], 1), [-1, 54]);
  },
  'zeros of the size of the batch': (b) => {
    const zeros = b.apply('ConstantOfShape', [shapeOf(b, 'image')]);
    return rows(b, b.add(zeros, 'image'));
  },
  'an embedding of the examples': (b) => {
    const places = b.cast(b.apply('Clip', [rows(b, 'image'), b.scalar(0), b.scalar(2)]), 'int64');
    return b.reshape(b.gather(randomConstant(b, [3, 2]), places), [-1, 96]);
  },
  'slices, splits and pads of an example': (b) => {
    const sliced = b.slice('image', { starts: [1], ends: [4], axes: [2] });
    const [left = ''] = b.node(
      'Split',
      [sliced, b.shapeConstant([2, 4])],
      { axis: int(3) },
      { outputs: ['l', 'r'] },
    );
    return b.reshape(b.pad(left, [0, 0, 1, 0, 0, 0, 0, 1]), [-1, 24]);
  },
  'a layer normalization': (b) =>
    rows(
      b,
      b.apply('LayerNormalization', ['image', randomConstant(b, [6])], {
        axis: int(-1),
        epsilon: float(1e-5),
      }),
    ),
  'the greatest of an example': (b) => {
    const outputs = b.node('TopK', [rows(b, 'image'), b.shapeConstant([3])], {}, { outputs: ['v', 'i'] });
    return outputs[0] ?? '';
  },
  'a resized image': (b) => {
    const scales = b.constant(float32([4], [1, 1, 2, 2]));
    return b.reshape(b.apply('Resize', ['image', '', scales], { mode: text('nearest') }), [-1, 192]);
  },
  'a product of all pixels': (b) =>
    b.gemm(rows(b, 'image'), randomConstant(b, [5, 48]), randomConstant(b, [5]), { transposeB: true }),
};

const certain: Readonly<Record<string, Body>> = {
  'a softmax over the batch': (b) => b.softmax(rows(b, 'image'), 0),
  'a mean over the batch': (b) => b.sub(rows(b, 'image'), b.reduceMean(rows(b, 'image'), [0])),
  'a reduction over everything': (b) => b.sub(rows(b, 'image'), b.apply('ReduceSum', ['image'])),
  'the statistics of the batch': (b) => {
    const one = (): string => randomConstant(b, [2]);
    return rows(
      b,
      b.node(
        'BatchNormalization',
        ['image', one(), one(), one(), one()],
        { training_mode: int(1) },
        {
          outputs: ['y', 'm', 'v'],
        },
      )[0] ?? '',
    );
  },
  'examples multiplied with each other': (b) =>
    b.matMul(rows(b, 'image'), b.transpose(rows(b, 'image'), [1, 0])),
  'the first example': (b) => b.sub(rows(b, 'image'), b.gather(rows(b, 'image'), b.shapeConstant([0]))),
  'a sum along the batch': (b) =>
    b.apply('CumSum', [rows(b, 'image'), b.constant(tensor('int64', [], BigInt64Array.of(0n)))]),
  'examples behind each other by channel': (b) =>
    b.reshape(b.transpose(b.reduceMean('image', [2, 3], false), [1, 0]), [-1, 1]),
  'the size of the batch': (b) => {
    const count = b.cast(b.gather(b.shape('image'), b.shapeConstant([0])), 'float32');
    return b.div(rows(b, 'image'), count);
  },
  'parts of several examples in a row': (b) => b.reshape(b.reshape('image', [2, -1]), [-1, 48]),
  'dropout in training': (b) => {
    const training = b.constant(tensor('bool', [], Uint8Array.of(1)));
    return b.node('Dropout', [rows(b, 'image'), b.scalar(0.5), training], {}, { outputs: ['kept'] })[0] ?? '';
  },
};

const unknown: Readonly<Record<string, Body>> = {
  'a scale for the whole batch': (b) => {
    const [, scale = ''] = b.node(
      'DynamicQuantizeLinear',
      [rows(b, 'image')],
      {},
      { outputs: ['q', 's', 'z'] },
    );
    return b.mul(rows(b, 'image'), scale);
  },
};

let runner: Runner;
before(async () => {
  runner = await createRunner();
});
after(async () => {
  await runner.dispose();
});

describe('keeps the examples apart', () => {
  for (const [name, body] of Object.entries(apart)) {
    test(name, async () => {
      const graph = graphOf(body);
      assertRowsApart(graph);
      const size = sizeOf(IMAGE);
      const images = randomNumbers(4 * size, name);
      const others = images.slice();
      others.set(randomNumbers(size, `${name}, another`), 2 * size);
      const [a, b] = [await runner.run(graph, images), await runner.run(graph, others)];
      const width = a.length / 4;
      const changed = [0, 1, 2, 3].map((example) => {
        const own = [a, b].map((scores) => scores.subarray(example * width, (example + 1) * width));
        return own[0]?.some((score, index) => score !== own[1]?.[index]);
      });
      assert.deepEqual(changed, [false, false, true, false]);
    });
  }
});

describe('mixes the examples, which is known', () => {
  for (const [name, body] of Object.entries(certain)) {
    test(name, () => {
      assert.throws(
        () => {
          assertRowsApart(graphOf(body));
        },
        (error) => error instanceof MixingError && error.certain,
      );
    });
  }
});

describe('what is not known to keep them apart may mix them', () => {
  for (const [name, body] of Object.entries(unknown)) {
    test(name, () => {
      assert.throws(
        () => {
          assertRowsApart(graphOf(body));
        },
        (error) => error instanceof MixingError && !error.certain,
      );
    });
  }
});

test('what constants alone decide is shared, by whatever operator', () => {
  const graph = graphOf((b) => {
    const [, scale = ''] = b.node(
      'DynamicQuantizeLinear',
      [b.constant(float32([2], [1, 4]))],
      {},
      { outputs: ['q', 's', 'z'] },
    );
    return b.mul(b.reshape('image', [-1, 48]), scale);
  });
  assertRowsApart(graph);
});
