/** Whole networks on the tfjs engine: logits, losses and gradients by the image as PyTorch computed them. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { appendCrossEntropy } from '../../../src/autodiff/losses/cross-entropy.ts';
import { appendGradients } from '../../../src/autodiff/gradient.ts';
import { readNpy } from '../../../src/data/npy.ts';
import { createEngine } from '../../../src/engine/select.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { readModel } from '../../../src/graph/onnx/read.ts';
import { specialize } from '../../../src/graph/specialize/specialize.ts';
import { float32, int64s } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';
import { floatsOf, relativeError, runGraph } from '../../autodiff/gradient-check.ts';
import { tfjsSpecifications } from '../specifications.ts';

const folder = fileURLToPath(new URL('../../../../shared/reference/', import.meta.url));
const skip = existsSync(folder) ? false : `there are no reference vectors in ${folder}`;
/** As many of the examples as a portable backend computes in a moment. */
const EXAMPLES = 4;

async function rows(path: string): Promise<{ dims: number[]; data: Float32Array }> {
  const { dims, data } = await readNpy(`${folder}${path}.npy`);
  const [count = 0, ...rest] = dims;
  const size = (data.length / count) * EXAMPLES;
  return { dims: [EXAMPLES, ...rest], data: Float32Array.from(data as ArrayLike<number>).subarray(0, size) };
}

for (const [model, specification] of ['preact18', 'resnet_bottleneck', 'resnext_bottleneck'].flatMap(
  (model) =>
    // The backend cpu takes minutes.
    tfjsSpecifications.filter((each) => each !== 'tfjs:cpu').map((each) => [model, each] as const),
)) {
  test(`${model} on ${specification}`, { skip }, async (context) => {
    const engine = await createEngine(specification);
    const { graph } = await specialize((await readModel(`${folder}${model}/model.onnx`)).graph);
    const builder = GraphBuilder.from(graph);
    const [image, logits] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
    const loss = appendCrossEntropy(builder, logits, builder.input('labels', 'int64', [BATCH]));
    const gradient = appendGradients(builder, loss, [image])[0]!;
    const x = await rows(`${model}/x`);
    const results = await runGraph(engine, builder, [logits, loss, gradient], {
      [image]: float32(x.dims, x.data),
      labels: int64s([...(await rows(`${model}/y`)).data]),
    });
    const errors = {
      logits: relativeError(floatsOf(results[logits]), (await rows(`${model}/logits`)).data),
      loss: relativeError(floatsOf(results[loss]), (await rows(`${model}/loss`)).data),
      gradient: relativeError(floatsOf(results[gradient]), (await rows(`${model}/grad`)).data),
    };
    context.diagnostic(JSON.stringify(errors));
    for (const [what, error] of Object.entries(errors)) assert.ok(error < 1e-5, `${what}: ${String(error)}`);
    await engine.dispose();
  });
}
