/** Engines by name. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../src/core/errors.ts';
import { createEngine } from '../../src/engine/select.ts';
import { isInstalled } from '../../src/engine/tfjs/packages.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

const oneLine =
  (...words: string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof InputError && !error.message.includes('\n'), String(error));
    for (const word of words) assert.ok(error.message.includes(word), error.message);
    return true;
  };

test('an unknown engine is refused with the choices', async () => {
  for (const name of ['tensorflow', 'tfjs:', 'tfjs:webgl', '', 'constructor', 'onnxruntime:tpu']) {
    await assert.rejects(createEngine(name), oneLine(`no engine ${name}`, 'onnxruntime', 'tfjs:node-gpu'));
  }
});

for (const backend of ['node-gpu', 'node'] as const) {
  const name = `@tensorflow/tfjs-${backend}`;
  test(
    `tfjs:${backend} is refused with the commands that install it`,
    { skip: isInstalled(backend) && `${name} is installed` },
    () =>
      assert.rejects(
        createEngine(`tfjs:${backend}`),
        oneLine(
          `scripts/install-tfjs-node.js${backend === 'node-gpu' ? ' --gpu' : ''}`,
          `npm install ${name}@4.22.0`,
        ),
      ),
  );
}

test('tfjs alone is the best backend that is installed and loads', async () => {
  const engine = await createEngine('tfjs');
  assert.equal(engine.name, 'tfjs');
  assert.ok(['node-gpu', 'node', 'wasm'].includes(engine.provider));
  assert.match(engine.runtime, /^@tensorflow\/tfjs-\S+ \d/);
  await engine.dispose();
});

/** Runs a program beside which a folder of packages is found; `import` does not find them there. */
function runWith(packages: string, program: string): { out: string; err: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { encoding: 'utf8', cwd: repository, env: { ...process.env, NODE_PATH: packages } },
  );
  return { out: stdout, err: stderr, status };
}

test(
  'a better backend that does not load is passed over with a note, and refused where it was asked for',
  { skip: isInstalled('node-gpu') && '@tensorflow/tfjs-node-gpu is installed' },
  async () => {
    const packages = await mkdtemp(join(tmpdir(), 'robust-bench-packages-'));
    const folder = join(packages, '@tensorflow', 'tfjs-node-gpu');
    await mkdir(join(folder, 'lib', 'napi-v8'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"version": "4.22.0"}');
    const program = `
      import { createEngine } from './src/engine/select.ts';
      const { provider, notes } = await createEngine('tfjs');
      const refusal = await createEngine('tfjs:node-gpu').catch((error) => error.message);
      console.log(JSON.stringify({ provider, notes, refusal }));`;
    interface Outcome {
      readonly provider: string;
      readonly notes: readonly string[];
      readonly refusal: string;
    }
    try {
      for (const [addon, reason] of [
        [false, /needs a compiled addon that its package lacks; install it: node scripts\/install-tfjs-node/],
        [true, /cannot be loaded \(.*\); install it again: node scripts\/install-tfjs-node\.js --gpu/],
      ] as const) {
        if (addon) await writeFile(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
        const { out, err, status } = runWith(packages, program);
        assert.equal(status, 0, err);
        const { provider, notes, refusal } = JSON.parse(out.trim().split('\n').at(-1)!) as Outcome;
        assert.ok(['node', 'wasm'].includes(provider), provider);
        assert.equal(notes.length, 1);
        assert.match(notes[0]!, /^tfjs:node-gpu is passed over: /);
        assert.match(notes[0]!, reason);
        assert.match(refusal, reason);
      }
    } finally {
      await rm(packages, { recursive: true });
    }
  },
);
