/** FGSM and I-FGSM against PyTorch's, on PyTorch's models run by the embedded engine. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, describe, test } from 'node:test';
import { attackSettings } from '../../src/attacks/settings.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { readNpy } from '../../src/data/npy.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { createModelClassifier } from '../../src/models/model-classifier.ts';
import { openModel } from '../../src/models/open.ts';
import { crossEntropyOf } from '../../src/classifier/objective.ts';

const folder = fileURLToPath(new URL('../../../shared/reference/', import.meta.url));
const skip = existsSync(folder) ? false : `the reference vectors ${folder} are not here`;
const epsilon = Math.fround(4 / 255);

describe('attacks on reference models', { skip }, async () => {
  if (skip !== false) return;
  const engine = await createOnnxRuntimeEngine();
  after(() => engine.dispose());
  for (const name of ['preact18', 'resnet_bottleneck', 'resnext_bottleneck']) {
    test(name, async (context) => {
      const floats = async (array: string) =>
        (await readNpy(`${folder}${name}/${array}.npy`)).data as Float32Array;
      const labels = (await readNpy(`${folder}${name}/y.npy`)).data as Int32Array;
      const batch = { inputs: await floats('x'), labels, indices: labels.map((_, index) => index) };
      const model = await openModel(`${folder}${name}/model.onnx`, { bounds: { lower: 0, upper: 1 } });
      const classifier = await createModelClassifier(model, engine);
      for (const [attack, leastEqual] of [
        [fgsm, 0.999],
        // A sign that flips where the gradient is nearly 0 moves the points that later gradients are taken at.
        [ifgsm, 0.97],
      ] as const) {
        const { inputs } = await attack.perturb(classifier, batch, attackSettings(attack));
        const expected = await floats(attack.id);
        const expectedLoss = await floats(`${attack.id}_loss`);
        const equal = inputs.filter((value, index) => value === expected[index]).length / inputs.length;
        const { losses } = await classifier.gradient(inputs, crossEntropyOf(labels));
        const worst = Math.max(...losses.map((loss, k) => Math.abs(loss / expectedLoss[k]! - 1)));
        context.diagnostic(
          `${attack.title}: ${(100 * equal).toFixed(3)} % of pixels equal, losses within ${worst.toExponential(1)}`,
        );
        assert.ok(equal >= leastEqual);
        assert.ok(worst <= 1e-3);
        const moved = inputs.map((value, index) => Math.abs(value - batch.inputs[index]!));
        assert.ok(moved.every((size) => size <= epsilon + 2 ** -24));
      }
      await classifier.dispose();
    });
  }
});
