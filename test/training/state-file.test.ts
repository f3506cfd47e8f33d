import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { float32 } from '../../src/graph/tensor.ts';
import { readTrainingState, removeTrainingState, writeTrainingState } from '../../src/training/state-file.ts';
import type { TrainingState } from '../../src/training/train.ts';

const state: TrainingState = {
  summaries: [{ epoch: 0, learningRate: 0.1, trainingLoss: 2.3, testError: 0.9 }],
  updates: 12,
  arrays: new Map([
    ['conv.weight', float32([2, 1, 1, 2], [1, -0.5, Math.PI, 1e-38])],
    ['conv.weight.velocity', float32([2, 1, 1, 2], [0, -0, 2, 3])],
    ['scalar', float32([], [7])],
  ]),
};
const configuration = { settings: { epochs: 3, schedule: { initial: 0.1 } }, data: { sha256: 'abc' } };

describe('the state of a run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'robust-bench-state-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const path = (): string => join(folder, 'training-state.npz');

  test('comes back as it was written', async () => {
    assert.equal(await readTrainingState(folder, configuration), undefined);
    await writeTrainingState(folder, configuration, state);
    assert.deepEqual(await readdir(folder), ['training-state.npz']);
    assert.deepEqual(await readTrainingState(folder, configuration), state);
    await removeTrainingState(folder);
    assert.equal(await readTrainingState(folder, configuration), undefined);
  });

  test('belongs to one configuration; the first difference is named', async () => {
    await writeTrainingState(folder, configuration, state);
    const refused: [unknown, RegExp][] = [
      [
        { ...configuration, settings: { epochs: 4, schedule: { initial: 0.1 } } },
        /settings\.epochs was 3 and is now 4/,
      ],
      [
        { ...configuration, settings: { epochs: 3, schedule: {} } },
        /settings\.schedule\.initial was 0\.1 and is now not set/,
      ],
      [{ ...configuration, seed: 1 }, /seed was not set and is now 1/],
      [{ ...configuration, data: { sha256: 'abd' } }, /data\.sha256 was "abc" and is now "abd"/],
    ];
    for (const [other, pattern] of refused) {
      await assert.rejects(readTrainingState(folder, other as typeof configuration), {
        name: 'InputError',
        message: pattern,
      });
    }
  });

  test('a damaged file is refused in one line', async () => {
    await writeTrainingState(folder, configuration, state);
    const bytes = await readFile(path());
    for (const damaged of [bytes.subarray(0, bytes.length / 2), Buffer.from('nothing'), Buffer.alloc(0)]) {
      await writeFile(path(), damaged);
      await assert.rejects(readTrainingState(folder, configuration), (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.ok(
          error.message.includes('training-state.npz') && !error.message.includes('\n'),
          error.message,
        );
        return true;
      });
    }
  });
});
