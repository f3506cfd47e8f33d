import { appendCrossEntropy } from '../src/autodiff/cross-entropy.ts';
import { appendGradients } from '../src/autodiff/gradient.ts';
import { createEngine } from '../src/engine/select.ts';
import { handlers } from '../src/engine/tfjs/operators/index.ts';
import { GraphBuilder } from '../src/graph/builder.ts';
import { readModel } from '../src/graph/onnx/read.ts';
import { simplify } from '../src/graph/simplify/simplify.ts';
import { float32, int64s } from '../src/graph/tensor.ts';
const [,, model='preact18', spec='tfjs:wasm', n='32'] = process.argv;
const N=Number(n);
const times: Record<string, number> = {};
for (const [name, h] of Object.entries(handlers)) (handlers as any)[name] = (call: any) => { const t=performance.now(); const r=h(call); times[name]=(times[name]??0)+performance.now()-t; return r; };
const engine = await createEngine(spec);
const { graph } = await readModel(`../shared/reference/${model}/model.onnx`);
const builder = GraphBuilder.from(graph);
const [image, logits] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
const loss = appendCrossEntropy(builder, logits, builder.input('labels', 'int64', ['N']));
const gradient = appendGradients(builder, loss, [image])[0]!;
builder.output(loss); builder.output(gradient);
const g = simplify(builder.build());
const c = await engine.compile(g);
const dims = graph.inputs[0]!.dims.slice(1) as number[];
const size = dims.reduce((a,b)=>a*b,1);
const x = float32([N,...dims], Float32Array.from({length:N*size},()=>Math.random()));
for (let i=0;i<4;i++){ for (const k in times) times[k]=0; const t=performance.now(); await c.run({[image]:x, labels:int64s(Array(N).fill(1))}); console.log('ms', performance.now()-t); }
console.log(Object.entries(times).sort((a,b)=>b[1]-a[1]).slice(0,14).map(([k,v])=>`${k} ${v.toFixed(1)}`).join(', '));
console.log(g.nodes.length, JSON.stringify(g.nodes.reduce((m: any,n)=>{m[n.operator]=(m[n.operator]??0)+1;return m},{})));
process.exit(0)
