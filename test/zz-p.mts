const tf = await import('@tensorflow/tfjs-core'); await import('@tensorflow/tfjs-backend-wasm'); await tf.setBackend('wasm');
const T=(nm:string,f:()=>any)=>{ let best=1e9; for(let i=0;i<4;i++){const t=performance.now(); const r=f(); best=Math.min(best,performance.now()-t); r.dispose();} console.log(nm,best.toFixed(2)); };
const a=tf.randomNormal([16,256,64]) as any,b=tf.randomNormal([16,64,64]) as any;
T('bmm',()=>tf.matMul(a,b));
T('mm same flops',()=>tf.matMul(tf.reshape(a,[4096,64]),tf.reshape(tf.slice(b,[0,0,0],[1,64,64]),[64,64])));
T('bmm loop',()=>tf.tidy(()=>tf.stack(tf.unstack(a).map((x:any,i)=>tf.matMul(x,tf.reshape(tf.slice(b,[i,0,0],[1,64,64]),[64,64]))))));
const s=tf.randomNormal([512,16,16]) as any; T('bmm small',()=>tf.matMul(s,s)); T('loop small',()=>tf.tidy(()=>tf.stack(tf.unstack(s).map((x:any)=>tf.matMul(x,x)))));
process.exit(0)
