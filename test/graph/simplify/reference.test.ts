/** Exported models: every shape is known but for the batch, and simplification leaves the logits as they are. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../../src/graph/builder.ts';
import { readModel } from '../../../src/graph/onnx/read.ts';
import { specialize } from '../../../src/graph/specialize/specialize.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import { BATCH } from '../../../src/graph/types.ts';

const folder = fileURLToPath(new URL('../../../../shared/reference/', import.meta.url));

describe('exported models', () => {
  for (const name of ['preact18', 'resnet_bottleneck', 'resnext_bottleneck']) {
    const path = `${folder}${name}/model.onnx`;
    const skip = existsSync(path) ? false : `../shared/reference/${name}/model.onnx is not there`;
    it(`${name} has known shapes and keeps its logits`, { skip }, async () => {
      const { graph: source } = await readModel(path);
      const { graph: simple } = await specialize(source);
      assert.deepEqual([simple.inputs, simple.outputs], [source.inputs, source.outputs]);
      const graph = { ...source, outputs: simple.outputs };
      const builder = GraphBuilder.from(graph);
      for (const value of graph.nodes.flatMap((node) => node.outputs)) {
        for (const dim of builder.dims(value)) assert.ok(typeof dim === 'number' || dim === BATCH, value);
      }
      const [input] = graph.inputs;
      assert.ok(input);
      const dims = input.dims.map((dim) => (typeof dim === 'number' ? dim : 2));
      const x = float32(
        dims,
        Float32Array.from({ length: sizeOf(dims) }, (_, index) => Math.sin(index)),
      );
      const engine = await createOnnxRuntimeEngine({ threads: 1 });
      const runs = [graph, simple].map(async (each) => (await engine.compile(each)).run({ [input.name]: x }));
      const [before, afterwards] = await Promise.all(runs);
      await engine.dispose();
      assert.deepEqual(afterwards, before);
    });
  }
});
