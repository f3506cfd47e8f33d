/** FGSM against PyTorch's, bit for bit: the step, the ball and the bounds, given PyTorch's own gradients. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { attackSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { readNpy } from '../../src/data/npy.ts';

const folder = fileURLToPath(new URL('../../../shared/reference/', import.meta.url));

for (const name of ['preact18', 'resnet_bottleneck', 'resnext_bottleneck']) {
  const skip = existsSync(`${folder}${name}`) ? false : `the reference vectors ${folder}${name} are not here`;
  test(`the FGSM examples of ${name} are PyTorch's`, { skip }, async () => {
    const read = async (array: string) => await readNpy(`${folder}${name}/${array}.npy`);
    const [x, y, logits, loss, grad, expected] = await Promise.all(
      ['x', 'y', 'logits', 'loss', 'grad', 'fgsm'].map(read),
    );
    const recorded: Classifier = {
      name,
      inputShape: x!.dims.slice(1),
      classCount: logits!.dims[1]!,
      bounds: { lower: 0, upper: 1 },
      logits: () => Promise.resolve(logits!.data as Float32Array),
      gradient: (points) => {
        assert.deepEqual(points, x!.data);
        return Promise.resolve({
          losses: loss!.data as Float32Array,
          gradients: grad!.data as Float32Array,
          logits: logits!.data as Float32Array,
        });
      },
    };
    const labels = y!.data as Int32Array;
    const output = await fgsm.perturb(
      recorded,
      { inputs: x!.data as Float32Array, labels, indices: labels.map((_, index) => index) },
      attackSettings(fgsm),
    );
    assert.deepEqual(output.inputs, expected!.data);
  });
}
