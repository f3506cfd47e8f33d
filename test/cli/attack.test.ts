/** `robust-bench attack`: that every option does what it says. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { decode } from 'fast-png';
import { decodeNpz } from '../../src/data/npz.ts';
import { encodeNpz } from '../../src/data/npz.ts';
import { encodeNpy } from '../../src/data/npy.ts';
import { readResult } from '../../src/results/file.ts';
import { settingWord } from '../../src/report/format.ts';
import { derive } from '../../src/results/derive.ts';
import type { Derived } from '../../src/results/derived.ts';
import type { Result } from '../../src/results/result.ts';
import { drawData, EXAMPLES, filesIn, run, sha256, smallNet, useWorkspace } from './workspace.ts';

const workspace = useWorkspace();

/** What follows from a result, with the circumstances of the run. */
type Outcome = Derived & Pick<Result, 'run'>;

function outcomeOf(json: string): Outcome {
  const result = JSON.parse(json) as Result;
  return { ...derive(result), run: result.run };
}

/** Attacks model a, unless told otherwise, and returns what follows from the result. */
async function attack(...options: readonly string[]): Promise<Outcome> {
  const models = options.includes('--model') || options.includes('--source') ? [] : ['--model', workspace.a];
  const engine = options.includes('--engine') ? [] : ['--threads', '1'];
  const outcome = await run(['attack', ...models, ...options, ...engine, '--json']);
  assert.equal(outcome.code, 0, outcome.err);
  return outcomeOf(outcome.out);
}

function methodOf({ attacks }: Outcome, attack: string | null): string {
  return attacks.find(({ id }) => id === attack)?.method ?? '-';
}

/** The evaluations as `setting method source>model`. */
function evaluations(result: Outcome): string[] {
  return result.evaluations.map((each) =>
    [settingWord(each), methodOf(result, each.attack), `${each.source ?? '-'}>${each.model}`].join(' '),
  );
}

function errors(result: Outcome, setting: string, method: string | null, model = 'a'): number {
  const found = result.evaluations.find(
    (each) =>
      settingWord(each) === setting &&
      methodOf(result, each.attack) === (method ?? '-') &&
      each.model === model,
  );
  assert.ok(found);
  return found.top1.errors;
}

describe('models and attacks', () => {
  test('a card alone: both methods, its own data, ε = 4/255', async () => {
    const result = await attack();
    assert.deepEqual(evaluations(result), ['clean - ->a', 'white-box fgsm a>a', 'white-box ifgsm a>a']);
    assert.equal(result.examples.count, EXAMPLES);
    assert.equal(result.data.split, 'test');
    for (const { radius } of result.attacks) {
      assert.deepEqual(radius, { text: '4/255', value: 4 / 255, unit: 'fraction of range' });
    }
    const [, iterated] = result.attacks;
    assert.deepEqual(iterated?.parameters, { steps: 10, stepSize: 4 / 2550 });
    assert.equal(errors(result, 'clean', null), 8);
    assert.ok(errors(result, 'white-box', 'ifgsm') > 8);
    for (const { sizes } of result.evaluations.slice(1)) {
      assert.ok(Math.abs(sizes!.linf.max - 4 / 255) < 1e-6);
    }
  });

  test('--model takes several, --method lists and repetitions', async () => {
    const { a, b, c } = workspace;
    const models = ['--model', a, b, '--model', c];
    const one = await attack(...models, '--method', 'ifgsm', '--limit', '4');
    assert.deepEqual(evaluations(one).slice(3), [
      'white-box ifgsm a>a',
      'white-box ifgsm b>b',
      'white-box ifgsm c>c',
    ]);
    for (const methods of [
      ['--method', 'ifgsm,fgsm'],
      ['--method', 'ifgsm', 'fgsm'],
      ['--method', 'ifgsm', '--method', 'fgsm'],
    ]) {
      const both = await attack(...methods, '--limit', '4');
      assert.deepEqual(
        both.attacks.map(({ id }) => id),
        ['ifgsm@linf:4/255', 'fgsm@linf:4/255'],
      );
    }
  });

  test('--source with --target is a black box alone; with --model, both', async () => {
    const { a, b, c } = workspace;
    const black = await attack('--source', a, '--target', b, '--target', c, '--method', 'fgsm');
    assert.deepEqual(evaluations(black).slice(3), ['transfer fgsm a>b', 'transfer fgsm a>c']);
    assert.deepEqual(
      black.models.map(({ roles }) => roles),
      [['source'], ['target'], ['target']],
    );
    const both = await attack('--source', a, '--model', a, b, '--method', 'fgsm');
    assert.deepEqual(evaluations(both).slice(2), [
      'white-box fgsm a>a',
      'white-box fgsm b>b',
      'transfer fgsm a>b',
    ]);
    assert.deepEqual(
      both.models.map(({ roles }) => roles),
      [['source', 'target'], ['target']],
    );
    // The same examples in the white box and as the source's: nothing is made twice or otherwise.
    assert.equal(both.comparisons.length, 1);
  });

  test('a path written in two ways is one model', async () => {
    const again = join(dirname(workspace.a), '.', 'x', '..', 'a.json').replace('a.json', './a.json');
    const result = await attack('--source', workspace.a, '--model', again, workspace.b, '--limit', '4');
    assert.deepEqual(
      result.models.map(({ id }) => id),
      ['a', 'b'],
    );
  });

  test('--eps as fraction, number and units', async () => {
    const sizes = async (eps: string, ...options: readonly string[]): Promise<number> => {
      const { attacks } = await attack('--eps', eps, '--method', 'fgsm', '--limit', '4', ...options);
      return attacks[0]!.radius!.value;
    };
    assert.equal(await sizes('8/255'), 8 / 255);
    assert.equal(await sizes('0.125'), 0.125);
    assert.equal(await sizes('0.25units'), 0.25);
    assert.equal(await sizes('51units', '--bounds', '0,255'), 0.2);
    assert.equal(await sizes('0'), 0);
  });

  test('--steps and --step-size', async () => {
    const result = await attack('--steps', '3', '--step-size', '2/255', '--eps', '16/255');
    const [fgsm, ifgsm] = result.attacks;
    assert.equal(fgsm?.id, 'fgsm@linf:16/255');
    assert.equal(ifgsm?.id, 'ifgsm[steps=3,stepSize=2/255]@linf:16/255');
    assert.deepEqual(ifgsm.parameters, { steps: 3, stepSize: 2 / 255 });
    const [, , iterated] = result.evaluations;
    assert.equal(iterated?.gradients, 3);
    // Three steps of 2/255 do not reach 16/255.
    assert.ok(Math.abs(iterated.sizes!.linf.max - 6 / 255) < 1e-6);
  });

  test('--label predicted moves away from what the model sees', async () => {
    const result = await attack('--label', 'predicted', '--method', 'fgsm', '--eps', '8/255');
    assert.equal(result.attacks[0]?.label, 'predicted');
    const byLabel = await attack('--label', 'true', '--method', 'fgsm', '--eps', '8/255');
    const predictions = ({ evaluations: all }: Outcome): number[] => [...all[1]!.outcomes.predictions];
    // They differ on examples that the model gets wrong, and only there.
    const clean = result.evaluations[0]!.outcomes.ranks;
    const changed = predictions(result).flatMap((seen, i) => (seen === predictions(byLabel)[i] ? [] : [i]));
    assert.ok(changed.length > 0);
    assert.ok(changed.every((i) => clean[i]! > 0));
  });

  test('--target-class leads towards a class', async () => {
    for (const rule of ['3', 'next', 'least-likely', 'random']) {
      const result = await attack('--target-class', rule, '--method', 'ifgsm', '--eps', '64/255');
      assert.equal(result.attacks[0]?.target, rule);
      // What the model holds least likely of all is the hardest to reach.
      const least = rule === 'least-likely' ? 0 : EXAMPLES / 2;
      assert.ok(result.evaluations[1]!.targets!.reached > least, rule);
    }
  });

  test('--target-class leaves out whose label the class is, by --label', async () => {
    for (const label of ['true', 'predicted']) {
      const options = ['--target-class', '3', '--label', label, '--method', 'ifgsm', '--eps', '64/255'];
      const { evaluations: all, examples } = await attack(...options);
      const [clean, attacked] = all;
      const own = label === 'true' ? examples.labels : clean!.outcomes.predictions;
      const { predictions, targets } = attacked!.outcomes;
      const threes = predictions.filter((seen) => seen === 3).length;
      assert.ok(threes > EXAMPLES / 2);
      assert.deepEqual(
        targets,
        own.map((each) => (each === 3 ? -1 : 3)),
      );
      const reached = predictions.filter((seen, index) => seen === 3 && own[index] !== 3).length;
      const { targets: counts } = attacked!;
      assert.deepEqual(
        [counts?.reached, counts?.possible, counts?.predicted],
        [reached, own.filter((each) => each !== 3).length, threes],
      );
      assert.ok(reached < threes);
    }
  });

  test('an ε below a level leaves 8-bit examples as they were, and --save-examples draws those', async () => {
    const folder = await workspace.fresh('examples');
    const { evaluations: all } = await attack(
      '--eps',
      '0.6/255',
      '--method',
      'fgsm',
      '--eight-bit',
      '--save-examples',
      folder,
    );
    const [clean, attacked] = all;
    assert.equal(attacked!.rounded!.top1.errors, clean!.top1.errors);
    assert.deepEqual(attacked!.rounded!.sizes!.linf, { max: 0, mean: 0, median: 0 });
    assert.ok(Math.abs(attacked!.sizes!.linf.max - 0.6 / 255) < 1e-7);
    const { width, data } = decode(await readFile(join(folder, 'fgsm-a.png')));
    // Pairs of an original and its adversarial example, each 64 pixels wide beside a gap of 2.
    for (let x = 0; x < 64; x++) {
      assert.equal(data[x], data[x + 66], `column ${String(x)} of ${String(width)}`);
    }
  });
});

describe('what changes numbers is recorded', () => {
  test('normalisation, layout and bounds of the models, range of the data', async () => {
    const options = ['--mean', '0.5', '--std', '0.25', '--method', 'fgsm', '--limit', '4'];
    const [model] = (await attack(...options)).models;
    assert.deepEqual(model?.normalization, { mean: [0.5], std: [0.25] });
    const { models, data } = await attack('--method', 'fgsm', '--limit', '4');
    const [{ normalization, layout, bounds, notes, fixedBatch, approximateGradient } = assert.fail()] =
      models;
    assert.deepEqual(
      { normalization, layout, bounds, notes, fixedBatch, approximateGradient },
      {
        normalization: null,
        layout: 'channels-first',
        bounds: { lower: 0, upper: 1 },
        notes: [],
        fixedBatch: null,
        approximateGradient: null,
      },
    );
    assert.deepEqual(data.range, { lower: 0, upper: 255 });
  });
});

describe('data', () => {
  test('--data overrides the card, --split chooses within it', async () => {
    const path = await workspace.fresh('parts.npz');
    const { x, y } = await drawData(smallNet({ seed: 1 }));
    const half = {
      dims: [24, 1, 8, 8],
      dataType: 'uint8' as const,
      data: x.data.slice(0, 24 * 64) as Uint8Array,
    };
    const labels = { dims: [24], dataType: 'int32' as const, data: y.data.slice(0, 24) as Int32Array };
    await writeFile(path, await encodeNpz({ x_train: x, y_train: y, x_test: half, y_test: labels }));
    const test24 = await attack('--data', `npz:${path}`, '--method', 'fgsm');
    assert.deepEqual([test24.data.size, test24.data.split], [24, 'test']);
    const train48 = await attack('--data', `npz:${path}`, '--split', 'train', '--method', 'fgsm');
    assert.deepEqual([train48.data.size, train48.data.split], [48, 'train']);
  });

  test('--limit, --indices and --seed choose the examples', async () => {
    const limited = await attack('--limit', '10', '--method', 'fgsm');
    assert.deepEqual(limited.examples.selection, { limit: 10, indices: null });
    assert.equal(limited.examples.count, 10);
    const other = await attack('--limit', '10', '--seed', '1', '--method', 'fgsm');
    assert.notDeepEqual(other.examples.indices, limited.examples.indices);
    assert.equal(other.seed, 1);
    const listed = await attack('--indices', '3,40-42', '--method', 'fgsm');
    assert.deepEqual([...listed.examples.indices], [3, 40, 41, 42]);
    const file = await workspace.fresh('indices.txt');
    await writeFile(file, '5\n7\n');
    const fromFile = await attack('--indices', `@${file}`, '--method', 'fgsm');
    assert.deepEqual([...fromFile.examples.indices], [5, 7]);
  });

  test('--layout and --data-range say what .npy files do not', async () => {
    const images = await workspace.fresh('images.npy');
    const labels = join(dirname(images), 'labels.npy');
    const { x, y } = await drawData(smallNet({ seed: 1 }));
    // One channel: the same elements in either order of the axes. Values of −1 to 1 for bytes of 0 to 255.
    const data = Float32Array.from(x.data as Uint8Array, (level) => level / 127.5 - 1);
    await writeFile(images, encodeNpy({ dims: [EXAMPLES, 8, 8, 1], dataType: 'float32', data }));
    await writeFile(labels, encodeNpy(y));
    const given = ['--data', `npy:${images},${labels}`, '--method', 'fgsm'];
    const ranged = await attack(...given, '--data-range', '-1,1', '--layout', 'channels-last');
    const direct = await attack('--method', 'fgsm');
    assert.deepEqual(ranged.data.shape, [1, 8, 8]);
    assert.equal(errors(ranged, 'clean', null), errors(direct, 'clean', null));
    const first = await attack(...given, '--data-range', '-1,1', '--layout', 'channels-first');
    assert.deepEqual(first.data.shape, [8, 8, 1]);
    assert.equal(errors(first, 'clean', null), errors(direct, 'clean', null));
    const unknown = await run(['attack', '--model', workspace.a, ...given]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /--data-range/);
  });
});

describe('computation', () => {
  test('--batch-size and --threads are recorded and change nothing else', async () => {
    const result = await attack('--batch-size', '5', '--method', 'fgsm');
    assert.deepEqual([result.run.batchSize, result.run.threads], [5, 1]);
    const free = await run(['attack', '--model', workspace.a, '--method', 'fgsm', '--json', '--limit', '2']);
    const freely = outcomeOf(free.out);
    assert.deepEqual([freely.run.batchSize, freely.run.threads], [64, null]);
  });

  test('--engine tfjs:cpu counts the same errors', async () => {
    const [native, portable] = [
      await attack('--limit', '16'),
      await attack('--limit', '16', '--engine', 'tfjs:cpu'),
    ];
    assert.deepEqual([portable.engine.name, portable.engine.provider], ['tfjs', 'cpu']);
    assert.match(portable.engine.runtime, /tfjs-backend-cpu/);
    for (const [index, { top1 }] of native.evaluations.entries()) {
      assert.equal(portable.evaluations[index]!.top1.errors, top1.errors);
    }
  });
});

describe('output', () => {
  test('a table by default, with --json the result, with --out the same as a file', async () => {
    const path = await workspace.fresh('deep/er/result.json');
    const printed = await run(['attack', '--model', workspace.a, '--threads', '1', '--out', path]);
    assert.equal(printed.code, 0, printed.err);
    assert.match(printed.out, /│ Top-1 +│ I-FGSM 4\/255 +│/);
    assert.match(printed.err, /result written to .*result\.json\n$/);
    const stored = await readResult(path);
    const json = await attack();
    assert.deepEqual({ ...json, run: undefined }, { ...derive(stored), run: undefined });
    assert.deepEqual(await filesIn(dirname(path)), ['result.json']);
  });

  test('--quiet prints the result alone', async () => {
    const path = await workspace.fresh('result.json');
    const quiet = await run(
      ['attack', '--model', workspace.a, '--limit', '4', '--threads', '1', '--quiet', '--out', path],
      {
        interactive: true,
      },
    );
    assert.equal(quiet.err, '');
    const loud = await run(['attack', '--model', workspace.a, '--limit', '4', '--threads', '1'], {
      interactive: true,
    });
    assert.match(loud.err, /^\r\u001B\[2Kclean inputs on a {2}4\/12 examples {2}\d+(\.\d)?\/s {2}\d+s left/);
    assert.ok(loud.err.endsWith('\r\u001B[2K'), 'the line is erased');
  });

  test('colour where the terminal takes it', async () => {
    const models = ['--model', workspace.a, workspace.b, '--limit', '4', '--threads', '1'];
    assert.match((await run(['attack', ...models], { color: true })).out, /\u001B\[1m/);
    assert.doesNotMatch((await run(['attack', ...models])).out, /\u001B/);
  });

  test('--save-examples writes what --data npz: reads, and a picture', async () => {
    const folder = await workspace.fresh('examples');
    const outcome = await run([
      ...['attack', '--model', workspace.a, '--threads', '1', '--method', 'fgsm', '--eps', '16/255'],
      ...['--limit', '20', '--batch-size', '6', '--save-examples', folder, '--json'],
    ]);
    assert.equal(outcome.code, 0, outcome.err);
    const result = outcomeOf(outcome.out);
    assert.deepEqual(await filesIn(folder), ['fgsm-a.npz', 'fgsm-a.png']);
    const path = join(folder, 'fgsm-a.npz');
    const arrays = decodeNpz(await readFile(path), path, ['x', 'y', 'index', 'clean']);
    assert.deepEqual(arrays.x.dims, [20, 1, 8, 8]);
    assert.deepEqual(arrays.index.data, result.examples.indices);
    assert.deepEqual([...(arrays.y.data as Int32Array)], [...result.examples.labels]);
    const greatest = (arrays.x.data as Float32Array).reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (arrays.clean.data as Float32Array)[i]!)),
      0,
    );
    assert.ok(Math.abs(greatest - 16 / 255) < 1e-6);
    // As clean data they give the error that the attack measured.
    const again = await attack('--data', `npz:${path}`, '--data-range', '0,1', '--method', 'fgsm');
    assert.equal(errors(again, 'clean', null), errors(result, 'white-box', 'fgsm'));
    const image = decode(await readFile(join(folder, 'fgsm-a.png')));
    // Eight images in a row, magnified eight times, with gaps of 2; 40 images are 5 rows.
    assert.deepEqual([image.width, image.height], [8 * 64 + 14, 5 * 64 + 8]);
  });

  test('a method of two sizes has files of each, and shards and budgets only what their results hold', async () => {
    const folder = await workspace.fresh('examples');
    const methods = ['--method', 'fgsm', '--eps', '4/255', '8/255', '--workers', '0'];
    const shard = ['--shard', '2/3', '--save-examples', folder];
    const result = await attack(...methods, ...shard);
    const names = ['fgsm_linf_4_255-a.npz', 'fgsm_linf_8_255-a.npz'];
    assert.deepEqual(
      (await filesIn(folder)).filter((file) => file.endsWith('.npz')),
      names,
    );
    for (const name of names) {
      const { index, x, clean } = decodeNpz(await readFile(join(folder, name)), name, [
        'index',
        'x',
        'clean',
      ]);
      assert.deepEqual(index.data, result.examples.indices);
      const { data: before } = clean;
      const greatest = (x.data as Float32Array).reduce(
        (most, value, place) => Math.max(most, Math.abs(value - Number(before[place]))),
        0,
      );
      assert.ok(Math.abs(greatest - Number(name.charAt(10)) / 255) < 1e-6, name);
    }
  });

  test('a disk that fails costs the examples alone', async () => {
    const folder = await workspace.fresh('examples');
    const out = await workspace.fresh('result.json');
    // Where the file should go is a folder with something in it: it cannot get its name.
    await mkdir(join(folder, 'fgsm-a.npz', 'inside'), { recursive: true });
    const argv = ['attack', '--model', workspace.a, '--method', 'fgsm', '--limit', '4', '--quiet'];
    const outcome = await run([...argv, '--out', out, '--save-examples', folder]);
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /^error: cannot write .*fgsm-a\.npz: .*\n$/);
    assert.match(outcome.out, /FGSM/);
    assert.deepEqual(await filesIn(folder), [], 'nothing half-written');
    assert.deepEqual(await filesIn(dirname(out)), ['result.json']);
    assert.equal((await readResult(out)).examples.count, 4);
  });

  test('models of one name are told apart in the result, those of like names in file names', async () => {
    const card = JSON.parse(await readFile(workspace.a, 'utf8')) as {
      name: string;
      weights: { file: string };
    };
    const twin = async (name: string): Promise<string> => {
      const path = await workspace.fresh('card.json');
      await copyFile(join(workspace.folder, 'b.onnx'), join(dirname(path), 'b.onnx'));
      const weights = { file: 'b.onnx' };
      await writeFile(path, JSON.stringify({ ...card, name, weights, data: undefined }));
      return path;
    };
    const folder = await workspace.fresh('examples');
    const models = [workspace.a, await twin('a'), await twin('b c'), await twin('b_c')];
    const options = ['--method', 'fgsm', '--save-examples', folder, '--limit', '4'];
    const result = await attack('--model', ...models, ...options);
    assert.deepEqual(
      result.models.map(({ id }) => id),
      ['a', 'a-2', 'b c', 'b_c'],
    );
    assert.deepEqual(
      (await filesIn(folder)).filter((file) => file.endsWith('.npz')),
      ['fgsm-a-2.npz', 'fgsm-a.npz', 'fgsm-b_c-2.npz', 'fgsm-b_c.npz'],
    );
  });

  test('the same seed gives the same files', async () => {
    const bytes: string[] = [];
    for (let time = 0; time < 2; time++) {
      const folder = await workspace.fresh('examples');
      await attack('--target-class', 'random', '--save-examples', folder);
      bytes.push(
        sha256(await readFile(join(folder, 'ifgsm-a.npz'))),
        sha256(await readFile(join(folder, 'fgsm-a.png'))),
      );
    }
    assert.deepEqual(bytes.slice(0, 2), bytes.slice(2));
  });
});
