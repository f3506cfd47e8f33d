/** Who does the work of `attack`, how much of it, and for how long, changes no number. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Interruption } from '../../src/cli/interruption.ts';
import { canonicalResult } from '../../src/results/canonical.ts';
import { decodeColumn } from '../../src/results/column.ts';
import { derive } from '../../src/results/derive.ts';
import { readResult } from '../../src/results/file.ts';
import { merge } from '../../src/results/merge.ts';
import type { Result } from '../../src/results/result.ts';
import { filesIn, run, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();
const stoppedErr: string[] = [];
const program = fileURLToPath(new URL('program.ts', import.meta.url));

/** Two models in the white box, one of them in the black box too, by two methods and two sizes. */
const main = (...options: readonly string[]): string[] => [
  ...['attack', '--model', workspace.a, '--source', workspace.a, '--target', workspace.b],
  ...[
    '--method',
    'fgsm',
    'ifgsm[steps=3]',
    '--eps',
    '4/255',
    '8/255',
    '--target-class',
    'random',
    '--eight-bit',
  ],
  ...options,
];

async function measure(...options: readonly string[]): Promise<Result> {
  const out = await workspace.fresh('result.json');
  const { code, err } = await run([...main(...options), '--quiet', '--out', out]);
  assert.equal(code, 0, err);
  assert.deepEqual(await filesIn(dirname(out)), ['result.json'], 'no journal is left');
  return readResult(out);
}

const refuses = async (argv: readonly string[], message: RegExp): Promise<void> => {
  const { code, out, err } = await run(argv);
  assert.match(err, message);
  assert.equal(err.trimEnd().split('\n').length, 1, err);
  assert.deepEqual([code, out], [2, '']);
};

describe('attacks as they are asked for', () => {
  const idsOf = async (...options: readonly string[]): Promise<string[]> => {
    const { code, out, err } = await run([
      'attack',
      '--model',
      workspace.a,
      '--limit',
      '4',
      '--json',
      ...options,
    ]);
    assert.equal(code, 0, err);
    return (JSON.parse(out) as Result).attacks.map(({ id }) => id);
  };

  test('--eps takes several sizes, with commas, spaces, or repeated', async () => {
    for (const sizes of [
      ['--eps', '1/255,2/255'],
      ['--eps', '1/255', '2/255'],
      ['--eps=1/255', '--eps=2/255'],
    ]) {
      assert.deepEqual(await idsOf('--method', 'fgsm', ...sizes), ['fgsm@linf:1/255', 'fgsm@linf:2/255']);
    }
  });

  test('--method takes settings and a size of its own, beside others', async () => {
    assert.deepEqual(await idsOf('--method', 'ifgsm[steps=3]@linf:2/255'), ['ifgsm[steps=3]@linf:2/255']);
    assert.deepEqual(
      await idsOf(
        '--method',
        'fgsm,ifgsm[steps=3,stepSize=1/255]@linf:2/255',
        '--eps',
        '8/255',
        '--steps',
        '5',
      ),
      ['fgsm@linf:8/255', 'ifgsm[steps=3,stepSize=1/255]@linf:2/255'],
    );
    assert.deepEqual(
      await idsOf('--method', 'fgsm', 'fgsm[target=3,label=predicted]', '--target-class', 'next'),
      ['fgsm[target=next]@linf:4/255', 'fgsm[target=3,label=predicted]@linf:4/255'],
    );
  });

  test('a size and steps of its own are what is measured', async () => {
    const argv = ['attack', '--model', workspace.a, '--method', 'ifgsm[steps=3]@linf:2/255', '--json'];
    const { out } = await run(argv);
    const [, attacked] = derive(JSON.parse(out) as Result).evaluations;
    assert.equal(attacked?.gradients, 3);
    // Three tenths of ε.
    assert.ok(Math.abs(attacked.sizes!.linf.max - 0.6 / 255) < 1e-7);
  });

  test('what cannot be meant is refused', async () => {
    const asks = (...options: readonly string[]): string[] => ['attack', '--model', workspace.a, ...options];
    await refuses(asks('--method', 'ifgsm[steps=3'), /is not understood: write a method such as/);
    await refuses(asks('--method', 'ifgsm[steps]'), /sets "steps": write name=value/);
    await refuses(asks('--method', 'ifgsm[steps=0]'), /steps = 0 must be a whole number of at least 1/);
    await refuses(asks('--method', 'ifgsm[step=3]'), /I-FGSM has no parameter step: it has steps, stepSize/);
    await refuses(asks('--method', 'fgsm[label=wrong]'), /label = wrong must be true or predicted/);
    await refuses(asks('--method', 'fgsm@l7:1'), /names the norm l7: write one of linf, l2, l1, l0/);
    await refuses(asks('--method', 'fgsm@l2:1'), /FGSM does not work in L2: it has L∞/);
    await refuses(asks('--method', 'fgsm', '--norm', 'l2'), /FGSM does not work in L2/);
    await refuses(asks('--method', 'fgsm@linf:4'), /= 4 is larger than the range/);
    await refuses(asks('--eps', '1/255,'), /--eps = nothing is not a size/);
    await refuses(asks('--eps', '1/255,x'), /--eps = x is not a size/);
  });
});

describe('the result is the same bytes but for its section run', () => {
  let reference: string | undefined;
  const whole = async (): Promise<string> => (reference ??= canonicalResult(await measure('--workers', '0')));

  test('by worker threads', async () => {
    for (const count of ['1', '2']) {
      const result = await measure('--workers', count);
      assert.equal(canonicalResult(result), await whole());
      assert.equal(result.part, null);
      assert.ok(result.models.every(({ check }) => check !== undefined));
    }
  });

  test('in shards that are merged, in any order', async () => {
    const parts: Result[] = [];
    for (const index of [3, 1, 2])
      parts.push(await measure('--workers', '0', '--shard', `${String(index)}/3`));
    assert.deepEqual(
      parts.map(({ part }) => part),
      [3, 1, 2].map((index) => ({ planned: 48, shard: { index, count: 3 }, reason: 'shard' })),
    );
    const merged = merge(parts.map((result, place) => ({ name: `part ${String(place)}`, result })));
    assert.equal(canonicalResult(merged), await whole());
    const two = merge(parts.slice(1).map((result, place) => ({ name: `part ${String(place)}`, result })));
    assert.equal(two.examples.count, 32);
    assert.notEqual(two.part, null);
  });

  test('within a budget, and gone on with', async () => {
    const out = await workspace.fresh('result.json');
    const argv = main('--workers', '0', '--quiet', '--out', out);
    const short = await run([...argv, '--budget', '1ms']);
    if (short.code === 2) {
      assert.match(short.err, /^error: the budget ended before the first unit .*--resume\n$/);
    } else {
      const part = await readResult(out);
      assert.ok(part.part === null || part.part.reason === 'budget');
    }
    const long = await run([
      ...argv,
      '--budget',
      '10m',
      ...((await isThere(`${out}.journal`)) ? ['--resume'] : []),
    ]);
    assert.equal(long.code, 0, long.err);
    assert.equal(canonicalResult(await readResult(out)), await whole());
    assert.deepEqual(await filesIn(dirname(out)), ['result.json']);
  });

  test('after being killed at any moment', async () => {
    const out = await workspace.fresh('result.json');
    const argv = main('--workers', '0', '--quiet', '--out', out);
    let kills = 0;
    for (let wait = 900; ; wait += 250) {
      const goesOn = await isThere(`${out}.journal`);
      const ended = await killedAfter([...argv, ...(goesOn ? ['--resume'] : [])], wait);
      if (ended.code === 0) break;
      assert.equal(ended.signal, 'SIGKILL', ended.err);
      kills += 1;
    }
    assert.ok(kills > 0, 'it was too fast to be killed');
    assert.equal(canonicalResult(await readResult(out)), await whole());
    assert.deepEqual(await filesIn(dirname(out)), ['result.json']);
  });

  test('after an interruption, which says what was kept', async () => {
    const out = await workspace.fresh('result.json');
    const long = ['--method', 'ifgsm[steps=800]', '--workers', '0', '--seed', '5'];
    const argv = main(...long, '--out', out);
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stopped = await run(argv, {
      interactive: true,
      signal: controller.signal,
      err(text) {
        stoppedErr.push(text);
        timer ??= setTimeout(() => {
          controller.abort(new Interruption());
        }, 300);
      },
    });
    assert.equal(stopped.code, 130);
    assert.deepEqual(await filesIn(dirname(out)), ['result.json.journal']);
    const kept = `interrupted; what was done is in ${out}.journal: go on with --resume\n`;
    assert.ok(stoppedErr.join('').endsWith(kept));
    await refuses(argv, /is the journal of an unfinished run: go on from it with --resume, or remove it/);
    await refuses([...argv, '--resume', '--limit', '9'], /is of another plan/);
    await refuses(
      [...argv, '--resume', '--save-examples', dirname(out)],
      /--resume cannot go with --save-examples/,
    );
    const { code, err } = await run([...argv, '--resume']);
    assert.equal(code, 0, err);
    assert.equal(canonicalResult(await readResult(out)), canonicalResult(await measure(...long)));
    assert.deepEqual(await filesIn(dirname(out)), ['result.json']);
  });
});

test('sums over examples: the workers take the zero gradients and the targets with them', async () => {
  const [alone, workers] = [await measure('--workers', '0'), await measure('--workers', '2')];
  for (const [place, { targets, zeroGradients }] of alone.runs.entries()) {
    assert.deepEqual(workers.runs[place]?.targets, targets);
    assert.ok(decodeColumn(targets!, 'int32').some((target) => target >= 0));
    assert.equal(decodeColumn(zeroGradients!, 'uint8').length, 48);
  }
});

describe('what cannot be meant is refused before anything is opened', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--workers', 'two'], /--workers two: write auto, or a number from 0 to 256/],
    [['--workers', '-1'], /--workers/],
    [['--workers', '1.5'], /--workers 1\.5: write auto/],
    [['--workers', '1000'], /--workers 1000: write auto/],
    [['--shard', '0/3'], /--shard 0\/3: write which part of how many/],
    [['--shard', '4/3'], /--shard 4\/3: write which part/],
    [['--shard', '2'], /--shard 2: write which part/],
    [['--shard', 'a/b'], /--shard a\/b: write which part/],
    [['--budget', '10'], /--budget 10: write a time such as 90s, 10m or 2h/],
    [['--budget', '0s'], /--budget 0s: write a time/],
    [['--budget', 'soon'], /--budget soon: write a time/],
    [['--resume'], /--resume goes on from the journal beside the result: name the result with --out/],
  ];
  for (const [options, message] of cases) {
    test(options.join(' '), () => refuses(['attack', '--model', 'm.json', ...options], message));
  }

  test('--resume without a journal', async () => {
    const out = await workspace.fresh('result.json');
    await refuses(
      main('--resume', '--out', out),
      /there is no journal .*result\.json\.journal .*leave --resume out/,
    );
  });

  test('more shards than examples', async () => {
    await refuses(main('--limit', '2', '--shard', '1/3'), /the shard holds none of the 2 examples/);
  });
});

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Runs the program in a process of its own and kills it after so many milliseconds. */
async function killedAfter(
  argv: readonly string[],
  wait: number,
): Promise<{ code: number | null; signal: string | null; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part));
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  await Promise.race([ended, sleep(wait, undefined, { ref: false })]);
  child.kill('SIGKILL');
  const [code, signal] = await ended;
  return { code, signal, err };
}
