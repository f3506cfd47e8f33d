const { readers } = await import('./test/fuzzing/readers.ts');
const { runInput, writeInput } = await import('./test/fuzzing/run-input.ts');
for (const n of process.argv.slice(2)) {
  const r = readers.find((x: any) => x.name === n)!;
  let i = 0;
  for (const s of await r.samples()) {
    const f: any = { ...s };
    for (const k of Object.keys(f)) if (r.seal) f[k] = await r.seal(k, f[k]);
    writeInput('/tmp/pqf', f);
    const o = await runInput(r, '/tmp/pqf');
    console.log(n, i++, o.kind, o.message.slice(0, 230));
  }
}
process.exit(0);
