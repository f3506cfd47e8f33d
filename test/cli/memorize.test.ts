/** `robust-bench memorize`: training, and scoring what was trained elsewhere, on real images. */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readLabelFile } from '../../src/corruption/label-file.ts';
import { openPredictions } from '../../src/predictions/folder.ts';
import { readMemorization } from '../../src/results/file.ts';
import type { MemorizationResult } from '../../src/results/memorization.ts';
import { fashionMnist, filesIn, run, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();
const LIMITS = ['--train-limit', '120', '--test-limit', '60'];
const TRAINING = '--width 2 --epochs 3 --batch-size 20 --crop 0 --no-flip --threads 1'.split(' ');
const EXPERIMENT = ['--rate', '0', '0.5', '--variant', 'erm', 'mixup:8+dropout:0.3', ...LIMITS, ...TRAINING];

function memorize(...more: readonly string[]): ReturnType<typeof run> {
  return run(['memorize', '--data', fashionMnist, ...more]);
}

/** All but the circumstances of a run. */
function measured({ run: _, ...rest }: MemorizationResult): Omit<MemorizationResult, 'run'> {
  return rest;
}

describe('training', () => {
  let folder: string;
  let result: MemorizationResult;
  let out: string;
  before(async () => {
    folder = await workspace.fresh('experiment');
    const outcome = await memorize(...EXPERIMENT, '--out', folder, '--csv', join(folder, 'curves.csv'));
    assert.equal(outcome.code, 0, outcome.err);
    out = outcome.out;
    result = await readMemorization(join(folder, 'memorization.json'));
  });

  test('every variant on the labels of every rate, each in a folder of its own', async () => {
    assert.deepEqual(
      result.runs.map(({ id, name }) => [id, name]),
      [
        ['0%-erm', 'ERM'],
        ['0%-mixup:8+dropout:0.3', 'mixup α=8 + dropout p=0.3'],
        ['50%-erm', 'ERM'],
        ['50%-mixup:8+dropout:0.3', 'mixup α=8 + dropout p=0.3'],
      ],
    );
    const files = await filesIn(folder);
    for (const run of ['0-erm', '0-mixup-8-dropout-0.3', '50-erm', '50-mixup-8-dropout-0.3']) {
      for (const file of ['last.onnx', 'metrics.jsonl', 'predictions/epoch-0003.npz']) {
        assert.ok(files.includes(`${run}/${file}`), `${run}/${file} is missing`);
      }
    }
    assert.deepEqual(
      files.filter((file) => file.startsWith('labels')),
      ['labels-50.json'],
    );
    const rows = (await readFile(join(folder, 'curves.csv'), 'utf8')).trimEnd().split('\n');
    assert.equal(rows.length, 1 + 4 * 3);
  });

  test('the variants are what was trained', () => {
    const [erm, both] = result.runs.slice(2).map(({ training }) => training);
    assert.deepEqual([erm?.method, erm?.alpha, erm?.dropout], ['erm', undefined, undefined]);
    assert.deepEqual([both?.method, both?.alpha, both?.dropout], ['mixup', 8, 0.3]);
  });

  test('the corruption is stated and counted over the examples that took part', async () => {
    const { masked, labels } = await readLabelFile(join(folder, 'labels-50.json'));
    const { indices } = result.examples.train;
    assert.equal(indices?.length, 120);
    for (const { corruption, groups, memorizationGap } of result.runs.slice(0, 2)) {
      assert.equal(corruption, null);
      assert.equal(groups.corrupted, 0);
      assert.equal(memorizationGap, null);
    }
    for (const { corruption, groups } of result.runs.slice(2)) {
      assert.equal(corruption?.rate, 0.5);
      assert.equal(groups.corrupted, indices.filter((index) => masked[index] === 1).length);
      assert.equal(groups.train, 120);
    }
    assert.ok(labels.length > 120);
  });

  test('the table has a block for each rate and the errors of the result', () => {
    assert.match(out, /50 % of labels corrupted \(uniform\)/);
    const last = result.runs.at(-1)?.testError.last.error.rate ?? NaN;
    assert.ok(out.includes((100 * last).toFixed(1)), out);
  });

  test('--resume keeps what is finished, and the result is the same', async () => {
    const { code, err } = await memorize(...EXPERIMENT, '--out', folder, '--resume');
    assert.equal(code, 0, err);
    assert.ok(!/epoch \d\/3 {2}rate/.test(err), err);
    const again = await readMemorization(join(folder, 'memorization.json'));
    assert.deepEqual(measured(again), measured(result));
  });

  test('without it everything is trained again, to the same result', async () => {
    const again = await workspace.fresh('again');
    const { code, err } = await memorize(...EXPERIMENT, '--out', again);
    assert.equal(code, 0, err);
    assert.deepEqual(measured(await readMemorization(join(again, 'memorization.json'))), measured(result));
  });

  test('predictions of elsewhere on the same labels score the same', async () => {
    const own = result.runs[2];
    const path = await workspace.fresh('scored.json');
    const predictions = join(folder, '50-erm', 'predictions');
    const labels = join(folder, 'labels-50.json');
    const { code, err } = await memorize(
      ...['--predictions', predictions, '--labels', labels, '--result', path],
      ...LIMITS,
    );
    assert.equal(code, 0, err);
    const scored = await readMemorization(path);
    assert.equal(scored.engine, null);
    const [run] = scored.runs;
    assert.equal(run?.source, 'predictions');
    for (const part of [
      'groups',
      'testError',
      'trainingError',
      'memorizationGap',
      'learning',
      'membership',
      'perExample',
      'testOutcomes',
    ] as const) {
      assert.deepEqual(run[part], own?.[part], part);
    }
  });

  test('checkpoints are run, and score as the predictions of their epoch do', async () => {
    const path = await workspace.fresh('scored.json');
    const card = join(folder, '50-erm', 'last.json');
    const { code, err } = await memorize(
      ...[
        '--checkpoint',
        card,
        '--labels',
        join(folder, 'labels-50.json'),
        '--result',
        path,
        '--threads',
        '1',
      ],
      ...LIMITS,
    );
    assert.equal(code, 0, err);
    const [run] = (await readMemorization(path)).runs;
    const own = result.runs[2];
    assert.equal(run?.source, 'checkpoints');
    const [checkpoint, ...others] = run.models ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual([checkpoint?.format, checkpoint?.outputs, checkpoint?.notes], ['onnx', 'logits', []]);
    assert.equal(checkpoint?.sha256.length, 64);
    assert.deepEqual(run.testError.last.error, own?.testError.last.error);
    assert.deepEqual(run.trainingError, own?.trainingError);
    assert.deepEqual(run.memorizationGap, own?.memorizationGap);
  });

  test('scores that cannot be are refused in one line', async () => {
    const labels = join(folder, 'labels-50.json');
    const predictions = join(folder, '50-erm', 'predictions');
    const torn = await workspace.fresh('torn');
    await cp(predictions, torn, { recursive: true });
    const bytes = await readFile(join(torn, 'epoch-0002.npz'));
    await writeFile(join(torn, 'epoch-0002.npz'), bytes.subarray(0, 900));
    const refused: [string[], RegExp][] = [
      [['--predictions', torn, '--labels', labels, ...LIMITS], /epoch-0002\.npz/],
      [['--predictions', predictions, '--labels', labels], /training examples/],
      [['--predictions', predictions, '--labels', join(folder, 'none.json'), ...LIMITS], /none\.json/],
      [
        ['--predictions', predictions, '--labels', labels, '--epochs', '3'],
        /--epochs means nothing to --\w+, which trains nothing/,
      ],
      [['--predictions', predictions, '--checkpoint', 'a.onnx'], /two sources/],
      [['--predictions', predictions, '--resume'], /--resume means nothing to --\w+, which trains nothing/],
      [['--out', folder, '--labels', labels], /--labels means nothing to training/],
      [['--out', folder, '--rate', '2'], /--rate takes a number from 0 to 1/],
      [['--out', folder, '--seeds', '0'], /--seeds 0: write how many/],
      [
        ['--out', folder, '--seeds', '2', '--init-seed', '1', '--order-seed', '1', '--label-seed', '1'],
        /--seeds: with --init-seed, --order-seed and --label-seed nothing comes from/,
      ],
      [['--out', folder, '--seeds', '1', 'b'], /--seeds "b"/],
      [['--predictions', predictions, '--seeds', '2'], /--seeds means nothing to --predictions/],
      [['--out', folder, '--variant', 'mixup'], /--variant mixup/],
      [[], /--out/],
    ];
    for (const [options, pattern] of refused) {
      const { code, err } = await memorize(...options);
      assert.equal(code, 2, options.join(' '));
      assert.match(err, pattern);
      assert.match(err, /^(note: .*\n)*error: .*\n$/);
    }
  });
});

test('several seeds: runs of their own, the first as with that seed alone, and more of them later', async () => {
  const folder = await workspace.fresh('seeds');
  const small = ['--train-limit', '60', '--test-limit', '40', '--rate', '0.5', '--variant', 'erm'];
  const training = '--width 2 --epochs 2 --batch-size 20 --crop 0 --no-flip --threads 1'.split(' ');
  const { code, err, out } = await memorize(...small, ...training, '--seeds', '2', '--out', folder);
  assert.equal(code, 0, err);
  assert.match(err, /ERM, seed 0 \(1 of 2\)/);
  assert.match(out, /│ Over seeds, in % +│/);
  const first = await readMemorization(join(folder, 'memorization.json'));
  assert.deepEqual(
    first.runs.map(({ id, variant, seed, training: facts }) => [id, variant, seed, facts?.seed]),
    [
      ['50%-erm:seed-0', '50%-erm', 0, 0],
      ['50%-erm:seed-1', '50%-erm', 1, 1],
    ],
  );
  const [one, other] = first.runs;
  // The examples are the same, what is drawn for a run is not.
  assert.notEqual(one?.corruption?.labelsSha256, other?.corruption?.labelsSha256);
  assert.notDeepEqual(one?.testOutcomes, other?.testOutcomes);

  const alone = await workspace.fresh('alone');
  const single = await memorize(...small, ...training, '--out', alone);
  assert.equal(single.code, 0, single.err);
  assert.doesNotMatch(single.out, /Over seeds/);
  const [run] = (await readMemorization(join(alone, 'memorization.json'))).runs;
  assert.deepEqual({ ...run, id: one?.id }, one);

  const more = await memorize(...small, ...training, '--seeds', '1,2,0', '--resume', '--out', folder);
  assert.equal(more.code, 0, more.err);
  assert.equal(more.err.match(/epoch 2\/2 {2}rate/g)?.length, 1, more.err);
  const { runs } = await readMemorization(join(folder, 'memorization.json'));
  assert.deepEqual(
    runs.map(({ seed }) => seed),
    [1, 2, 0],
  );
  assert.deepEqual([runs[2], runs[0]], first.runs);
  const files = await filesIn(folder);
  for (const seed of [0, 1, 2]) {
    assert.ok(files.includes(`seed-${String(seed)}/labels-50.json`));
    assert.ok(files.includes(`seed-${String(seed)}/50-erm/last.onnx`));
  }
});

test('predictions can be written by another program and opened here', async () => {
  const folder = await workspace.fresh('none');
  await assert.rejects(openPredictions(folder), { name: 'InputError' });
});
