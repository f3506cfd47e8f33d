/** Ctrl-C: the process ends between two calls of the model, with exit code 130 and no half-written file. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Interruption } from '../../src/cli/interruption.ts';
import { encodeNpz } from '../../src/data/npz.ts';
import { readModelCard } from '../../src/models/card/model-card-file.ts';
import { drawData, fashionMnist, filesIn, run, sha256, smallNet, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();
const program = fileURLToPath(new URL('program.ts', import.meta.url));

interface Child {
  readonly process: ChildProcess;
  /** What it has written to standard error so far. */
  err(): string;
  /** Resolves once standard error matches. */
  said(pattern: RegExp): Promise<void>;
  ended(): Promise<{ code: number | null; signal: string | null }>;
}

const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(...argv: readonly string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let text = '';
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  return {
    process: child,
    err: () => text,
    async said(pattern) {
      while (!pattern.test(text)) {
        if (child.exitCode !== null) throw new Error(`it ended, having said: ${text}`);
        await Promise.race([once(child.stderr, 'data'), ended]);
      }
    },
    async ended() {
      const [code, signal] = await ended;
      return { code, signal };
    },
  };
}

describe('a process', () => {
  test('an attack leaves neither a result nor a temporary file', async () => {
    const out = await workspace.fresh('result.json');
    const { x, y } = await drawData(smallNet({ seed: 1 }));
    const data = Float32Array.from(x.data as Uint8Array, (level) => level / 255);
    const floats = join(workspace.folder, 'floats.npz');
    await writeFile(floats, await encodeNpz({ x: { dims: x.dims, dataType: 'float32', data }, y }));
    // Steps enough for an hour: only the interruption ends it.
    const child = start(
      ...['attack', '--model', workspace.a, '--method', 'ifgsm', '--steps', '10000000', '--threads', '1'],
      ...['--data', `npz:${floats}`, '--out', out, '--save-examples', join(dirname(out), 'examples')],
    );
    // The note on the range of the values comes once the data are open, shortly before the attack.
    await child.said(/note: /);
    await sleep(500);
    const asked = performance.now();
    child.process.kill('SIGINT');
    assert.deepEqual(await child.ended(), { code: 130, signal: null });
    assert.ok(performance.now() - asked < 2000, 'promptly');
    assert.match(child.err(), /(^|\n)interrupted; nothing was written\n$/);
    assert.deepEqual(await filesIn(dirname(out)), []);
  });

  test('a training run keeps the checkpoints of its finished epochs, whole', async () => {
    const folder = await workspace.fresh('run');
    const child = start(
      ...[
        'train',
        '--data',
        fashionMnist,
        '--out',
        folder,
        '--width',
        '2',
        '--epochs',
        '1000',
        '--threads',
        '1',
      ],
      ...['--train-limit', '32', '--test-limit', '16', '--batch-size', '16'],
    );
    await child.said(/epoch 1\/1000/);
    child.process.kill('SIGINT');
    assert.deepEqual(await child.ended(), { code: 130, signal: null });
    const records = await readFile(join(folder, 'metrics.jsonl'), 'utf8');
    const finished = records.trimEnd().split('\n').length;
    assert.ok(finished >= 1 && finished < 1000);
    assert.ok(
      child
        .err()
        .endsWith(
          `interrupted; the checkpoints of ${String(finished)} finished epochs are in ${folder}: go on with --resume\n`,
        ),
    );
    const files = (await filesIn(folder)).filter((file) => !file.startsWith('events.'));
    assert.deepEqual(files, [
      'best.json',
      'best.onnx',
      'last.json',
      'last.onnx',
      'metrics.jsonl',
      'steps.jsonl',
      'training-state.npz',
    ]);
    for (const name of ['best', 'last']) {
      const card = await readModelCard(join(folder, `${name}.json`));
      assert.equal(card.weights.sha256, sha256(await readFile(join(folder, `${name}.onnx`))));
    }
  });

  test('SIGTERM is as Ctrl-C', async () => {
    const folder = await workspace.fresh('terminated');
    const child = start(
      ...['train', '--data', fashionMnist, '--out', folder, '--width', '2', '--epochs', '1000'],
      ...['--threads', '1', '--train-limit', '32', '--test-limit', '16', '--batch-size', '16'],
    );
    await child.said(/epoch 1\/1000/);
    child.process.kill('SIGTERM');
    assert.deepEqual(await child.ended(), { code: 143, signal: null });
    assert.match(
      child.err(),
      /terminated; the checkpoints of \d+ finished epochs are in .*: go on with --resume\n$/,
    );
  });

  const full = existsSync('/dev/full') ? false : 'there is no /dev/full';
  test('an output that cannot be written is one line and exit code 2', { skip: full }, async () => {
    const device = openSync('/dev/full', 'w');
    for (const argv of [
      ['recipes'],
      ['attack', '--help'],
      ['attack', '--model', workspace.a, '--limit', '2'],
    ]) {
      const child = spawn(process.execPath, ['--import', 'tsx', program, ...argv], {
        stdio: ['ignore', device, 'pipe'],
      });
      let err = '';
      child.stderr?.setEncoding('utf8').on('data', (part: string) => (err += part));
      const [code] = (await once(child, 'close')) as [number | null];
      assert.match(err, /^(note: [^\n]*\n)*error: cannot write to standard output: the disk is full\n$/);
      assert.equal(code, 2);
    }
    closeSync(device);
  });

  test('a reader that closes the pipe is no error', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, 'attack', '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part));
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(err, '');
    assert.equal(code, 0);
  });
});

describe('within the process', () => {
  /** Interrupts by the first message on standard error that matches. */
  const interrupted = async (argv: readonly string[], pattern: RegExp): ReturnType<typeof run> => {
    const controller = new AbortController();
    const err: string[] = [];
    const outcome = await run(argv, {
      signal: controller.signal,
      interactive: true,
      err: (text) => {
        err.push(text);
        if (pattern.test(text)) controller.abort(new Interruption());
      },
    });
    return { ...outcome, err: err.join('') };
  };

  test('the line that a terminal shows is erased first', async () => {
    const out = await workspace.fresh('result.json');
    const argv = ['attack', '--model', workspace.a, '--steps', '1000000', '--threads', '1', '--out', out];
    const { code, err } = await interrupted(argv, /clean inputs/);
    assert.equal(code, 130);
    assert.ok(err.endsWith('\r\u001B[2K\ninterrupted; nothing was written\n'));
    assert.deepEqual(await filesIn(dirname(out)), []);
  });

  test('the pure JavaScript engine lets go too', async () => {
    const argv = [
      'attack',
      '--model',
      workspace.a,
      '--method',
      'ifgsm',
      '--steps',
      '1000000',
      '--engine',
      'tfjs:cpu',
    ];
    const controller = new AbortController();
    // A timer stands for the operating system's signal: both need a turn of the event loop.
    setTimeout(() => {
      controller.abort(new Interruption());
    }, 300);
    const { code } = await run([...argv, '--limit', '2'], { signal: controller.signal });
    assert.equal(code, 130);
  });
});
