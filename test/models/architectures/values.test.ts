/** Narrow networks against PyTorch: logits, the loss of a training step and its gradients by every parameter. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { appendSoftCrossEntropy } from '../../../src/autodiff/losses/cross-entropy.ts';
import { appendGradients } from '../../../src/autodiff/gradient.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';
import { Layers } from '../../../src/models/architectures/layers.ts';
import {
  addNetwork,
  evaluationGraph,
  evaluationNetwork,
  INPUT_NAME,
  OUTPUT_NAME,
  type NetworkSettings,
} from '../../../src/models/architectures/network.ts';
import { floatsOf, relativeError, runGraph } from '../../autodiff/gradient-check.ts';
import { fraction, weight } from './oracle-weights.ts';

interface Case {
  network: NetworkSettings;
  /** [examples, classCount] in evaluation. */
  logits: number[];
  training?: {
    dropout: number;
    loss: number;
    /** Of each parameter, the gradient's norm and its product with `along` the parameter. */
    gradients: Record<string, [number, number]>;
  };
}

const file = new URL('../../../fixtures/architecture-values.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine();
});
after(async () => {
  await engine.dispose();
});

describe('a narrow network has the values of PyTorch', () => {
  for (const { network, logits: expected, training: expectedStep } of cases) {
    const { architecture, inputShape, classCount } = network;
    const examples = expected.length / classCount;
    const images = float32(
      [examples, ...inputShape],
      Float32Array.from(fraction('images', examples * sizeOf(inputShape))),
    );
    const { layers } = evaluationNetwork(network);
    const weights = new Map(
      [...layers.parameters, ...layers.statistics].map(({ name, dims }) => [name, weight(name, dims)]),
    );

    it(`${architecture} in evaluation`, async (context) => {
      const compiled = await engine.compile(evaluationGraph(network, weights));
      const error = relativeError(
        floatsOf((await compiled.run({ [INPUT_NAME]: images }))[OUTPUT_NAME]),
        expected,
      );
      context.diagnostic(`logits: ${String(error)}`);
      assert.ok(error < 1e-5, String(error));
    });

    if (expectedStep === undefined) continue;
    const { dropout, loss: expectedLoss, gradients: expectedGradients } = expectedStep;
    it(`${architecture} in training, dropout ${String(dropout)}`, async (context) => {
      const builder = new GraphBuilder('training');
      const x = builder.input(INPUT_NAME, 'float32', [BATCH, ...inputShape]);
      const training = Layers.forTraining(builder);
      const logits = addNetwork(training, x, { ...network, dropout });
      const targets = new Float32Array(examples * classCount);
      for (let index = 0; index < examples; index++) targets[index * classCount + (index % classCount)] = 1;
      const losses = appendSoftCrossEntropy(
        builder,
        logits,
        builder.input('targets', 'float32', [BATCH, classCount]),
      );
      const loss = builder.reduceMean(losses, [0], false);
      const names = training.parameters.map(({ name }) => name);
      const gradients = appendGradients(builder, loss, names);
      assert.equal(training.dropouts.length > 0, dropout > 0);
      const masks = training.dropouts.map(({ mask, dims, rate }) => {
        assert.equal(rate, dropout);
        const all = [examples, ...dims];
        const kept = fraction(mask, sizeOf(all)).map((value) => (value < rate ? 0 : 1 / (1 - rate)));
        return [mask, float32(all, Float32Array.from(kept))] as const;
      });
      const results = await runGraph(engine, builder, [loss, ...gradients], {
        [INPUT_NAME]: images,
        targets: float32([examples, classCount], targets),
        ...Object.fromEntries(masks),
        ...Object.fromEntries(weights),
      });

      const lossError = Math.abs(floatsOf(results[loss])[0]! - expectedLoss) / Math.abs(expectedLoss);
      assert.deepEqual([...names].sort(), Object.keys(expectedGradients).sort());
      // A bias before a normalization has the gradient 0: errors are parts of the greatest norm as well.
      const greatest = Math.max(...Object.values(expectedGradients).map(([norm]) => norm));
      let worst = 0;
      names.forEach((name, place) => {
        const gradient = floatsOf(results[gradients[place]!]);
        const [norm, product] = expectedGradients[name]!;
        const along = fraction(`along ${name}`, gradient.length).map((value) => 2 * value - 1);
        const ownNorm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
        const ownProduct = gradient.reduce((sum, value, index) => sum + value * along[index]!, 0);
        const gap = Math.max(Math.abs(ownNorm - norm), Math.abs(ownProduct - product));
        const error = gap / Math.max(norm, 1e-3 * greatest);
        worst = Math.max(worst, error);
        assert.ok(error < 2e-4, `the gradient by ${name} is off by ${String(error)}`);
      });
      context.diagnostic(`loss: ${String(lossError)}, gradients: ${String(worst)}`);
      assert.ok(lossError < 1e-5, `the loss is off by ${String(lossError)}`);
    });
  }
});
