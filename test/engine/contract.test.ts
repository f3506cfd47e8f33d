/** The promises of engine.ts, kept by every engine that starts here. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { InputError } from '../../src/core/errors.ts';
import type { CompiledGraph, Engine } from '../../src/engine/engine.ts';
import { createEngine } from '../../src/engine/select.ts';
import { float, int } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32, int64s, numbersOf, tensor } from '../../src/graph/tensor.ts';
import type { Graph, Tensor } from '../../src/graph/types.ts';
import { specifications } from './specifications.ts';

/** y = x·w + b, and the classes of the rows. */
function linearGraph(weight = 2): Graph {
  const builder = new GraphBuilder('linear');
  const x = builder.input('x', 'float32', ['N', 2]);
  const w = builder.constant(float32([2, 3], [weight, 0, 1, 0, weight, -1]));
  builder.node('Gemm', [x, w, builder.constant(float32([3], [0, 1, 2]))], {}, { outputs: ['y'] });
  builder.node('ArgMax', ['y'], { axis: int(1), keepdims: int(0) }, { outputs: ['class'] });
  builder.output('y');
  builder.output('class');
  return builder.build();
}

/** total' = total + Σ x, and the mean of x; images, so that tfjs changes layouts on the way. */
function countingGraph(): Graph {
  const builder = new GraphBuilder('counting');
  const x = builder.input('x', 'float32', ['N', 2, 4, 4]);
  const total = builder.input('total', 'float32', [2]);
  const steps = builder.input('steps', 'int64', [1]);
  const kernel = builder.constant(float32([2, 2, 1, 1], [1, 0, 0, 1]));
  const convolved = builder.conv(x, kernel);
  const sum = builder.reduceSum(convolved, [0, 2, 3], false);
  builder.node('Add', [total, sum], {}, { outputs: ['next total'] });
  builder.node('Add', [steps, builder.constant(int64s([1]))], {}, { outputs: ['next steps'] });
  builder.node('ReduceMean', [builder.relu(convolved)], { keepdims: int(0) }, { outputs: ['mean'] });
  for (const name of ['next total', 'next steps', 'mean']) builder.output(name);
  return builder.build();
}

/**
 * Training-mode batch normalization whose running mean another node reads too: 0.5·running + 0.5·batch mean. Momentum
 * 0 makes the operator's own second output the batch mean.
 */
function runningMeanGraph(): Graph {
  const builder = new GraphBuilder('running mean');
  const x = builder.input('x', 'float32', ['N', 2, 4, 4]);
  const mean = builder.input('mean', 'float32', [2]);
  const variance = builder.input('variance', 'float32', [2]);
  const one = builder.constant(float32([2], [1, 1]));
  const zero = builder.constant(float32([2], [0, 0]));
  builder.node(
    'BatchNormalization',
    [x, one, zero, mean, variance],
    { training_mode: int(1), momentum: float(0) },
    { outputs: ['y', 'batch mean', 'batch variance'] },
  );
  const half = builder.scalar(0.5);
  const next = builder.add(builder.mul(mean, half), builder.mul('batch mean', half));
  builder.output(builder.identity(next, 'next mean'));
  builder.output('batch variance');
  return builder.build();
}

const counting = (): { state: { input: string; output: string; initial: Tensor }[] } => ({
  state: [
    { input: 'total', output: 'next total', initial: float32([2], [10, 20]) },
    { input: 'steps', output: 'next steps', initial: int64s([0]) },
  ],
});

const rows = (...data: number[]): Tensor => float32([data.length / 2, 2], data);
const ones = (batch: number): Tensor => float32([batch, 2, 4, 4], new Float32Array(batch * 32).fill(1));
const refused =
  (...words: string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof InputError, String(error));
    assert.ok(!error.message.includes('\n'), 'one line');
    for (const word of words) assert.ok(error.message.includes(word), `${error.message} should say ${word}`);
    return true;
  };

for (const specification of specifications) {
  describe(specification, () => {
    let engine: Engine;
    const withGraph = async (
      graph: Graph,
      use: (compiled: CompiledGraph) => Promise<void>,
      options = {},
    ): Promise<void> => {
      const compiled = await engine.compile(graph, options);
      try {
        await use(compiled);
      } finally {
        await compiled.dispose();
      }
    };
    before(async () => {
      engine = await createEngine(specification);
    });
    after(() => engine.dispose());

    test('batch normalization in training leaves its running statistics to other readers', async () => {
      await withGraph(runningMeanGraph(), async (compiled) => {
        const mean = float32([2], [3, 5]);
        const inputs = { x: ones(2), mean, variance: float32([2], [1, 1]) };
        const outputs = await compiled.run(inputs);
        assert.deepEqual(numbersOf(outputs['next mean']!), [2, 3]);
        assert.deepEqual(numbersOf(mean), [3, 5], 'the caller’s array is unchanged');
      });
    });

    test('says what computes', () => {
      const [name, provider = 'cpu'] = specification.split(':');
      assert.equal(engine.name, name);
      assert.equal(engine.provider, provider);
      assert.match(engine.runtime, /^\S+ \d+\.\d+\.\d+/);
    });

    test('returns every output in its declared type, for batches of several sizes', () =>
      withGraph(linearGraph(), async (compiled) => {
        for (const batch of [
          [1, 2],
          [1, 2, 3, 4, -5, 0.5],
          [0, 0, 7, 8],
        ]) {
          const { y, class: classes } = await compiled.run({ x: rows(...batch) });
          const expected = batch.flatMap((a, index) => {
            const b = batch[index + 1] ?? 0;
            return index % 2 === 0 ? [2 * a, 2 * b + 1, a - b + 2] : [];
          });
          assert.equal(y!.dataType, 'float32');
          assert.ok(y!.data instanceof Float32Array);
          assert.deepEqual(y!.dims, [batch.length / 2, 3]);
          assert.deepEqual(numbersOf(y!), expected);
          assert.equal(classes!.dataType, 'int64');
          assert.ok(classes!.data instanceof BigInt64Array);
          assert.deepEqual(classes!.dims, [batch.length / 2]);
        }
      }));

    test('takes and gives every type of element', async () => {
      const builder = new GraphBuilder('types');
      const samples: Tensor[] = [
        float32([2], [1.5, -2]),
        int64s([3, -4]),
        tensor('int32', [2], Int32Array.of(5, -6)),
        tensor('uint8', [2], Uint8Array.of(7, 255)),
        tensor('bool', [2], Uint8Array.of(0, 1)),
      ];
      for (const { dataType, dims } of samples) {
        builder.output(builder.identity(builder.input(dataType, dataType, dims), `same ${dataType}`));
      }
      await withGraph(builder.build(), async (compiled) => {
        const results = await compiled.run(Object.fromEntries(samples.map((each) => [each.dataType, each])));
        for (const sample of samples) {
          const result = results[`same ${sample.dataType}`]!;
          assert.equal(result.dataType, sample.dataType);
          assert.deepEqual(result.data, sample.data);
          assert.notEqual(result.data, sample.data, 'the array belongs to the caller');
        }
      });
    });

    test('refuses inputs that do not fit, by name', () =>
      withGraph(linearGraph(), async (compiled) => {
        await assert.rejects(compiled.run({}), refused('x', 'linear'));
        await assert.rejects(compiled.run({ x: rows(1, 2), z: rows(1, 2) }), refused('z'));
        await assert.rejects(compiled.run({ x: float32([1, 3], [1, 2, 3]) }), refused('x', '1, 3', 'N, 2'));
        await assert.rejects(compiled.run({ x: int64s([1, 2]) }), refused('x', 'int64', 'float32'));
        assert.deepEqual(numbersOf((await compiled.run({ x: rows(0, 0) }))['y']!), [0, 1, 2]);
      }));

    test('leaves its inputs alone and does not keep them', () =>
      withGraph(linearGraph(), async (compiled) => {
        const x = rows(1, 2);
        const { y } = await compiled.run({ x });
        assert.deepEqual(numbersOf(x), [1, 2]);
        (x.data as Float32Array).fill(9);
        assert.deepEqual(numbersOf(y!), [2, 5, 1]);
        (y!.data as Float32Array).fill(0);
        assert.deepEqual(numbersOf((await compiled.run({ x: rows(1, 2) }))['y']!), [2, 5, 1]);
      }));

    test('carries state from run to run', async () => {
      const options = counting();
      await withGraph(
        countingGraph(),
        async (compiled) => {
          const given = await compiled.readState();
          assert.deepEqual(Object.keys(given).sort(), ['steps', 'total']);
          assert.deepEqual(numbersOf(given['total']!), [10, 20]);
          for (const batch of [1, 3]) {
            const outputs = await compiled.run({ x: ones(batch) });
            assert.deepEqual(Object.keys(outputs), ['mean']);
            assert.deepEqual(numbersOf(outputs['mean']!), [1]);
          }
          const state = await compiled.readState();
          assert.deepEqual(numbersOf(state['steps']!), [2]);
          assert.equal(state['steps']!.dataType, 'int64');
          // 16 pixels of one image and of three.
          assert.deepEqual(numbersOf(state['total']!), [74, 84]);
          await assert.rejects(compiled.run({ x: ones(1), total: float32([2], [0, 0]) }), refused('total'));
        },
        options,
      );
    });

    test('keeps the state of graphs apart, run in turn and at once', async () => {
      const [one, other] = await Promise.all([
        engine.compile(countingGraph(), counting()),
        engine.compile(countingGraph(), counting()),
      ]);
      await Promise.all([one.run({ x: ones(1) }), other.run({ x: ones(2) })]);
      await other.run({ x: ones(2) });
      assert.deepEqual(numbersOf((await one.readState())['total']!), [26, 36]);
      assert.deepEqual(numbersOf((await other.readState())['total']!), [74, 84]);
      await one.dispose();
      await other.run({ x: ones(1) });
      assert.deepEqual(numbersOf((await other.readState())['steps']!), [3]);
      await other.dispose();
    });

    test('compiles one graph twice', async () => {
      const graph = linearGraph(3);
      const [one, other] = await Promise.all([engine.compile(graph), engine.compile(graph)]);
      await one.dispose();
      assert.deepEqual(numbersOf((await other.run({ x: rows(1, 1) }))['y']!), [3, 4, 2]);
      await other.dispose();
    });

    test('exchanges two states', async () => {
      const builder = new GraphBuilder('exchange');
      const [a, b] = [builder.input('a', 'float32', [1]), builder.input('b', 'float32', [1])];
      builder.output(builder.identity(b, 'next a'));
      builder.output(builder.identity(a, 'next b'));
      const state = [
        { input: 'a', output: 'next a', initial: float32([1], [1]) },
        { input: 'b', output: 'next b', initial: float32([1], [2]) },
      ];
      await withGraph(
        builder.build(),
        async (compiled) => {
          assert.deepEqual(await compiled.run({}), {});
          const after = await compiled.readState();
          assert.deepEqual([numbersOf(after['a']!), numbersOf(after['b']!)], [[2], [1]]);
        },
        { state },
      );
    });

    test('keeps state and constants apart from the arrays of the caller', async () => {
      const builder = new GraphBuilder('kept');
      const x = builder.input('x', 'float32', [2]);
      builder.input('same', 'float32', [2]);
      const count = builder.input('count', 'float32', [2]);
      const held = float32([2], [5, 6]);
      const attribute = float32([2], [10, 20]);
      const [step = ''] = builder.node('Constant', [], { value: { kind: 'tensor', value: attribute } });
      builder.output(builder.identity(x, 'next same'));
      builder.output(builder.apply('Add', [count, step], {}, 'next count'));
      builder.output(builder.apply('Add', [x, builder.constant(held)], {}, 'y'));
      const initial = float32([2], [1, 2]);
      const state = [
        { input: 'same', output: 'next same', initial },
        { input: 'count', output: 'next count', initial },
      ];
      await withGraph(
        builder.build(),
        async (compiled) => {
          const overwrite = ({ data }: Tensor): unknown => (data as Float32Array).fill(99);
          for (const array of [held, attribute, initial]) overwrite(array);
          assert.deepEqual(numbersOf((await compiled.readState())['same']!), [1, 2]);
          const given = float32([2], [3, 4]);
          const { y } = await compiled.run({ x: given });
          overwrite(given);
          assert.deepEqual(numbersOf(y!), [8, 10]);
          const before = await compiled.readState();
          assert.deepEqual(numbersOf(before['same']!), [3, 4]);
          assert.deepEqual(numbersOf(before['count']!), [11, 22]);
          Object.values(before).forEach(overwrite);
          const { same, count: counted } = await compiled.readState();
          assert.deepEqual(
            [numbersOf(same!), numbersOf(counted!)],
            [
              [3, 4],
              [11, 22],
            ],
          );
          assert.deepEqual(numbersOf((await compiled.run({ x: float32([2], [0, 0]) }))['y']!), [5, 6]);
          assert.deepEqual(numbersOf((await compiled.readState())['count']!), [21, 42]);
        },
        { state },
      );
    });

    test('returns what is constant', async () => {
      const builder = new GraphBuilder('constant');
      builder.input('x', 'float32', ['N']);
      builder.node('Neg', [builder.constant(float32([2], [1, 2]))], {}, { outputs: ['y'] });
      builder.output('y');
      await withGraph(builder.build(), async (compiled) => {
        for (const size of [1, 2]) {
          const { y } = await compiled.run({ x: float32([size], new Float32Array(size)) });
          assert.deepEqual(numbersOf(y!), [-1, -2]);
          (y!.data as Float32Array).fill(5);
        }
      });
    });

    test('is disposed of once and for all', async () => {
      const compiled = await engine.compile(linearGraph());
      await compiled.run({ x: rows(1, 2) });
      await compiled.dispose();
      await compiled.dispose();
      await assert.rejects(async () => compiled.run({ x: rows(1, 2) }), refused('linear', 'disposed'));
      await assert.rejects(async () => compiled.readState(), refused('linear', 'disposed'));
    });

    test('an engine frees the graphs still compiled', async () => {
      const own = await createEngine(specification);
      const compiled = await own.compile(linearGraph());
      await own.dispose();
      await own.dispose();
      await assert.rejects(async () => compiled.run({ x: rows(1, 2) }), InputError);
    });
  });
}
