/** Graphs as exporters write them for one example, opened: the same numbers as one example at a time. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { int, text } from '../../../src/graph/attributes.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { openBatch } from '../../../src/graph/rows/open-batch.ts';
import { assertRowsApart } from '../../../src/graph/rows/track.ts';
import { sizeOf } from '../../../src/graph/tensor.ts';
import type { Graph } from '../../../src/graph/types.ts';
import { randomConstant, randomNumbers } from '../../models/graphs.ts';
import { createRunner, IMAGE, type Runner } from './images.ts';

type Body = (b: GraphBuilder) => string;

function exported(body: Body, batch = 1): Graph {
  const builder = new GraphBuilder('exported');
  builder.input('image', 'float32', [batch, ...IMAGE]);
  builder.output(body(builder));
  return builder.build();
}

/** Attention of two heads over [1, steps, 6]. */
function attention(b: GraphBuilder, heads: string, back: (value: string) => string): string {
  const scores = b.softmax(
    b.matMul(heads, b.transpose(heads, b.dims(heads).length === 3 ? [0, 2, 1] : [0, 1, 3, 2])),
  );
  return back(b.matMul(scores, heads));
}

/** An LSTM of 3 units, with initial states and lengths, of which the first output is given: [steps, 1, rows, 3]. */
function recurrent(b: GraphBuilder, steps: string, rows: number): string {
  const [length = 0, , channels = 0] = b.dims(steps).map(Number);
  const lengths = Int32Array.from({ length: rows }, () => length);
  const inputs = [
    steps,
    randomConstant(b, [1, 12, channels]),
    randomConstant(b, [1, 12, 3]),
    randomConstant(b, [1, 24]),
    b.constant({ dataType: 'int32', dims: [rows], data: lengths }),
    randomConstant(b, [1, rows, 3]),
    randomConstant(b, [1, rows, 3]),
  ];
  return b.node('LSTM', inputs, { hidden_size: int(3) }, { outputs: [b.fresh('all')] })[0] ?? '';
}

const opened: Readonly<Record<string, Body>> = {
  'a flattened image': (b) => b.matMul(b.reshape('image', [1, 48]), randomConstant(b, [48, 3])),
  'a batch that is squeezed away and comes back': (b) =>
    b.unsqueeze(b.reshape(b.squeeze('image', [0]), [48]), [0]),
  'all axes of size 1 squeezed, that of the batch among them': (b) =>
    b.unsqueeze(b.apply('Squeeze', [b.globalAveragePool('image')]), [0]),
  'a class token beside the patches': (b) => {
    const tokens = b.reshape('image', [1, 8, 6]);
    const all = b.concat([randomConstant(b, [1, 1, 6]), tokens], 1);
    return b.gather(
      b.add(all, randomConstant(b, [1, 9, 6])),
      b.constant({ dataType: 'int64', dims: [], data: BigInt64Array.of(0n) }),
      1,
    );
  },
  'heads, [1, heads, steps, width]': (b) => {
    const heads = b.transpose(b.reshape('image', [1, 8, 2, 3]), [0, 2, 1, 3]);
    return attention(b, heads, (value) => b.reshape(b.transpose(value, [0, 2, 1, 3]), [1, 48]));
  },
  'heads in front, [steps, 1, 6] as [steps, heads, width]': (b) => {
    const steps = b.transpose(b.reshape('image', [1, 8, 6]), [1, 0, 2]);
    const heads = b.transpose(b.reshape(steps, [8, 2, 3]), [1, 0, 2]);
    return attention(b, heads, (value) => {
      const rows = b.reshape(b.transpose(value, [1, 0, 2]), [8, 6]);
      const weighted = b.gemm(rows, randomConstant(b, [6, 6]));
      return b.reshape(b.transpose(b.reshape(weighted, [8, 1, 6]), [1, 0, 2]), [1, 48]);
    });
  },
  'windows in front, with a bias for each window': (b) => {
    const windows = b.transpose(b.reshape('image', [1, 2, 2, 2, 2, 3]), [0, 2, 4, 1, 3, 5]);
    const front = b.reshape(windows, [4, 4, 3]);
    const scores = b.matMul(front, b.transpose(front, [0, 2, 1]));
    const biased = b.add(scores, randomConstant(b, [4, 4, 4]));
    const shifted = b.add(b.reshape(biased, [1, 4, 4, 4]), randomConstant(b, [1, 4, 1, 1]));
    return b.reshape(b.matMul(b.softmax(b.reshape(shifted, [4, 4, 4])), front), [1, 48]);
  },
  'shuffled channels': (b) => {
    const wide = b.conv('image', randomConstant(b, [4, 2, 1, 1]));
    return b.reshape(b.transpose(b.reshape(wide, [1, 2, 2, 4, 6]), [0, 2, 1, 3, 4]), [1, 96]);
  },
  'a resize to sizes': (b) => {
    const resized = b.apply('Resize', ['image', '', '', b.shapeConstant([1, 2, 8, 12])], {
      mode: text('linear'),
      coordinate_transformation_mode: text('half_pixel'),
    });
    return b.reshape(resized, [1, 192]);
  },
  'an expansion to a fixed shape': (b) => {
    const mean = b.reduceMean('image', [2, 3]);
    return b.reshape(b.expand(mean, b.shapeConstant([1, 2, 4, 6])), [1, 48]);
  },
  'a broadcast value': (b) => b.flatten(b.mul('image', randomConstant(b, [1, 1, 4, 6]))),
  'a layer over the rows of images, with a state for each row': (b) => {
    // [1, 4, 6, 2], rows of images merged with the examples, as [steps, rows, channels].
    const steps = b.transpose(b.reshape(b.transpose('image', [0, 2, 3, 1]), [4, 6, 2]), [1, 0, 2]);
    return b.reshape(b.transpose(recurrent(b, steps, 4), [2, 0, 1, 3]), [1, 72]);
  },
  'a layer over what lies outside the examples': (b) => {
    const steps = b.reshape(b.transpose('image', [1, 2, 0, 3]), [2, 4, 6]);
    const all = b.reshape(recurrent(b, steps, 4), [2, 4, 1, 3]);
    return b.reshape(b.transpose(all, [2, 0, 1, 3]), [1, 24]);
  },
  'a value for each channel outside the examples': (b) => {
    const channels = b.reshape(b.transpose('image', [1, 0, 2, 3]), [2, 24]);
    const biased = b.relu(b.add(channels, randomConstant(b, [2, 24])));
    return b.reshape(b.transpose(b.reshape(biased, [2, 1, 24]), [1, 0, 2]), [1, 48]);
  },
  'a value for each row between and outside the examples': (b) => {
    const parts = b.transpose(b.reshape('image', [1, 2, 2, 2, 6]), [1, 0, 2, 3, 4]);
    const biased = b.relu(b.add(b.reshape(parts, [4, 12]), randomConstant(b, [4, 1])));
    return b.reshape(b.transpose(b.reshape(biased, [2, 1, 24]), [1, 0, 2]), [1, 48]);
  },
  'strides over a list of all elements': (b) => {
    // Channels last: element (h, w, c) stands at c·24 + h·6 + w.
    const places = Array.from({ length: 48 }, (_, at) => (at % 2) * 24 + Math.floor(at / 2));
    const list = b.constant({
      dataType: 'int64',
      dims: [1, 4, 6, 2],
      data: BigInt64Array.from(places, BigInt),
    });
    const turned = b.gather(b.reshape('image', [48]), list, 0);
    return b.reshape(b.mul(turned, randomConstant(b, [6, 2])), [1, 48]);
  },
  'a split in the middle': (b) => {
    const parts = b.node(
      'Split',
      [b.reshape('image', [1, 8, 6])],
      { axis: int(2), num_outputs: int(3) },
      { outputs: ['q', 'k', 'v'] },
    );
    return b.reshape(b.matMul(b.transpose(parts[0] ?? '', [0, 2, 1]), parts[1] ?? ''), [1, 4]);
  },
};

const closed: Readonly<Record<string, Body>> = {
  'a mean over the batch': (b) => b.sub(b.flatten('image'), b.reduceMean(b.flatten('image'), [0])),
  'a softmax over the batch': (b) => b.softmax(b.flatten('image'), 0),
  'a softmax over what the batch was flattened into': (b) =>
    b.reshape(b.softmax(b.reshape(b.transpose('image', [1, 0, 2, 3]), [48])), [1, 48]),
  'a sum of examples': (b) =>
    b.add(b.flatten('image'), b.apply('ReduceSum', ['image'], { keepdims: int(0) })),
};

let runner: Runner;
before(async () => {
  runner = await createRunner();
});
after(async () => {
  await runner.dispose();
});

describe('a batch of one is opened', () => {
  for (const [name, body] of Object.entries(opened)) {
    test(name, async () => {
      const graph = exported(body);
      const wide = openBatch(graph);
      assert.equal(wide.outputs[0]?.dims[0], 'N');
      const size = sizeOf(IMAGE);
      const images = randomNumbers(3 * size, name);
      const together = await runner.run(wide, images);
      for (const example of [0, 1, 2]) {
        const alone = await runner.run(graph, images.slice(example * size, (example + 1) * size));
        const own = together.subarray(example * alone.length, (example + 1) * alone.length);
        alone.forEach((value, place) => {
          assert.ok(
            Math.abs(value - (own[place] ?? NaN)) <= 1e-5,
            `${String(own[place])} is not ${String(value)}`,
          );
        });
      }
    });
  }
});

test('a batch of three is opened for two', async () => {
  const body: Body = (b) =>
    b.reshape(b.relu(b.reshape('image', [Number(b.dims('image')[0]), 8, 6])), [-1, 48]);
  const wide = openBatch(exported(body, 3));
  const images = randomNumbers(2 * sizeOf(IMAGE), 'three');
  assert.deepEqual(
    await runner.run(wide, images),
    images.map((value) => Math.max(value, 0)),
  );
});

describe('a batch of two with a constant for each example', () => {
  const biased = (values: Float32Array): Graph =>
    exported((b) => {
      const flat = b.flatten('image');
      return b.add(flat, b.constant({ dataType: 'float32', dims: [2, 48], data: values }));
    }, 2);
  const part = randomNumbers(48, 'part');

  test('is opened where their parts are the same', async () => {
    const wide = openBatch(biased(Float32Array.of(...part, ...part)));
    const images = randomNumbers(3 * 48, 'with a constant');
    assert.deepEqual(
      await runner.run(wide, images),
      images.map((value, place) => value + (part[place % 48] ?? NaN)),
    );
  });

  test('stays closed where they are not', () => {
    const other = part.with(3, 7);
    assert.throws(() => openBatch(biased(Float32Array.of(...part, ...other))), InputError);
  });
});

test('a recurrent layer with the states of a few sequences alone stays closed', () => {
  const graph = exported((b) => {
    const steps = b.transpose(b.reshape('image', [1, 8, 6]), [1, 0, 2]);
    return b.reshape(b.transpose(recurrent(b, steps, 1), [2, 0, 1, 3]), [1, 24]);
  });
  assert.equal(openBatch(graph).outputs[0]?.dims[0], 'N');
  const builder = new GraphBuilder('open');
  builder.input('image', 'float32', ['N', ...IMAGE]);
  const steps = builder.transpose(builder.reshape('image', [-1, 8, 6]), [1, 0, 2]);
  const all = builder.transpose(recurrent(builder, steps, 1), [2, 0, 1, 3]);
  builder.output(builder.reshape(all, [-1, 24]));
  assert.throws(() => {
    assertRowsApart(builder.build());
  }, /states of a fixed number/);
});

describe('a batch stays closed where it', () => {
  for (const [name, body] of Object.entries(closed)) {
    test(`takes ${name}`, () => {
      assert.throws(() => openBatch(exported(body)), InputError);
    });
  }
});
