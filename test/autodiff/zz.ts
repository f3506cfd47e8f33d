import { appendSoftCrossEntropy, appendCrossEntropy } from '../../src/autodiff/cross-entropy.ts';
import { appendGradients } from '../../src/autodiff/gradient.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { encodeModel } from '../../src/graph/onnx/write.ts';
import { float32, tensor } from '../../src/graph/tensor.ts';
import { BATCH } from '../../src/graph/types.ts';
import { addNetwork, evaluationGraph } from '../../src/models/architectures/network.ts';
import { Layers } from '../../src/models/architectures/layers.ts';
import { writeFileSync } from 'node:fs';
const e = await createOnnxRuntimeEngine({ threads: 2 });
const n = 32, width = 64;
const settings = { architecture: 'preact-resnet18', width, inputShape: [3, 32, 32] as [number, number, number], classCount: 10 };
const rnd = (d: readonly number[], s = 1) => float32(d, Float32Array.from({ length: d.reduce((a, b) => a * b, 1) }, () => (Math.random() - 0.5) * s));
// attack
{
  const g0 = evaluationGraph(settings);
  const weights = new Map(g0.inputs.filter((i) => i.name !== 'images').map((i) => [i.name, i.name.includes('running_var') ? float32(i.dims as number[], new Float32Array(i.dims[0] as number).fill(1)) : rnd(i.dims as number[], 0.2)]));
  const graph = evaluationGraph(settings, weights);
  const b = GraphBuilder.from(graph);
  const labels = b.input('labels', 'int64', [BATCH]);
  const loss = appendCrossEntropy(b, 'logits', labels);
  const [g] = appendGradients(b, loss, ['images']);
  b.output(loss); b.output(g!);
  const c = await e.compile(b.build());
  const inp = { images: rnd([n, 3, 32, 32]), labels: tensor('int64', [n], new BigInt64Array(n)) };
  const ts: number[] = [];
  for (let i = 0; i < 8; i++) { const t = performance.now(); await c.run(inp); ts.push(performance.now() - t); }
  console.log('attack ms', ts.sort((a, b) => a - b)[3]!.toFixed(0), ts[0]!.toFixed(0));
  writeFileSync('/tmp/attack.onnx', encodeModel(b.build()));
  await c.dispose();
}
{
  const b = new GraphBuilder('t');
  const x = b.input('images', 'float32', [BATCH, 3, 32, 32]); const t = b.input('targets', 'float32', [BATCH, 10]);
  const layers = Layers.forTraining(b);
  const loss = b.reduceMean(appendSoftCrossEntropy(b, addNetwork(layers, x, settings), t), [0], false);
  const grads = appendGradients(b, loss, layers.parameters.map((p) => p.name));
  b.output(loss); for (const g of grads) b.output(g);
  for (const s of layers.statistics) b.output(s.renewed!);
  writeFileSync('/tmp/train.onnx', encodeModel(b.build()));
  const c = await e.compile(b.build());
  const inp: any = { images: rnd([n, 3, 32, 32]), targets: rnd([n, 10]) };
  for (const p of layers.parameters) inp[p.name] = rnd(p.dims, 0.2);
  for (const s of layers.statistics) inp[s.name] = rnd(s.dims);
  const ts: number[] = [];
  for (let i = 0; i < 6; i++) { const t = performance.now(); await c.run(inp); ts.push(performance.now() - t); }
  console.log('train ms', ts.sort((a, b) => a - b)[2]!.toFixed(0), ts[0]!.toFixed(0));
}
