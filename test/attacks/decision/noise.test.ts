/** Noise: its distribution, and repeats on survivors alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussianNoise, uniformNoise } from '../../../src/attacks/decision/noise.ts';
import { attackSettings } from '../../../src/attacks/settings.ts';
import { predictions } from '../../../src/classifier/oracle.ts';
import { randomInputs, randomLinearModel, withoutGradient } from '../linear-classifier.ts';

const count = 40;
const size = 200;
const bounds = { lower: 0, upper: 1 };

function setup(classCount: number) {
  const model = withoutGradient(randomLinearModel(41, classCount, [size], { scale: 0.2 }));
  const inputs = randomInputs(42, count * size, { lower: 0.4, upper: 0.6 });
  return { model, inputs };
}

async function attacked(attack: typeof uniformNoise, classCount: number, given: object) {
  const { model, inputs } = setup(classCount);
  const labels = predictions(await model.logits(inputs), classCount);
  const batch = { inputs, labels, indices: labels.map((_, index) => index) };
  const output = await attack.perturb(model, batch, attackSettings(attack, given));
  const predicted = predictions(await model.logits(output.inputs), classCount);
  return { output, inputs, won: predicted.map((label, example) => (label === labels[example] ? 0 : 1)) };
}

test('uniform noise in L∞ fills ±ε evenly', async () => {
  const { output, inputs } = await attacked(uniformNoise, 3, { radius: 0.1, parameters: { repeats: 1 } });
  const moved = output.inputs.map((value, index) => (value - inputs[index]!) / 0.1);
  const mean = moved.reduce((sum, value) => sum + value, 0) / moved.length;
  const square = moved.reduce((sum, value) => sum + value * value, 0) / moved.length;
  assert.ok(Math.abs(mean) < 0.03);
  assert.ok(Math.abs(square - 1 / 3) < 0.01);
});

for (const attack of [uniformNoise, gaussianNoise]) {
  test(`${attack.title} in L2 is as long as the radius, away from the bounds`, async () => {
    const { output, inputs } = await attacked(attack, 2, {
      norm: 'l2',
      radius: 1,
      parameters: { repeats: 1 },
    });
    for (let example = 0; example < count; example++) {
      const away = output.inputs
        .subarray(example * size, (example + 1) * size)
        .map((value, index) => value - inputs[example * size + index]!);
      assert.ok(Math.abs(Math.hypot(...away) - 1) < 1e-4);
    }
  });
}

test('repeats win more, and end where one has won', async () => {
  const given = (repeats: number) => ({ radius: 0.25, parameters: { repeats } });
  const once = await attacked(uniformNoise, 3, given(1));
  const often = await attacked(uniformNoise, 3, given(50));
  const sum = (won: Int32Array) => won.reduce((total, value) => total + value, 0);
  assert.ok(sum(often.won) > sum(once.won), `${String(sum(once.won))} → ${String(sum(often.won))}`);
  once.won.forEach((won, example) => {
    if (won === 1) assert.equal(often.won[example], 1);
  });
  often.output.queryCounts.forEach((queries, example) => {
    assert.ok(often.won[example] === 1 ? queries <= 51 : queries === 51);
  });
  assert.ok(often.output.inputs.every((value) => value >= bounds.lower && value <= bounds.upper));
});
