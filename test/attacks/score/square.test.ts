/** Square on linear models, where it is known which examples a radius suffices for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackSettings } from '../../../src/attacks/settings.ts';
import { l2Squares } from '../../../src/attacks/score/l2-squares.ts';
import { shareAt, square } from '../../../src/attacks/score/square.ts';
import { drawWindow, layoutOf, windowSize } from '../../../src/attacks/score/windows.ts';
import { predictions } from '../../../src/classifier/oracle.ts';
import { randomStream } from '../../../src/core/random.ts';
import { randomInputs, randomLinearModel, withoutGradient } from '../linear-classifier.ts';

const count = 60;

/** Inputs amid the bounds, with how near the nearest boundary is in the norm, and a radius that half of them are within. */
async function problem(classCount: number, inputShape: readonly number[], norm: 'linf' | 'l2') {
  const size = inputShape.reduce((product, dim) => product * dim, 1);
  const model = randomLinearModel(31, classCount, inputShape);
  const inputs = randomInputs(32, count * size, { lower: 0.4, upper: 0.6 });
  const logits = await model.logits(inputs);
  const labels = predictions(logits, classCount);
  const distances = Float64Array.from(labels, (label, example) =>
    Math.min(
      ...model.weights.flatMap((row, k) => {
        if (k === label) return [];
        const apart = row.map((weight, j) => weight - model.weights[label]![j]!);
        const length =
          norm === 'linf'
            ? apart.reduce((sum, value) => sum + Math.abs(value), 0)
            : Math.sqrt(apart.reduce((sum, value) => sum + value * value, 0));
        return [(logits[example * classCount + label]! - logits[example * classCount + k]!) / length];
      }),
    ),
  );
  const sorted = distances.toSorted();
  const radius = (sorted[count / 2 - 1]! + sorted[count / 2]!) / 2;
  assert.ok(sorted.at(-1)! < 0.4, 'no point within the distance is out of bounds');
  const batch = { inputs, labels, indices: labels.map((_, index) => index) };
  return { model: withoutGradient(model), batch, distances, radius };
}

describe('Square on a linear model', () => {
  for (const classCount of [2, 3]) {
    for (const inputShape of [[12], [1, 4, 3]]) {
      const title = `${String(classCount)} classes, inputs [${inputShape.join(', ')}]`;
      test(`L∞ finds exactly what the margin allows: ${title}`, async () => {
        const { model, batch, distances, radius } = await problem(classCount, inputShape, 'linf');
        const settings = attackSettings(square, { radius, parameters: { queries: 600 } });
        const output = await square.perturb(model, batch, settings);
        const predicted = predictions(await model.logits(output.inputs), classCount);
        const won = predicted.map((label, example) => (label === batch.labels[example] ? 0 : 1));
        assert.deepEqual(
          won,
          Int32Array.from(distances, (distance) => (distance < radius ? 1 : 0)),
        );
        // Beside its own: the decision on the clean input, and the last one.
        output.queryCounts.forEach((queries, example) => {
          assert.ok(won[example] === 0 ? queries === 602 : queries < 602);
        });
      });

      test(`L2 comes near it and never beyond: ${title}`, async () => {
        const { model, batch, distances, radius } = await problem(classCount, inputShape, 'l2');
        const settings = attackSettings(square, { norm: 'l2', radius, parameters: { queries: 2000 } });
        const output = await square.perturb(model, batch, settings);
        const predicted = predictions(await model.logits(output.inputs), classCount);
        const won = distances.filter((_, example) => predicted[example] !== batch.labels[example]);
        assert.ok(won.every((distance) => distance < radius + 1e-6));
        // Windows of three pixels are coarse for so small an input.
        assert.ok(won.length >= 0.5 * (count / 2), `${String(won.length)} of ${String(count / 2)}`);
      });
    }
  }

  test('towards a target it ends there or stays', async () => {
    const { model, batch } = await problem(4, [12], 'linf');
    const target = 1;
    const settings = attackSettings(square, { radius: 0.1, target, parameters: { queries: 600 } });
    const output = await square.perturb(model, batch, settings);
    const predicted = predictions(await model.logits(output.inputs), 4);
    const before = batch.labels.filter((label) => label === target).length;
    const after = predicted.filter((label) => label === target).length;
    assert.ok(after > before + 5, `${String(before)} → ${String(after)}`);
  });
});

test('the share halves as in the paper', () => {
  const at = [0, 10, 11, 50, 51, 200, 201, 500, 501, 1000, 1001, 2001, 4001, 6001, 8000, 8001, 9999];
  const halvings = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 8, 9, 9];
  assert.deepEqual(
    at.map((proposal) => shareAt(0.8, proposal)),
    halvings.map((times) => 0.8 / 2 ** times),
  );
});

test('windows are squares of images and stretches of vectors, anywhere', () => {
  const image = layoutOf([3, 28, 28]);
  assert.deepEqual(image, { planes: 3, height: 28, width: 28 });
  assert.deepEqual(windowSize(image, 0.8, 1), { rows: 25, columns: 25 });
  assert.deepEqual(windowSize(image, 0.8, 3), { rows: 25, columns: 25 });
  assert.deepEqual(windowSize(image, 0.001, 1), { rows: 1, columns: 1 });
  assert.deepEqual(windowSize(image, 0.001, 3), { rows: 3, columns: 3 });
  assert.deepEqual(windowSize(layoutOf([40]), 0.2, 1), { rows: 1, columns: 8 });
  assert.deepEqual(windowSize(layoutOf([2]), 0.2, 3), { rows: 1, columns: 2 });
  const stream = randomStream(1, 'windows');
  const places = Array.from({ length: 500 }, () => drawWindow(image, { rows: 20, columns: 20 }, stream));
  assert.deepEqual(new Set(places.map(({ top }) => top)), new Set(Array.from({ length: 9 }, (_, k) => k)));
});

test('an L2 point and its proposals have the length of the radius, away from the bounds', () => {
  for (const shape of [[3, 28, 28], [1, 7, 9], [20], [1], [2, 2, 2]]) {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const squares = l2Squares(layoutOf(shape), 0.5);
    const stream = randomStream(2, 'lengths');
    const clean = new Float32Array(size).fill(0.5);
    let best = squares.start(clean, stream);
    for (let step = 0; step < 20; step++) {
      const length = Math.sqrt(best.reduce((sum, value, index) => sum + (value - clean[index]!) ** 2, 0));
      assert.ok(Math.abs(length - 0.5) < 1e-4, `[${shape.join()}]: ${String(length)}`);
      best = squares.propose({ clean, best, share: 0.8 / 2 ** (step % 10), stream });
    }
  }
});
