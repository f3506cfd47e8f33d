import { writeFileSync, mkdirSync } from 'node:fs';
import { modelBytes, graphMessage, floats, int64s, nodeMessage } from './test/graph/onnx/model-bytes.ts';
import { attributeField, attributeType, modelField, functionField } from './src/graph/onnx/fields.ts';
import { message, string } from './src/graph/onnx/wire-writer.ts';
import { openModel } from './src/benchmark/open-model.ts';
const body = (source:any) => ({ type: attributeType.graph, fields: [graphMessage(attributeField.graph, source)] });
const n=Number(process.argv[3]);
const N=(operator:string,inputs:string[],outputs:string[],attributes:any={},more:any={})=>({operator,inputs,outputs,attributes,...more});
const A=Array.from({length:n},(_,i)=>i);
const cases:any={
 chain:()=>({nodes:[...A.map(i=>N('Relu',[i?`v${i-1}`:'x'],[`v${i}`])),N('Identity',[`v${n-1}`],['y'])]}),
 concat:()=>({nodes:[N('Concat',A.map(()=>'x'),['y'],{axis:1})]}),
 sum:()=>({nodes:[N('Sum',A.map(()=>'x'),['y'])]}),
 ifs:()=>({initializers:{c:[...floats([],[1]) as any]},nodes:[N('Cast',['c'],['b'],{to:9}),...A.map(i=>N('If',['b'],[`v${i}`],{then_branch:body({nodes:[N('Relu',[i?`v${i-1}`:'x'],['a'])],outputs:{a:null}}),else_branch:body({nodes:[N('Neg',[i?`v${i-1}`:'x'],['a'])],outputs:{a:null}})})),N('Identity',[`v${n-1}`],['y'])]}),
 calls:()=>({nodes:[...A.map(i=>N('T',[i?`v${i-1}`:'x'],[`v${i}`],{},{domain:'local',name:'same'})),N('Identity',[`v${n-1}`],['y'])],modelFields:[message(modelField.functions,[string(functionField.name,'T'),string(functionField.domain,'local'),string(functionField.input,'a'),string(functionField.output,'b'),nodeMessage(functionField.node,N('Relu',['a'],['t']) as any),nodeMessage(functionField.node,N('Relu',['t'],['b']) as any)])]}),
 calls2:()=>({nodes:[...A.map(i=>N('T',[i?`v${i-1}`:'x'],[`v${i}`],{},{domain:'local',name:'q'+i})),N('Identity',[`v${n-1}`],['y'])],modelFields:[message(modelField.functions,[string(functionField.name,'T'),string(functionField.domain,'local'),string(functionField.input,'a'),string(functionField.output,'b'),nodeMessage(functionField.node,N('Relu',['a'],['t']) as any),nodeMessage(functionField.node,N('Relu',['t'],['b']) as any)])]}),
 inits:()=>({initializers:Object.fromEntries(A.map(i=>['w'+i,floats([3],[1,2,3])])),nodes:[...A.map(i=>N('Add',[i?`v${i-1}`:'x','w'+i],[`v${i}`])),N('Identity',[`v${n-1}`],['y'])]}),
 shapes:()=>({initializers:{i:int64s([0])},nodes:[N('Shape',['x'],['s']),N('Gather',['s','i'],['v_']),...A.map(i=>N(i%2?'Add':'Mul',[i?`v${i-1}`:'v_','v_'],[`v${i}`])),N('Expand',['x',`v${n-1}`],['y'])]}),
 dims:()=>({inputs:{x:['N',...A.map(i=>'d'+i)]},nodes:[N('Relu',['x'],['y'])]}),
 outs:()=>({nodes:[N('Relu',['x'],['y']),...A.map(i=>N('Relu',['x'],['o'+i]))],outputs:Object.fromEntries([['y',['N',3]],...A.map(i=>['o'+i,['N',3]])])}),
 unused:()=>({nodes:[N('Relu',['x'],['y']),...A.map(i=>N('Relu',[i?`v${i-1}`:'x'],[`v${i}`]))]}),
 longname:()=>({inputs:{x:['N',3]},nodes:[N('Relu',['x'],['y'],{},{name:'a'.repeat(n*50)})]}),
 dim:()=>({inputs:{x:['N',Array.from({length:n},(_,i)=>'a'+i).join('+')]},nodes:[N('Relu',['x'],['t']),N('Mul',['t','x'],['y'])]}),
 dimstar:()=>({inputs:{x:['N',Array.from({length:n},(_,i)=>'a'+i).join('*'), 3]},nodes:[N('Flatten',['x'],['y'])]}),
 dimparen:()=>({inputs:{x:['N','('.repeat(n), 3]},nodes:[N('Flatten',['x'],['y'])]}),
};
const src=cases[process.argv[2]!](); mkdirSync('/tmp/exp',{recursive:true});
const b=modelBytes({inputs:{x:['N',3]},outputs:{y:['N',3]},...src}); writeFileSync('/tmp/exp/m.onnx',b);
const t=performance.now(); let r=''; try { r=(await openModel('/tmp/exp/m.onnx')).program.kind; } catch(e:any){ r=e.name+' '+e.message.slice(0,130); }
console.log(process.argv[2],n,(b.length/1000).toFixed(0)+'KB',(performance.now()-t).toFixed(0)+'ms',process.resourceUsage().maxRSS>>10,'MiB',r); process.exit(0)
