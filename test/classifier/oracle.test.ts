/** What an attack sees of a classifier, and that every answer is counted for the example it was given for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { type Objective, objectiveRows } from '../../src/classifier/objective.ts';
import { createMeter, createOracle, predictions } from '../../src/classifier/oracle.ts';
import { randomInputs, randomLinearModel, withoutGradient } from '../attacks/linear-classifier.ts';

const model = randomLinearModel(1, 4, [3], { name: 'model' });
const count = 5;
const points = randomInputs(2, count * 3, model.bounds);
const labels = Int32Array.of(0, 1, 2, 3, 0);
const crossEntropy: Objective = { loss: 'cross-entropy', labels };
const objectives: readonly Objective[] = [
  crossEntropy,
  { loss: 'dlr', labels },
  { loss: 'targeted-dlr', labels, targets: labels.map((label) => (label + 1) % 4) },
  { loss: 'weighted-logits', weights: randomInputs(3, count * 4, { lower: -1, upper: 1 }) },
];
const rowsOf = (values: Float32Array, rows: readonly number[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => [...values.subarray(3 * row, 3 * row + 3)]));

test('gradients and queries are counted for each example, of the whole and of parts', async () => {
  const meter = createMeter(count);
  const oracle = createOracle(model, 'gradient', meter);
  assert.equal(oracle.count, count);
  await oracle.gradient(points, crossEntropy);
  await oracle.logits(points);
  await oracle.decisions(points);
  const part = oracle.select([3, 1, 3]);
  assert.equal(part.count, 3);
  const rows = [3, 1, 3];
  const found = await part.gradient(rowsOf(points, rows), objectiveRows(crossEntropy, rows, 4));
  assert.deepEqual(found.gradients, rowsOf((await model.gradient(points, crossEntropy)).gradients, rows));
  // Places in a part of a part are those of the part: example 1.
  await part.select([1]).logits(rowsOf(points, [1]));
  assert.deepEqual([...meter.gradients], [1, 2, 1, 3, 1]);
  assert.deepEqual([...meter.queries], [2, 3, 2, 2, 2]);
});

test('answers are those of the classifier, the decision that of the greatest logit', async () => {
  const oracle = createOracle(model, 'gradient', createMeter(count));
  const logits = await model.logits(points);
  assert.deepEqual(await oracle.logits(points), logits);
  assert.deepEqual(await oracle.decisions(points), predictions(logits, 4));
  for (const objective of objectives) {
    assert.deepEqual(await oracle.gradient(points, objective), await model.gradient(points, objective));
  }
  assert.deepEqual([...predictions(Float32Array.of(1, 1, 0, -Infinity, -1, -1), 3)], [0, 1]);
});

test('what the access does not allow is refused, and not counted', async () => {
  const meter = createMeter(count);
  const decisions = createOracle(model, 'decisions', meter);
  assert.throws(() => decisions.logits(points), /^RangeError: an attack on decisions may not ask for logits/);
  for (const access of ['decisions', 'scores'] as const) {
    await assert.rejects(createOracle(model, access, meter).gradient(points, crossEntropy), {
      name: 'RangeError',
      message: `an attack on ${access} may not ask for gradients`,
    });
    await assert.rejects(
      createOracle(model, access, meter).select([0]).gradient(points, crossEntropy),
      RangeError,
    );
  }
  assert.deepEqual([...meter.gradients, ...meter.queries], Array(2 * count).fill(0));
  await createOracle(model, 'scores', meter).logits(points);
  assert.deepEqual([...meter.queries], Array(count).fill(1));
  const blind = createOracle(withoutGradient(model), 'gradient', meter);
  await assert.rejects(blind.gradient(points, crossEntropy), {
    name: 'InputError',
    message: 'the model model has no gradient',
  });
});

test('a first gradient of zeros is seen, a later one is not', async () => {
  const zeroAt = (rows: readonly number[], from: number): Classifier => {
    let calls = 0;
    return {
      ...model,
      async gradient(own, objective) {
        const found = await model.gradient(own, objective);
        if (calls++ >= from) for (const row of rows) found.gradients.fill(0, 3 * row, 3 * row + 3);
        return found;
      },
    };
  };
  const flags = async (classifier: Classifier): Promise<number[]> => {
    const meter = createMeter(count);
    const oracle = createOracle(classifier, 'gradient', meter);
    await oracle.gradient(points, crossEntropy);
    await oracle.gradient(points, crossEntropy);
    return [...meter.zeroGradients];
  };
  assert.deepEqual(await flags(zeroAt([1, 4], 0)), [0, 1, 0, 0, 1]);
  assert.deepEqual(await flags(zeroAt([1, 4], 1)), [0, 0, 0, 0, 0]);
});

describe('where memory does not suffice', () => {
  /** Takes so many examples at a time. */
  const narrow = (most: number, message: string): Classifier => {
    const room = (own: Float32Array): void => {
      if (own.length / 3 > most) throw new Error(message);
    };
    return {
      ...model,
      logits: async (own) => (room(own), model.logits(own)),
      gradient: async (own, objective) => (room(own), model.gradient(own, objective)),
    };
  };

  test('the halves are asked, and the answer and the counts are the same', async () => {
    for (const most of [1, 2, 3, 4]) {
      for (const message of [
        'std::bad_alloc',
        'CUDA out of memory',
        'Failed to allocate memory for requested buffer',
      ]) {
        const meter = createMeter(count);
        const oracle = createOracle(narrow(most, message), 'gradient', meter);
        assert.deepEqual(await oracle.logits(points), await model.logits(points));
        for (const objective of objectives) {
          assert.deepEqual(await oracle.gradient(points, objective), await model.gradient(points, objective));
        }
        assert.deepEqual(
          [...meter.queries, ...meter.gradients],
          [...Array<number>(count).fill(1), ...Array<number>(count).fill(4)],
        );
      }
    }
  });

  test('one example that does not fit, and any other error, is told', async () => {
    const ask = (classifier: Classifier): Promise<unknown> =>
      createOracle(classifier, 'scores', createMeter(count)).logits(points);
    await assert.rejects(ask(narrow(0, 'std::bad_alloc')), /bad_alloc/);
    await assert.rejects(ask(narrow(2, 'shape mismatch')), /shape mismatch/);
  });
});

test('a gradient of another shape than the inputs is refused', async () => {
  const short: Classifier = {
    ...model,
    gradient: async (own, objective) => ({
      ...(await model.gradient(own, objective)),
      gradients: new Float32Array(2),
    }),
  };
  await assert.rejects(createOracle(short, 'gradient', createMeter(count)).gradient(points, crossEntropy), {
    name: 'InputError',
    message: /returned 2 gradient elements for 15 input elements/,
  });
});
