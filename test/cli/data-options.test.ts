/** What the command line says and asks about data, and the counts that other toolkits give for the same files. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeNpz } from '../../src/data/npz.ts';
import { derive } from '../../src/results/derive.ts';
import { readResult } from '../../src/results/file.ts';
import { run, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();
const cases = fileURLToPath(new URL('../../../shared/cases', import.meta.url));

/** Numbers of errors: clean, then under FGSM and I-FGSM of ε = 4/255. */
async function errorsOf(argv: readonly string[]): Promise<{ errors: number[]; err: string }> {
  const out = await workspace.fresh('result.json');
  const { code, err } = await run(['attack', '--method', 'fgsm,ifgsm', '--quiet', '--out', out, ...argv]);
  assert.equal(code, 0, err);
  const { evaluations } = derive(await readResult(out));
  const of = (id: string | null) => evaluations.find(({ attack }) => attack === id)?.top1.errors ?? NaN;
  return { errors: [of(null), of('fgsm@linf:4/255'), of('ifgsm@linf:4/255')], err };
}

test('corrupt says that class 0 is empty, and --first-label makes label 1 class 0', async () => {
  const data = await workspace.fresh('data.npz');
  const x = { dims: [6, 2, 2], dataType: 'uint8', data: new Uint8Array(24).fill(200) } as const;
  const y = { dims: [6], dataType: 'uint8', data: Uint8Array.of(1, 2, 3, 1, 2, 3) } as const;
  await writeFile(data, await encodeNpz({ x, y }));
  const corrupt = (...more: string[]) =>
    run(['corrupt', '--data', `npz:${data}`, '--rate', '1', '--out', `${data}.json`, ...more]);
  const asStored = await corrupt();
  assert.match(asStored.err, /^note: no label of y in .* is 0: class 0 is empty; .*write --first-label 1\n$/);
  assert.match(asStored.out, /6 labels of npz train in 4 classes/);
  const shifted = await corrupt('--first-label', '1');
  assert.deepEqual([shifted.code, shifted.err], [0, '']);
  assert.match(shifted.out, /6 labels of npz train in 3 classes/);
});

test('colours for a grey model: asked for, and brought to grey where that is said', async () => {
  const data = await workspace.fresh('data.npz');
  const x = {
    dims: [4, 3, 8, 8],
    dataType: 'uint8',
    data: new Uint8Array(768).map((_, k) => (k * 37) % 256),
  } as const;
  const y = { dims: [4], dataType: 'uint8', data: Uint8Array.of(0, 1, 2, 3) } as const;
  await writeFile(data, await encodeNpz({ x, y }));
  const asked = await run(['attack', '--model', workspace.a, '--data', `npz:${data}`]);
  assert.equal(asked.code, 2);
  assert.match(asked.err, /^error: the images of npz are in colour .*write --image-channels 1 .*\n$/);
  const { err } = await errorsOf(['--model', workspace.a, '--data', `npz:${data}`, '--image-channels', '1']);
  assert.match(err, /note: the colours of npz are brought to grey/);
});

/** Of a case: its data, options, and the errors that PyTorch or NumPy counted, clean, FGSM, I-FGSM. */
const counted: readonly (readonly [
  name: string,
  data: string,
  options: string,
  errors: readonly number[],
])[] = [
  ['apple-double-tar', 'imagetar:images.tar', '', [0, 13, 13]],
  ['grey-png-colour-model', 'imagefolder:images', '', [0, 17, 17]],
  ['grey-png-colour-model', 'imagefolder:images', '--image-size 8', [0, 17, 17]],
  ['sixteen-bit-png', 'imagefolder:images', '', [0, 17, 17]],
  ['sixteen-bit-png', 'imagefolder:images', '--image-size 8', [0, 17, 17]],
  ['numeric-class-folders', 'imagefolder:images', '', [0, 37, 37]],
  ['numeric-class-folders', 'imagefolder:images', '--class-order text', [50, 57, 57]],
  ['float-just-over-one', 'npz:data.npz', '', [8, 47, 47]],
  ['parquet-two-labels', 'parquet:test-coarse-first.parquet', '', [6, 35, 35]],
  ['parquet-two-labels', 'parquet:test-domain-first.parquet', '', [6, 35, 35]],
  ['parquet-two-labels', 'parquet:test-domain-first.parquet', '--label-column domain', [47, 48, 48]],
  ['cmyk-jpeg', 'imagefolder:images', '', [0, 21, 21]],
  ['ppm-bmp-images', 'imagefolder:ppm', '', [0, 13, 13]],
  ['ppm-bmp-images', 'imagefolder:mixed', '', [0, 13, 13]],
  ['labels-from-one', 'npz:data.npz', '--first-label 1', [5, 59, 59]],
  ['labels-from-one', 'idx:idx', '--first-label 1', [5, 59, 59]],
];

const absent = existsSync(cases) ? false : '../shared/cases is absent';

for (const [name, data, options, expected] of counted) {
  test(`${name}, ${data} ${options}`, { skip: absent }, async () => {
    const [format = '', path = ''] = data.split(':');
    const place = `${format}:${join(cases, name, path)}`;
    const given = options === '' ? [] : options.split(' ');
    const model = join(cases, name, 'model.onnx');
    const { errors } = await errorsOf(['--model', model, '--bounds', '0,1', '--data', place, ...given]);
    assert.deepEqual(errors, expected);
  });
}

test('what cannot be known is asked for', { skip: absent }, async () => {
  const asked = async (name: string, pattern: RegExp) => {
    const place = `npz:${join(cases, name, 'data.npz')}`;
    const model = join(cases, name, 'model.onnx');
    const { code, err } = await run(['attack', '--model', model, '--bounds', '0,1', '--data', place]);
    assert.equal(code, 2);
    assert.match(err, pattern);
  };
  await asked('uint8-zero-one', /^error: .* --data-range 0,1 .* or --data-range 0,255.*\n$/);
  await asked('labels-from-one', /^error: .* seem to begin at 1; write --first-label 1 .*\n$/);
});

test('data that are broken on purpose are refused in one line', { skip: absent }, async () => {
  const broken = join(cases, 'broken');
  const out = await workspace.fresh('labels.json');
  for (const [format, name] of [
    ['imagetar', 'tar-neg.tar'],
    ['imagetar', 'tar-nan.tar'],
    ['imagetar', 'tar-paxabc.tar'],
    ['parquet', 'parquet-hang-0'],
    ['parquet', 'parquet-hang-1'],
    ['cifar10', 'pk-dagshape25'],
    ['cifar10', 'pk-dt2-constructor'],
    ['cifar10', 'pk-halfint'],
    ['npy', 'axes30k.npy'],
  ] as const) {
    const path = join(broken, name);
    const data = `${format}:${format === 'npy' ? `${path},${path}` : path}`;
    const { code, err } = await run([
      'corrupt',
      '--data',
      data,
      '--split',
      'test',
      '--rate',
      '1',
      '--out',
      out,
    ]);
    assert.equal(code, 2, name);
    assert.match(err, /^error: [^\n]{1,400}\n$/, name);
  }
});
