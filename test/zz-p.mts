const tf = await import('@tensorflow/tfjs-core'); await import('@tensorflow/tfjs-backend-wasm'); await tf.setBackend('wasm');
const S=[16,16,16,64]; const a = tf.randomNormal(S) as any, b=tf.randomNormal(S); const n=tf.util.sizeFromShape(S);
const ch=tf.randomNormal([64]); const ia=tf.cast(a,'int32'), ib=tf.cast(b,'int32'); const c=tf.greater(a,0);
const T=(nm:string,f:()=>any)=>{ let best=1e9; for(let i=0;i<4;i++){const t=performance.now(); const r=f(); best=Math.min(best,performance.now()-t); r.dispose();} console.log(nm,(best*1e6/n).toFixed(1)+' ns/el'); };
T('add',()=>tf.add(a,b));T('add ch',()=>tf.add(a,ch));T('mul sc',()=>tf.mul(a,2));T('div',()=>tf.div(a,b));T('div ch',()=>tf.div(a,ch));T('sub ch',()=>tf.sub(a,ch));
T('max',()=>tf.maximum(a,b));T('max sc',()=>tf.maximum(a,0));T('max ch',()=>tf.maximum(a,ch));T('clip',()=>tf.clipByValue(a,0,1));T('pow sc',()=>tf.pow(a,2));T('pow ch',()=>tf.pow(a,ch));
T('greater',()=>tf.greater(a,b));T('greater sc',()=>tf.greater(a,0));T('greater ch',()=>tf.greater(a,ch));T('equal',()=>tf.equal(a,b));T('where',()=>tf.where(c,a,b));T('where sc',()=>tf.where(c,a,tf.scalar(0)));
T('and',()=>tf.logicalAnd(c,c));T('add int',()=>tf.add(ia,ib));T('mul int',()=>tf.mul(ia,ib));T('add int sc',()=>tf.add(ia,tf.scalar(1,'int32')));T('cast b>f',()=>tf.cast(c,'float32'));T('cast f>i',()=>tf.cast(a,'int32'));
T('relu',()=>tf.relu(a));T('sigmoid',()=>tf.sigmoid(a));T('tanh',()=>tf.tanh(a));T('exp',()=>tf.exp(a));T('sign',()=>tf.sign(a));T('square',()=>tf.square(a));T('sqrt',()=>tf.sqrt(a));T('softplus',()=>tf.softplus(a));T('leaky',()=>tf.leakyRelu(a,.1));
T('slice',()=>tf.slice(a,[0,1,1,0],[16,15,15,64]));T('slice3',()=>tf.slice(tf.reshape(a,[16*8,2*16*64]),[0,0],[-1,16*64]));T('stridedslice',()=>tf.stridedSlice(a,[0,0,0,0],S,[1,2,2,1]));T('pad',()=>tf.pad(a,[[0,0],[1,1],[1,1],[0,0]]));
T('tile/bcast',()=>tf.broadcastTo(ch,S));T('mul ones',()=>tf.mul(ch,tf.ones(S)));T('transpose',()=>tf.transpose(a,[0,3,1,2]));T('sum hw',()=>tf.sum(a,[1,2]));T('mean hw keep',()=>tf.mean(a,[1,2],true));T('sum nhw',()=>tf.sum(a,[0,1,2]));T('bn',()=>tf.batchNorm(tf.reshape(a,[-1,64]),ch as any,tf.square(ch) as any,ch as any,ch as any,1e-3));
T('concat',()=>tf.concat([a,b],3));T('reverse',()=>tf.reverse(a,1));T('softmaxish max',()=>tf.max(a,3,true));T('avgpool',()=>tf.avgPool(a,3,1,'valid'));T('maxpool',()=>tf.maxPool(a,3,2,'valid'));T('maxpool-inf',()=>tf.maxPool(tf.pad(a,[[0,0],[1,1],[1,1],[0,0]],-Infinity),3,2,'valid'));
T('gather rows',()=>tf.gather(tf.reshape(a,[-1,64]),tf.range(0,4096,1,'int32')));T('gather flat',()=>tf.gather(tf.reshape(a,[-1]),tf.range(0,n,1,'int32')));
T('scatter',()=>tf.scatterND(tf.reshape(tf.range(0,n,1,'int32'),[n,1]),tf.reshape(a,[n]),[n]));T('tsu',()=>tf.tensorScatterUpdate(tf.zeros([n]),tf.reshape(tf.range(0,n,1,'int32'),[n,1]),tf.reshape(a,[n])));
T('dataSync',()=>{a.dataSync();return tf.scalar(1)});T('upload',()=>tf.tensor(new Float32Array(n),S));T('cumsum',()=>tf.cumsum(a,3));
T('T conv 6d',()=>tf.transpose(tf.reshape(a,[16,8,2,8,2,64]),[0,1,3,2,4,5]));T('weave T',()=>tf.transpose(tf.reshape(a,[128,16,2,64]),[0,2,1,3]));T('mm',()=>tf.matMul(tf.reshape(a,[-1,64]),tf.ones([64,64])));T('mm Tb',()=>tf.matMul(tf.reshape(a,[-1,64]),tf.ones([64,64]),false,true));T('mm Ta',()=>tf.matMul(tf.reshape(a,[-1,64]),tf.reshape(b,[-1,64]),true,false));
process.exit(0)
