/** Whole networks against PyTorch: gradients by images, FGSM, and the gradients of a training step by weights. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { appendCrossEntropy, appendSoftCrossEntropy } from '../../src/autodiff/losses/cross-entropy.ts';
import { appendGradients } from '../../src/autodiff/gradient.ts';
import { readNpy } from '../../src/data/npy.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { readModel } from '../../src/graph/onnx/read.ts';
import { specialize } from '../../src/graph/specialize/specialize.ts';
import { float32, tensor } from '../../src/graph/tensor.ts';
import type { Tensor } from '../../src/graph/types.ts';
import { BATCH } from '../../src/graph/types.ts';
import { addNetwork } from '../../src/models/architectures/network.ts';
import { Layers } from '../../src/models/architectures/layers.ts';
import { floatsOf, relativeError, runGraph } from './gradient-check.ts';

const folder = fileURLToPath(new URL('../../../shared/reference/', import.meta.url));
const skip = existsSync(folder) ? false : `there are no reference vectors in ${folder}`;
const epsilon = Math.fround(4 / 255);

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine();
});
after(async () => {
  await engine.dispose();
});

async function floats(path: string): Promise<Tensor<'float32'>> {
  const { dims, data } = await readNpy(`${folder}${path}.npy`);
  return float32(dims, Float32Array.from(data as ArrayLike<number>));
}

async function integers(path: string): Promise<number[]> {
  return Array.from((await readNpy(`${folder}${path}.npy`)).data as ArrayLike<number>);
}

function labelsOf(values: readonly number[]): Tensor {
  return tensor('int64', [values.length], BigInt64Array.from(values, BigInt));
}

/** x + ε·sign(gradient), kept in the ball and in [0, 1], rounded as float32 arithmetic rounds. */
function fgsm(x: Float32Array, gradient: Float32Array): Float32Array {
  return x.map((pixel, index) => {
    const moved = Math.fround(pixel + epsilon * Math.sign(gradient[index]!));
    const inBall = Math.min(Math.max(moved, Math.fround(pixel - epsilon)), Math.fround(pixel + epsilon));
    return Math.min(Math.max(inBall, 0), 1);
  });
}

for (const model of ['preact18', 'resnet_bottleneck', 'resnext_bottleneck']) {
  it(`${model}: logits, losses, gradients and FGSM as PyTorch`, { skip }, async (context) => {
    const { graph } = await specialize((await readModel(`${folder}${model}/model.onnx`)).graph);
    const builder = GraphBuilder.from(graph);
    const [image, logits] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
    const labels = builder.input('labels', 'int64', [BATCH]);
    const loss = appendCrossEntropy(builder, logits, labels);
    const [gradient] = appendGradients(builder, loss, [image]);
    const x = await floats(`${model}/x`);
    const results = await runGraph(engine, builder, [logits, loss, gradient!], {
      [image]: x,
      labels: labelsOf(await integers(`${model}/y`)),
    });
    const expected = await floats(`${model}/grad`);
    const errors = {
      logits: relativeError(floatsOf(results[logits]), (await floats(`${model}/logits`)).data),
      loss: relativeError(floatsOf(results[loss]), (await floats(`${model}/loss`)).data),
      gradient: relativeError(floatsOf(results[gradient!]), expected.data),
    };
    const attacked = fgsm(x.data, floatsOf(results[gradient!]));
    const reference = (await floats(`${model}/fgsm`)).data;
    const equal = attacked.reduce((count, pixel, index) => count + (pixel === reference[index] ? 1 : 0), 0);
    context.diagnostic(JSON.stringify({ ...errors, equalPixels: equal / attacked.length }));
    for (const [what, error] of Object.entries(errors)) assert.ok(error < 1e-5, `${what}: ${String(error)}`);
    assert.ok(
      equal / attacked.length >= 0.999,
      `${String(equal)} of ${String(attacked.length)} pixels are equal`,
    );
  });
}

describe('a training step with mixup', { skip }, () => {
  it('has the loss and the weight gradients of PyTorch', async (context) => {
    const run = 'training_preact18_mixup';
    const before = (await readdir(`${folder}${run}/before`)).map((file) => file.replace('.npy', ''));
    const size = 16;
    const builder = new GraphBuilder('training');
    const images = builder.input('images', 'float32', [BATCH, 3, 32, 32]);
    const targets = builder.input('targets', 'float32', [BATCH, 10]);
    const layers = Layers.forTraining(builder);
    const logits = addNetwork(layers, images, {
      architecture: 'preact-resnet18',
      width: 8,
      inputShape: [3, 32, 32],
      classCount: 10,
      normalization: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.201] },
    });
    const losses = appendSoftCrossEntropy(builder, logits, targets);
    const loss = builder.reduceMean(losses, [0], false);
    assert.deepEqual(layers.parameters.map(({ name }) => name).sort(), before.sort());
    const gradients = appendGradients(builder, loss, before);

    const lambda = (await floats(`${run}/lam`)).data[0]!;
    const partner = (await integers(`${run}/perm`)).slice(0, size);
    const label = (await integers(`${run}/y`)).slice(0, size);
    const pixels = 3 * 32 * 32;
    const x = (await floats(`${run}/x`)).data.subarray(0, size * pixels);
    const other = 1 - lambda;
    const mixed = x.map((value, index) => {
      const pair = x[partner[Math.floor(index / pixels)]! * pixels + (index % pixels)]!;
      return Math.fround(Math.fround(lambda * value) + Math.fround(other * pair));
    });
    const target = new Float32Array(size * 10);
    label.forEach((own, example) => {
      target[example * 10 + own]! += lambda;
      target[example * 10 + label[partner[example]!]!]! += other;
    });
    const statistics = layers.statistics.map(({ name, dims, initial }) => {
      const data = new Float32Array(dims[0]!).fill(initial);
      return [name, float32(dims, data)] as const;
    });
    const parameters = await Promise.all(
      before.map(async (name) => [name, await floats(`${run}/before/${name}`)] as const),
    );
    const results = await runGraph(engine, builder, [loss, ...gradients], {
      images: float32([size, 3, 32, 32], mixed),
      targets: float32([size, 10], target),
      ...Object.fromEntries([...statistics, ...parameters]),
    });

    const { data: expected } = await readNpy(`${folder}${run}/losses.npy`);
    const lossError = Math.abs(floatsOf(results[loss])[0]! - Number(expected[0]));
    assert.ok(lossError < 1e-5, `the loss is off by ${String(lossError)}`);
    let worst = 0;
    for (const [place, name] of before.entries()) {
      const reference = (await floats(`${run}/gradient_of_step_0/${name}`)).data;
      const error = relativeError(floatsOf(results[gradients[place]!]), reference);
      worst = Math.max(worst, error);
      assert.ok(error < 1e-5, `the gradient by ${name} is off by ${String(error)}`);
    }
    context.diagnostic(JSON.stringify({ lossError, worstGradient: worst }));
  });
});
