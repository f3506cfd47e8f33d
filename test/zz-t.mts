import { createTrainingGraph, STEP } from '../src/training/training-graph.ts';
import { initialWeights } from '../src/training/initialize.ts';
import { createEngine } from '../src/engine/select.ts';
import { float32, numbersOf } from '../src/graph/tensor.ts';
import { relativeDifference } from './engine/agreement.ts';
const network: any = { architecture: 'preact-resnet18', width: 8, inputShape: [3, 32, 32], classCount: 10, normalization: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.201] } };
const { graph, state } = createTrainingGraph(network, { momentum: 0.9, weightDecay: 1e-4, nesterov: false }, new Map(initialWeights(network, 0)));
const N=16;
const rng=(n:number)=>Float32Array.from({length:n},()=>Math.random());
const inputs: any = {};
for (const i of graph.inputs) if (!state.some((s:any)=>s.input===i.name)) inputs[i.name]= float32(i.dims.map(d=>typeof d==='number'?d:N), rng(i.dims.reduce<number>((a,d)=>a*(typeof d==='number'?d:N),1)));
console.log(Object.keys(inputs));
const t = inputs[STEP.targets].data; for(let r=0;r<N;r++){let s=0;for(let c=0;c<10;c++)s+=t[r*10+c];for(let c=0;c<10;c++)t[r*10+c]/=s;}
// feed state as inputs too
for (const s of state) inputs[s.input]=s.initial;
const nodes = graph.nodes;
const outputs:any[] = nodes.flatMap(n=>n.outputs.filter(o=>o!=='')).map(name=>({name,dataType:'float32',dims:[]}));
const res: any = {};
for (const e of ['tfjs:cpu','tfjs:wasm']) { const engine=await createEngine(e); const c=await engine.compile({...graph, outputs}); res[e]=await c.run(inputs); await engine.dispose(); }
let shown=0;
for (const n of nodes) for (const o of n.outputs) if (o!=='') {
  const a=numbersOf(res['tfjs:wasm'][o]), b=numbersOf(res['tfjs:cpu'][o]);
  const d=relativeDifference(a,b,1e-12); const din=Math.max(0,...n.inputs.filter(i=>res['tfjs:cpu'][i]).map(i=>relativeDifference(numbersOf(res['tfjs:wasm'][i]),numbersOf(res['tfjs:cpu'][i]),1e-12)));
  if (d>20*din+2e-6 && shown++<25) console.log(n.operator,n.name,o,d.toExponential(2),'inputs',din.toExponential(2), JSON.stringify(res['tfjs:cpu'][o].dims), n.inputs.join(' '), JSON.stringify(n.attributes));
}
process.exit(0)
