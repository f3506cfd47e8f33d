/** The files of a run's metrics: what they hold, and what a resumed run makes of them. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { InputError } from '../../../src/core/errors.ts';
import { openGrowingFile } from '../../../src/training/metrics/growing-file.ts';
import { openMetrics, type EpochRecord, type StepRecord } from '../../../src/training/metrics/index.ts';
import { readEvents } from './read-events.ts';

let root: string;
let folder: string;
let count = 0;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'robust-bench-metrics-'));
});
beforeEach(() => {
  folder = join(root, String(count++), 'run');
});
after(() => rm(root, { recursive: true }));

const STEPS = 3;

const stepRecord = (update: number): StepRecord => ({
  update,
  learningRate: 0.1 / update,
  trainingLoss: 2 - update / 100,
});
const epochRecord = (epoch: number): EpochRecord => ({
  epoch,
  update: epoch * STEPS,
  learningRate: 0.1,
  trainingLoss: 2 / epoch,
  testError: 0.9 / epoch,
  imagesPerSecond: 1234.5,
  durationMs: 60_000,
});

/** Records the epochs from `first` to `last`, then the steps of half an epoch, as a run that is killed. */
async function record(first: number, last: number, tensorboard = true, half = true): Promise<void> {
  const metrics = await openMetrics(folder, { finishedEpochs: first - 1, tensorboard });
  for (let epoch = first; epoch <= last; epoch++) {
    for (let step = 1; step <= STEPS; step++) metrics.step(stepRecord((epoch - 1) * STEPS + step));
    await metrics.epoch(epochRecord(epoch));
  }
  if (half) metrics.step(stepRecord(last * STEPS + 1));
  await metrics.close();
}

async function lines(file: string): Promise<unknown[]> {
  const content = await readFile(join(folder, file), 'utf8');
  assert.ok(content === '' || content.endsWith('\n'));
  return content
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

async function eventFiles(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('events.')).sort();
}

const epochsTo = (last: number) => Array.from({ length: last }, (_, index) => epochRecord(index + 1));
const stepsTo = (last: number) => Array.from({ length: last }, (_, index) => stepRecord(index + 1));

describe('JSON lines', () => {
  test('one record an epoch and one an update', async () => {
    await record(1, 2);
    assert.deepEqual(await lines('metrics.jsonl'), epochsTo(2));
    assert.deepEqual(await lines('steps.jsonl'), stepsTo(7));
  });

  test('a record is in the file before the next is given', async () => {
    const metrics = await openMetrics(folder, { finishedEpochs: 0, tensorboard: false });
    metrics.step(stepRecord(1));
    assert.deepEqual(await lines('steps.jsonl'), stepsTo(1));
    await metrics.close();
    await metrics.close();
  });

  test('a resumed run drops what the state does not know, and torn lines', async () => {
    await record(1, 3);
    await appendFile(join(folder, 'metrics.jsonl'), '{"epoch":4,"upd');
    await appendFile(join(folder, 'steps.jsonl'), '{"upda');
    await record(3, 4, true, false);
    assert.deepEqual(await lines('metrics.jsonl'), epochsTo(4));
    assert.deepEqual(await lines('steps.jsonl'), stepsTo(12));
  });

  test('wherever the end of the file is torn, a resumed run ends with the same records', async () => {
    await record(1, 2, false, false);
    const whole = await readFile(join(folder, 'metrics.jsonl'));
    const first = whole.indexOf('\n') + 1;
    for (let length = first; length < whole.length; length += 17) {
      await writeFile(join(folder, 'metrics.jsonl'), whole.subarray(0, length));
      await record(2, 2, false, false);
      assert.deepEqual(await readFile(join(folder, 'metrics.jsonl')), whole);
    }
  });

  test('a new run drops all records of the one before', async () => {
    await record(1, 2);
    await record(1, 1, true, false);
    assert.deepEqual(await lines('metrics.jsonl'), epochsTo(1));
    assert.deepEqual(await lines('steps.jsonl'), stepsTo(3));
  });

  test('a whole line that is no record is refused and the file left alone', async () => {
    await mkdir(folder, { recursive: true });
    for (const line of ['not JSON', '17', 'null', '{"epoch":"1","update":3}', '{"epoch":1}']) {
      const content = `${JSON.stringify(epochRecord(1))}\n${line}\n${JSON.stringify(epochRecord(2))}\n`;
      await writeFile(join(folder, 'metrics.jsonl'), content);
      await assert.rejects(
        openMetrics(folder, { finishedEpochs: 2, tensorboard: true }),
        (error) => error instanceof InputError && /metrics\.jsonl, line 2 is no record/.test(error.message),
      );
      assert.equal(await readFile(join(folder, 'metrics.jsonl'), 'utf8'), content);
    }
  });
});

describe('event files', () => {
  test('hold the version, the start and every point', async () => {
    const started = Date.now() / 1000;
    await record(1, 1);
    const [name, ...others] = await eventFiles();
    assert.equal(others.length, 0);
    assert.match(name!, /^events\.out\.tfevents\.\d{10}\.robust-bench$/);
    const [version, start, ...points] = readEvents(await readFile(join(folder, name!)));
    assert.equal(version!.version, 'brain.Event:2');
    assert.deepEqual([start!.sessionStatus, start!.step], [1, 1]);
    for (const { wallTime } of [version!, start!, ...points]) {
      assert.ok(wallTime >= started - 0.01 && wallTime <= Date.now() / 1000 + 0.01);
    }
    assert.deepEqual(
      points.map(({ step }) => step),
      [1, 2, 3, 3, 4],
    );
    assert.deepEqual(points[1]!.scalars, {
      'step/learning_rate': Math.fround(0.05),
      'step/training_loss': Math.fround(1.98),
    });
    assert.deepEqual(points[3]!.scalars, {
      'epoch/number': 1,
      'epoch/learning_rate': Math.fround(0.1),
      'epoch/training_loss': 2,
      'epoch/test_error': Math.fround(0.9),
      'epoch/images_per_second': 1234.5,
      'epoch/duration_ms': 60_000,
    });
  });

  test('errors that were not always measured have their curves', async () => {
    const metrics = await openMetrics(folder, { finishedEpochs: 0, tensorboard: true });
    await metrics.epoch({ ...epochRecord(1), trainingError: 0.25, testTop5Error: 0.125 });
    await metrics.close();
    const [name] = await eventFiles();
    const { scalars } = readEvents(await readFile(join(folder, name!)))[2]!;
    assert.equal(scalars['epoch/training_error'], 0.25);
    assert.equal(scalars['epoch/test_top5_error'], 0.125);
  });

  test('a resumed run adds a file that comes later by name and starts after what is kept', async () => {
    await record(1, 3);
    const [first] = await eventFiles();
    const content = await readFile(join(folder, first!));
    await record(3, 4);
    await record(5, 5);
    const names = await eventFiles();
    assert.equal(names.length, 3);
    assert.equal(names[0], first);
    assert.deepEqual(await readFile(join(folder, first!)), content);
    const starts = await Promise.all(
      names.map(async (name) => readEvents(await readFile(join(folder, name)))[1]!),
    );
    assert.deepEqual(
      starts.map(({ sessionStatus, step }) => [sessionStatus, step]),
      [
        [1, 1],
        [1, 7],
        [1, 13],
      ],
    );
  });

  test("a new run deletes the earlier run's, and no other tool's", async () => {
    await record(1, 1);
    const foreign = 'events.out.tfevents.1700000000.elsewhere';
    await writeFile(join(folder, foreign), '');
    await record(1, 1, false);
    assert.deepEqual(await eventFiles(), [foreign]);
  });
});

describe('what cannot be written', () => {
  test('a folder that is a file', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(
      openMetrics(join(root, 'file'), { finishedEpochs: 0, tensorboard: true }),
      (error) => error instanceof InputError && error.message.includes(join(root, 'file')),
    );
  });

  test('a metrics file that is a folder', async () => {
    await mkdir(join(folder, 'metrics.jsonl'), { recursive: true });
    await assert.rejects(openMetrics(folder, { finishedEpochs: 0, tensorboard: true }), InputError);
  });

  test('a full disk', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full here' }, () => {
    const file = openGrowingFile('/dev/full', 0);
    assert.throws(
      () => {
        file.append(Buffer.from('{}\n'));
      },
      (error) => error instanceof InputError && error.message === 'cannot write /dev/full: the disk is full',
    );
    file.close();
  });
});
