/** Attacks made to transfer, where it is known what they come to. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attackSettings } from '../../../src/attacks/settings.ts';
import { mifgsm } from '../../../src/attacks/transfer/mifgsm.ts';
import { nifgsm } from '../../../src/attacks/transfer/nifgsm.ts';
import { sinifgsm } from '../../../src/attacks/transfer/sinifgsm.ts';
import { gaussian, smoothed, tifgsm } from '../../../src/attacks/transfer/tifgsm.ts';
import { vmifgsm, vnifgsm } from '../../../src/attacks/transfer/variance-tuned.ts';
import { InputError } from '../../../src/core/errors.ts';
import { randomInputs, randomLinearModel } from '../linear-classifier.ts';

const count = 30;

describe('on a linear model of two classes all signs are those of the weights', () => {
  for (const attack of [mifgsm, nifgsm, sinifgsm, vmifgsm, vnifgsm]) {
    test(attack.title, async () => {
      const model = randomLinearModel(5, 2, [12]);
      const inputs = randomInputs(6, count * 12, { lower: 0.2, upper: 0.8 });
      const labels = Int32Array.from({ length: count }, (_, example) => example % 2);
      const batch = { inputs, labels, indices: labels.map((_, index) => index) };
      const output = await attack.perturb(model, batch, attackSettings(attack, { radius: 0.1 }));
      output.inputs.forEach((value, index) => {
        const label = labels[Math.floor(index / 12)]!;
        const slope = model.weights[1 - label]![index % 12]! - model.weights[label]![index % 12]!;
        assert.ok(Math.abs(value - (inputs[index]! + 0.1 * Math.sign(slope))) < 1e-6);
      });
    });
  }
});

test('momentum and its absence part where a gradient turns', async () => {
  const model = randomLinearModel(7, 4, [12], { scale: 3 });
  const inputs = randomInputs(8, count * 12, model.bounds);
  const labels = Int32Array.from({ length: count }, (_, example) => example % 4);
  const batch = { inputs, labels, indices: labels.map((_, index) => index) };
  const of = (decay: number) =>
    mifgsm.perturb(model, batch, attackSettings(mifgsm, { radius: 0.3, parameters: { decay } }));
  assert.notDeepEqual((await of(1)).inputs, (await of(0)).inputs);
});

test('the kernel is the normal density from −3 to 3, and smoothing is its convolution', () => {
  const kernel = gaussian(15, 3);
  assert.ok(Math.abs(kernel.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
  assert.ok(Math.abs(kernel[0]! / kernel[7]! - Math.exp(-4.5)) < 1e-12);
  assert.deepEqual([...gaussian(1, 3)], [1]);
  const [height, width] = [5, 7];
  const size = 2 * height * width;
  const values = randomInputs(3, 2 * size, { lower: -1, upper: 1 });
  const short = gaussian(3, 1);
  const made = smoothed(values, short, height, width, size);
  made.forEach((value, index) => {
    const [row, column] = [Math.floor(index / width) % height, index % width];
    const start = index - row * width - column;
    let sum = 0;
    for (let down = -1; down <= 1; down++) {
      for (let right = -1; right <= 1; right++) {
        const [y, x] = [row + down, column + right];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        sum += short[down + 1]! * short[right + 1]! * values[start + y * width + x]!;
      }
    }
    assert.ok(Math.abs(value - sum) < 1e-6);
  });
});

test('TI-FGSM refuses what is no image, in one line', async () => {
  const model = randomLinearModel(5, 2, [12]);
  const batch = { inputs: randomInputs(6, 12, model.bounds), labels: Int32Array.of(0), indices: [0] };
  await assert.rejects(
    tifgsm.perturb(model, batch, attackSettings(tifgsm)),
    (error: unknown) => error instanceof InputError && /takes inputs of \[12\]/.test(error.message),
  );
  assert.throws(() => attackSettings(tifgsm, { parameters: { kernel: 4 } }), /odd whole number/);
});
