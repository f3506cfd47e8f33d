/** An attack of one's own, with a parameter, on a function: all through the public library. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  attackId,
  attackSettings,
  createAttack,
  type Dataset,
  derive,
  InputError,
  runAttackBenchmark,
  validateResult,
  wholeNumber,
  wrapFunction,
} from '../../src/index.ts';
import { createMemoryDataset, randomBytes } from '../evaluation/memory-dataset.ts';

/** The best of random points of the ball, by the decision alone. */
const randomSearch = createAttack({
  id: 'random-search',
  title: 'Random search',
  citation: null,
  access: 'decisions',
  norms: ['linf', 'l2'],
  aim: 'bounded',
  parameters: { tries: wholeNumber('number of random points', 5) },
  async run(task) {
    const { oracle, inputs, ball, parameters } = task;
    const best = inputs.slice();
    const size = inputs.length / oracle.count;
    const isDone = new Uint8Array(oracle.count);
    for (let round = 0; round < parameters.tries; round++) {
      const streams = Array.from(isDone, (_, example) => task.stream(example, 'try', round));
      const points = ball.randomPoints(streams);
      const found = task.succeeded(await oracle.decisions(points));
      found.forEach((isFound, example) => {
        if (isFound === 0 || isDone[example] === 1) return;
        isDone[example] = 1;
        best.set(points.subarray(example * size, (example + 1) * size), example * size);
      });
    }
    return best;
  },
});

/** Bright or dark, with no gradient: only its decisions can be asked. */
const brightness = wrapFunction({
  name: 'brightness',
  inputShape: [1, 2, 2],
  classCount: 2,
  bounds: { lower: 0, upper: 1 },
  logits: (inputs, count) =>
    Array.from({ length: 2 * count }, (_, place) => {
      const own = inputs.subarray(4 * Math.floor(place / 2), 4 * Math.floor(place / 2) + 4);
      const sum = own.reduce((a, b) => a + b, 0);
      return place % 2 === 0 ? 2 - sum : sum - 2;
    }),
});

const count = 60;
const inputs = randomBytes(8, 4 * count);
const dataset: Dataset = {
  ...createMemoryDataset({
    shape: [1, 2, 2],
    classCount: 2,
    inputs,
    labels: Array.from({ length: count }, (_, k) =>
      inputs.subarray(4 * k, 4 * k + 4).reduce((a, b) => a + b, 0) > 510 ? 1 : 0,
    ),
  }),
  hash: () => Promise.resolve('a'.repeat(64)),
};

const measure = (batchSize: number) =>
  runAttackBenchmark({
    models: [{ id: 'brightness', classifier: brightness }],
    whiteBox: ['brightness'],
    attacks: [5, 40].map((tries) => ({
      attack: randomSearch,
      settings: attackSettings(randomSearch, { radius: 64 / 255, parameters: { tries } }),
    })),
    dataset,
    indices: Int32Array.from({ length: count }, (_, index) => index),
    selection: { limit: null, indices: null },
    seed: 0,
    batchSize,
    engine: { name: 'function', provider: 'javascript', runtime: 'none' },
    threads: null,
  });

test('it is measured like those that are built in', async () => {
  const result = await validateResult(JSON.parse(JSON.stringify(await measure(7))), 'the result');
  assert.deepEqual(
    result.attacks.map(({ id, access, parameters }) => [id, access, parameters]),
    [
      ['random-search@linf:64/255', 'decisions', { tries: 5 }],
      ['random-search[tries=40]@linf:64/255', 'decisions', { tries: 40 }],
    ],
  );
  const [clean, few, many] = derive(result).evaluations;
  assert.ok(clean!.top1.errors <= few!.top1.errors && few!.top1.errors < many!.top1.errors);
  assert.deepEqual([few!.queries, many!.queries, many!.gradients], [5, 40, 0]);
  assert.ok(many!.sizes!.linf.max > 0.2 && many!.sizes!.linf.max <= 64 / 255 + 1e-7);
  const other = await measure(60);
  assert.deepEqual(other.runs, result.runs);
});

test('its settings are checked by its own table', () => {
  const refuses = (parameters: Record<string, number>, message: RegExp): void => {
    assert.throws(
      () => attackSettings(randomSearch, { parameters }),
      (error: unknown) => error instanceof InputError && message.test(error.message),
    );
  };
  refuses({ tries: 0 }, /Random search: tries = 0 must be a whole number of at least 1/);
  refuses({ steps: 3 }, /Random search has no parameter steps: it has tries/);
  const settings = attackSettings(randomSearch, { norm: 'l2', radius: 0.5, label: 'predicted' });
  assert.equal(attackId(randomSearch, settings), 'random-search[label=predicted]@l2:0.5');
});
