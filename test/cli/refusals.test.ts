/** Bad input: exit code 2, one line that says what is wrong and what to do, and nothing left on disk. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { isInstalled, type TfjsBackend } from '../../src/engine/tfjs/packages.ts';
import { encodeNpz } from '../../src/data/npz.ts';
import type { NpyArray } from '../../src/data/npy.ts';
import {
  cardOf,
  drawData,
  fashionMnist,
  filesIn,
  run,
  smallNet,
  useWorkspace,
  writeCarded,
  writeNet,
} from './workspace.ts';

const workspace = useWorkspace();

/** Runs a command that must be refused; the files of the workspace must be the same afterwards. */
async function refuses(argv: readonly string[], pattern: RegExp): Promise<void> {
  const files = await filesIn(workspace.folder);
  const { code, out, err } = await run(argv);
  assert.equal(code, 2, `${out}${err}`);
  assert.match(err, /^error: [^\n]+\n$/);
  assert.match(err, pattern);
  assert.doesNotMatch(err, /^ +at /m);
  assert.equal(out, '');
  assert.deepEqual(await filesIn(workspace.folder), files);
}

const place = (name: string): string => join(workspace.folder, name);
const attack = (...options: readonly string[]): string[] => [
  'attack',
  '--out',
  place('never.json'),
  '--threads',
  '1',
  ...options,
];
const attackA = (...options: readonly string[]): string[] => attack('--model', workspace.a, ...options);

describe('arguments', () => {
  const cases: readonly [readonly string[], RegExp][] = [
    [[], /name a command \(see robust-bench --help\)/],
    [['atack'], /Did you mean attack\?/],
    [['nonsense'], /Unknown argument: nonsense|Unknown command: nonsense/],
    [['toString'], /see robust-bench --help/],
    [['attack', '--modell', 'm.json'], /Unknown argument: modell \(see robust-bench attack --help\)/],
    [['attack'], /name a model: --model FILE/],
    [['attack', '--model'], /--model is empty/],
    [['attack', '--model', 'm.json', '--eps'], /--eps is empty: write a value/],
    [
      ['attack', '--model', 'm.json', '--label', 'false'],
      /label, Given: "false", Choices: "true", "predicted"/,
    ],
    [['attack', '--model', 'm.json', '--seed', '1', '--seed', '2'], /--seed is given 2 times/],
    [['attack', '--model', 'm.json', '--seed', 'one'], /--seed takes a whole number/],
    [['attack', '--model', 'm.json', '--seed', '-1'], /--seed takes a whole number/],
    [
      ['attack', '--model', 'm.json', '--threads', '0'],
      /--threads takes a whole number from 1 to \d+, not "0"/,
    ],
    [
      ['attack', '--model', 'm.json', '--batch-size', '2.5'],
      /--batch-size takes a whole number from 1 to 1000000, not "2\.5"/,
    ],
    [['attack', '--model', 'm.json', '--bounds', '0'], /--bounds 0: 2 numbers are wanted, not 1/],
    [
      ['attack', '--model', 'm.json', '--bounds', 'a,b'],
      /--bounds takes numbers with commas between them, such as 0,1/,
    ],
    [['attack', '--target', 'm.json'], /--target needs --source/],
    [['gate', '--baseline', 'r.json'], /Missing required argument: current/],
    [
      ['gate', '--baseline', 'r.json', '--current', 'r.json', '--max-increase', '2%'],
      /write 2pp for percentage points/,
    ],
    [['gate', '--baseline', 'r.json', '--current', 'r.json', '--quiet'], /Unknown argument: quiet/],
    [['validate'], /Not enough non-option arguments/],
    [['validate', 'a.json', 'b.json'], /Unknown argument: b\.json/],
    [['models'], /Not enough non-option arguments/],
    [['train', '--out', 'x'], /Missing required argument: data/],
    [['train', '--data', 'idx:x'], /Missing required argument: out/],
  ];
  for (const [argv, pattern] of cases) {
    test(`robust-bench ${argv.join(' ')}`, () => refuses(argv, pattern));
  }
});

describe('attack', () => {
  test('sizes that cannot be meant', async () => {
    await refuses(attackA('--eps', '4'), /--eps = 4 is larger than the range \[0, 1\]: write 4\/255/);
    await refuses(attackA('--eps=-1/255'), /--eps = -1\/255 is negative/);
    await refuses(attackA('--eps', 'four'), /--eps = four is not a size/);
    await refuses(attackA('--eps', '4', '--bounds', '0,255'), /ambiguous on \[0, 255\].*4units/);
    await refuses(attackA('--step-size', '3'), /--step-size = 3 is larger/);
    const wide = await writeCarded(workspace.folder, 'wide', smallNet({ seed: 1 }), {
      input: { shape: [1, 8, 8], bounds: [0, 255] },
    });
    await refuses(
      attackA('--model', wide, '--eps', '0.1units'),
      /--eps 0.1units is another part of the range/,
    );
  });

  test('options that mean nothing here', async () => {
    await refuses(attackA('--method', 'fgsm', '--steps', '3'), /--steps means nothing to fgsm/);
    await refuses(attackA('--method', 'fgsm', '--step-size', '1/255'), /--step-size means nothing to fgsm/);
    await refuses(attackA('--target', workspace.b), /--target needs --source/);
    await refuses(attackA('--source', workspace.a), /--source needs another model/);
    await refuses(attack('--source', workspace.a, '--target', workspace.a), /its own black-box target/);
    await refuses(
      ['attack', '--model', workspace.a, '--engine', 'tfjs:cpu', '--threads', '2'],
      /computes on one thread, not on 2/,
    );
  });

  test('values out of their domain', async () => {
    await refuses(attackA('--method', 'pgdd'), /no attack "pgdd": write one of fgsm, /);
    await refuses(attackA('--steps', '0'), /steps = 0 must be a whole number/);
    await refuses(attackA('--target-class', 'cat'), /the target "cat" is unknown/);
    await refuses(attackA('--target-class', '10'), /the target class 10 does not exist/);
    await refuses(attackA('--limit', '0'), /--limit takes a whole number of at least 1/);
    await refuses(attackA('--indices', '40-50'), /outside the data set/);
    await refuses(attackA('--indices', 'x'), /is not an index/);
    await refuses(attackA('--mean', '0.5'), /both --mean and --std/);
    await refuses(attackA('--bounds', '1,0'), /not an interval/);
    await refuses(attackA('--input-shape', '3,0,1'), /no list of sizes/);
    await refuses(attackA('--engine', 'tensorflow'), /no engine tensorflow; choose one of onnxruntime/);
    await refuses(attackA('--engine', 'onnxruntime:quantum'), /no engine onnxruntime:quantum/);
  });

  const absent = ['node', 'node-gpu'].find((backend) => !isInstalled(backend as TfjsBackend));
  test(
    'an engine that is not installed is named with the commands that install it',
    { skip: absent === undefined && '@tensorflow/tfjs-node and -gpu are installed' },
    () =>
      refuses(
        attackA('--engine', `tfjs:${absent ?? ''}`),
        new RegExp(
          `tfjs:${absent ?? ''} needs a package that is not installed.*` +
            `install-tfjs-node\\.js.*npm install @tensorflow/tfjs-${absent ?? ''}@\\d`,
        ),
      ),
  );

  test('places that cannot be written, before any work', async () => {
    const file = workspace.a;
    const below = (...options: readonly string[]): string[] => ['attack', '--model', workspace.a, ...options];
    await refuses(
      below('--out', join(file, 'r.json')),
      /cannot write .*: a part of the path is not a folder/,
    );
    await refuses(below('--out', workspace.folder), /it is a folder, not a file/);
    await refuses(below('--save-examples', file), /cannot write/);
    await refuses(below('--save-examples', join(file, 'deep', 'er')), /cannot write/);
  });
});

describe('model files', () => {
  test('names that a result cannot hold', async () => {
    const bytes = await readFile(place('a.onnx'));
    await writeFile(place('a\nb.onnx'), bytes);
    await writeFile(place(`${'n'.repeat(201)}.onnx`), bytes);
    const unnamed = (path: string): string[] =>
      attack('--model', path, '--bounds', '0,1', '--data', 'idx:none');
    await refuses(
      unnamed(place('a\nb.onnx')),
      /the name of the model .* holds a line break .*: rename the file/,
    );
    await refuses(unnamed(place(`${'n'.repeat(201)}.onnx`)), /is of 201 characters, .* at most 200/);
  });

  test('missing, damaged and foreign files', async () => {
    const bytes = await readFile(place('a.onnx'));
    await writeFile(place('short.onnx'), bytes.subarray(0, bytes.length / 2));
    await writeFile(place('garbage.json'), '{"kind": "robust-');
    await writeFile(place('other.json'), '{"hello": 1}');
    await refuses(
      attack('--model', place('none.json')),
      /cannot read the model .*none.json: there is no such file/,
    );
    await refuses(attack('--model', workspace.folder), /it is a folder/);
    await refuses(attack('--model', place('short.onnx'), '--bounds', '0,1'), /short\.onnx/);
    await refuses(attack('--model', place('garbage.json')), /garbage\.json/);
    await refuses(attack('--model', place('other.json')), /neither a tfjs layers-model or graph-model/);
    await refuses(['models', place('short.onnx')], /short\.onnx/);
  });

  test('cards', async () => {
    const write = (name: string, card: unknown): Promise<void> =>
      writeFile(place(name), JSON.stringify(card));
    await write('extra.json', { ...cardOf('a'), bounds: [0, 1] });
    await write('hash.json', { ...cardOf('a'), weights: { file: 'a.onnx', sha256: 'a'.repeat(64) } });
    await write('soft.json', { ...cardOf('a'), outputs: 'probabilities' });
    await write('dataless.json', { ...cardOf('a'), data: undefined });
    await write('lost.json', { ...cardOf('a'), weights: { file: 'gone.onnx' } });
    await refuses(
      attack('--model', place('extra.json')),
      /not a valid model card: the whole has the unknown field "bounds"/,
    );
    await refuses(attack('--model', place('hash.json')), /SHA-256/);
    await refuses(attack('--model', place('soft.json')), /no softmax ends the graph/);
    await refuses(attack('--model', place('dataless.json')), /write --data FORMAT:PATH/);
    await refuses(attack('--model', place('lost.json')), /gone\.onnx/);
  });

  test('an operator without gradient is named, and the black box offered', async () => {
    const net = smallNet({
      seed: 1,
      between: (b, x) => {
        const scale = b.scalar(0.05);
        return b.apply('DequantizeLinear', [b.apply('QuantizeLinear', [x, scale]), scale]);
      },
    });
    const path = await writeCarded(workspace.folder, 'stuck', net);
    await refuses(
      attack('--model', workspace.b, path, '--method', 'fgsm'),
      /stuck: node \S+ \(QuantizeLinear\).*black box.*--source/,
    );
    // Which works.
    const black = await run([
      'attack',
      '--source',
      workspace.a,
      '--target',
      path,
      '--limit',
      '4',
      '--threads',
      '1',
    ]);
    assert.equal(black.code, 0, black.err);
  });

  test('probabilities whose logarithm is not found', async () => {
    // Squares over their sum: no softmax, and each row sums to 1.
    const net = smallNet({
      seed: 1,
      finish: (b, logits) => {
        const squares = b.mul(logits, logits);
        return b.div(squares, b.reduceSum(squares, [1], true));
      },
    });
    // The card says that they are logits, as cards mostly do.
    const path = await writeCarded(workspace.folder, 'hidden', net);
    await refuses(
      attack('--model', path),
      /the outputs of the model hidden are probabilities.*attacks need logits/,
    );
    // Who writes it on the command line is taken at their word, and warned.
    const declared = await run(['attack', '--model', path, '--outputs', 'logits', '--threads', '1']);
    assert.equal(declared.code, 0, declared.err);
    assert.match(declared.out, /warning: the outputs of hidden look like probabilities/);
  });

  test('models and data that do not fit', async () => {
    await refuses(attackA('--data', fashionMnist), /takes inputs of shape \[1, 8, 8\].*\[1, 28, 28\]/);
  });
});

describe('data', () => {
  let x: NpyArray;
  let y: NpyArray;
  before(async () => {
    ({ x, y } = await drawData(smallNet({ seed: 1 })));
  });
  const npz = async (name: string, arrays: Record<string, NpyArray>): Promise<string> => {
    await writeFile(place(name), await encodeNpz(arrays));
    return `npz:${place(name)}`;
  };

  test('labels out of range, NaN, truncated files, wrong names', async () => {
    const labels = Int32Array.from(y.data as Int32Array);
    labels[7] = 10;
    const wrongLabel = await npz('labels.npz', { x, y: { ...y, data: labels } });
    await refuses(attackA('--data', wrongLabel), /example 7 has the label 10/);
    const floats = Float32Array.from(x.data as Uint8Array, (level) => level / 255);
    floats[64 * 2 + 9] = NaN;
    const nan = await npz('nan.npz', { x: { ...x, dataType: 'float32', data: floats }, y });
    await refuses(attackA('--data', nan), /example 2 at position \[0, 1, 1\] is NaN/);
    const whole = await readFile(place('data.npz'));
    await writeFile(place('short.npz'), whole.subarray(0, 400));
    await refuses(attackA('--data', `npz:${place('short.npz')}`), /short\.npz/);
    await refuses(
      attackA('--data', await npz('named.npz', { pictures: x, y })),
      /holds the arrays pictures, y/,
    );
    await refuses(attackA('--data', `npz:${place('none.npz')}`), /there is no such file/);
    await refuses(attackA('--data', 'tiff:x'), /unknown data format 'tiff'/);
    await refuses(attackA('--data', 'npz:'), /no path/);
    await refuses(attackA('--data', fashionMnist, '--split', 'validation'), /no split 'validation'/);
    await refuses(
      attackA('--data', await npz('ambiguous.npz', { x: { ...x, dims: [48, 4, 4, 4] }, y })),
      /write --layout channels-first or --layout channels-last/,
    );
    await refuses(attackA('--data-range', '1,0'), /--data-range 1,0 is not an interval/);
  });
});

describe('train', () => {
  const train = (...options: readonly string[]): string[] => [
    'train',
    '--data',
    fashionMnist,
    '--out',
    place('run'),
    '--width',
    '2',
    '--threads',
    '1',
    ...options,
  ];

  test('options that mean nothing to the method', async () => {
    await refuses(train('--alpha', '0.5'), /--alpha means nothing to --method erm/);
    await refuses(
      train('--method', 'erm', '--lambda-per', 'example'),
      /--lambda-per means nothing to --method erm/,
    );
    await refuses(train('--nesterov', '--momentum', '0'), /--nesterov needs a momentum/);
  });

  test('values out of their domain', async () => {
    await refuses(train('--epochs', '0'), /--epochs takes a whole number from 1 to/);
    await refuses(train('--batch-size', '1'), /--batch-size takes a whole number from 2 to/);
    await refuses(train('--lr', '0'), /--lr takes a number greater than 0/);
    await refuses(
      train('--method', 'mixup', '--alpha', '-1'),
      /--alpha takes a number greater than 0 and of at most 1000000/,
    );
    await refuses(train('--momentum', '-0.1'), /--momentum takes a number of at least 0/);
    await refuses(train('--weight-decay', 'x'), /--weight-decay takes a number/);
    await refuses(train('--crop', '-1'), /--crop takes a whole number from 0 to/);
    await refuses(train('--epochs', '4', '--milestones', '2,4'), /whole numbers from 1 to 3/);
    await refuses(train('--epochs', '4', '--milestones', '3,2'), /ascending/);
    await refuses(train('--mean', '0.5'), /write --mean and --std together/);
    await refuses(train('--mean', '0.5', '--std', '0'), /deviations are above 0/);
    await refuses(train('--mean', '0.5,0.5', '--std', '1,1'), /2 means and 2 deviations for 1 channels/);
    await refuses(train('--architecture', 'vgg'), /no architecture vgg; choose one of preact-resnet18/);
    await refuses(train('--architecture', 'toString'), /no architecture toString/);
    await refuses(train('--train-limit', '0'), /--train-limit takes a whole number of at least 2/);
    await refuses(train('--train-limit', '1'), /--train-limit takes a whole number of at least 2/);
    await refuses(train('--seed', 'x'), /--seed takes a whole number/);
  });

  test('a folder that cannot be written', () =>
    refuses(
      ['train', '--data', fashionMnist, '--out', join(workspace.a, 'run')],
      /cannot write .*a part of the path is not a folder/,
    ));

  test('a loss that is no longer a number, with a record of the steps until then and no model', async () => {
    const folder = await workspace.fresh('diverged');
    const options =
      '--lr 1e30 --epochs 1 --train-limit 64 --batch-size 16 --test-limit 16 --no-tensorboard --quiet';
    const argv = train(...options.split(' ')).map((part) => (part === place('run') ? folder : part));
    const { code, err } = await run(argv);
    assert.equal(code, 2);
    assert.match(
      err,
      /^error: the loss is .* at step \d+ of epoch 1 with learning rate 1e\+30.*lower --lr[^\n]*\n$/,
    );
    assert.deepEqual(await filesIn(folder), ['metrics.jsonl', 'steps.jsonl']);
  });
});

describe('gate and validate', () => {
  test('results that are none', async () => {
    await writeFile(place('card.json'), JSON.stringify(cardOf('a')));
    await writeFile(place('garbage.json'), '{"schema":');
    await writeFile(place('nothing.json'), '{"kind": "x"}');
    await refuses(['validate', place('nothing.json')], /nothing\.json is no robust-bench result/);
    await refuses(['validate', place('garbage.json')], /is no valid JSON/);
    await refuses(['validate', place('none.json')], /there is no such file/);
    await refuses(
      ['gate', '--baseline', place('none.json'), '--current', place('none.json')],
      /cannot read the result/,
    );
    await refuses(
      ['gate', '--baseline', place('card.json'), '--current', place('card.json'), '--junit', place('j.xml')],
      /card\.json/,
    );
  });
});

describe('internal errors', () => {
  test('exit code 3 and one line; the stack only when asked for', async () => {
    const broken = {
      out: () => {
        throw new TypeError('the terminal is gone\nand more');
      },
    };
    const argv = ['attack', '--model', workspace.a, '--limit', '2', '--threads', '1'];
    const { code, err } = await run(argv, broken);
    assert.equal(code, 3);
    assert.equal(err, 'internal error: the terminal is gone\n');
    process.env['ROBUST_BENCH_DEBUG'] = '1';
    const detailed = await run(argv, broken);
    delete process.env['ROBUST_BENCH_DEBUG'];
    assert.match(detailed.err, /^ +at /m);
  });
});

test('a file without a card in a folder of its own', async () => {
  const path = await writeNet(dirname(await workspace.fresh('x')), 'lonely', smallNet({ seed: 1 }));
  await refuses(attack('--model', path, '--bounds', '0,1'), /write --data FORMAT:PATH/);
});
