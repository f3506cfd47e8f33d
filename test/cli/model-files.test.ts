/** What is said of model files on the command line, and the command that shows what is known of them. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { float32 } from '../../src/graph/tensor.ts';
import { writeLayersModel } from '../../src/models/layers-model/export/export.ts';
import { renderAttackTable } from '../../src/report/attack-table.ts';
import { derive } from '../../src/results/derive.ts';
import type { Derived } from '../../src/results/derived.ts';
import type { Result } from '../../src/results/result.ts';
import { int } from '../../src/graph/attributes.ts';
import { run, smallNet, useWorkspace, writeCarded, writeNet, cardOf } from './workspace.ts';

const workspace = useWorkspace();

async function attack(...options: readonly string[]): Promise<Derived> {
  const outcome = await run([
    'attack',
    ...options,
    '--data',
    workspace.data,
    '--method',
    'fgsm',
    '--threads',
    '1',
    '--json',
  ]);
  assert.equal(outcome.code, 0, outcome.err);
  return derive(JSON.parse(outcome.out) as Result);
}

const cleanErrors = ({ evaluations }: Derived): number => evaluations[0]!.top1.errors;

describe('options for a file without a card', () => {
  test('--bounds says what values the model takes', async () => {
    const path = await writeNet(workspace.folder, 'raw', smallNet({ seed: 1 }));
    assert.equal(cleanErrors(await attack('--model', path, '--bounds', '0,1')), 8);
    // A model of inputs up to 255: the same one behind a division.
    const wide = smallNet({ seed: 1, begin: (b, x) => b.div(x, b.scalar(255)) });
    const result = await attack(
      '--model',
      await writeNet(workspace.folder, 'wide', wide),
      '--bounds',
      '0,255',
    );
    assert.equal(cleanErrors(result), 8);
    assert.deepEqual(result.models[0]?.bounds, { lower: 0, upper: 255 });
    const unknown = await run(['attack', '--model', path, '--data', workspace.data]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /--bounds 0,1 or --bounds 0,255/);
  });

  test('--mean and --std are put before the model', async () => {
    // Undoes a normalisation, so that only the right one gives the error of the plain model.
    const undo = smallNet({ seed: 1, begin: (b, x) => b.add(b.mul(x, b.scalar(0.25)), b.scalar(0.5)) });
    const path = await writeNet(workspace.folder, 'normalised', undo);
    const plain = await attack('--model', path, '--bounds', '0,1');
    const right = await attack('--model', path, '--bounds', '0,1', '--mean', '0.5', '--std', '0.25');
    assert.equal(cleanErrors(right), 8);
    assert.notEqual(cleanErrors(plain), 8);
  });

  test('--model-layout and --input-shape', async () => {
    const last = (dims: readonly (number | string)[]) => {
      const b = new GraphBuilder('last');
      b.input('image', 'float32', dims);
      const first = b.transpose('image', [0, 3, 1, 2]);
      const weights = Float32Array.from({ length: 64 * 10 }, (_, i) => Math.sin(i * 1.7));
      const flat = b.reshape(first, [-1, 64]);
      b.output(b.matMul(flat, b.constant(float32([64, 10], weights))));
      return b.build();
    };
    const path = await writeNet(workspace.folder, 'last', last(['N', 8, 8, 1]));
    const told = await attack('--model', path, '--bounds', '0,1', '--model-layout', 'channels-last');
    assert.deepEqual(told.models[0]?.inputShape, [1, 8, 8]);
    // Of one channel the numbers are the same in the same order, whichever axis is called the channels'.
    const other = await attack('--model', path, '--bounds', '0,1', '--model-layout', 'channels-first');
    assert.deepEqual(other.models[0]?.inputShape, [8, 8, 1]);
    assert.deepEqual(
      other.evaluations.map(({ outcomes }) => outcomes),
      told.evaluations.map(({ outcomes }) => outcomes),
    );

    const open = await writeNet(workspace.folder, 'open', last(['N', 'height', 'width', 1]));
    const shaped = ['--bounds', '0,1', '--model-layout', 'channels-last'];
    const asked = await run(['attack', '--model', open, ...shaped, '--data', workspace.data]);
    assert.equal(asked.code, 2);
    assert.match(asked.err, /--input-shape/);
    const result = await attack('--model', open, ...shaped, '--input-shape', '1,8,8');
    assert.equal(cleanErrors(result), cleanErrors(told));
  });

  test('--outputs probabilities: the softmax is taken off, and the table says so', async () => {
    const soft = smallNet({
      seed: 1,
      finish: (b, logits) => b.apply('Softmax', [logits], { axis: int(-1) }),
    });
    const path = await writeNet(workspace.folder, 'soft', soft);
    const result = await attack('--model', path, '--bounds', '0,1', '--outputs', 'probabilities');
    assert.equal(result.models[0]?.outputs, 'softmax removed');
    const bare = await attack('--model', workspace.a);
    assert.deepEqual(result.evaluations[1]!.outcomes, bare.evaluations[1]!.outcomes);
    assert.match(renderAttackTable(result, { color: false }), /the softmax at the end of soft was taken off/);
    assert.doesNotMatch(renderAttackTable(bare, { color: false }), /softmax/);
    const none = await run(['attack', '--model', workspace.a, '--outputs', 'probabilities']);
    assert.equal(none.code, 2);
    assert.match(none.err, /no softmax ends the graph/);
  });

  test('a tfjs layers-model is attacked like an .onnx file', async () => {
    const folder = dirname(await workspace.fresh('x'));
    await writeLayersModel(join(folder, 'model.json'), smallNet({ seed: 1 }));
    const result = await attack('--model', join(folder, 'model.json'), '--bounds', '0,1');
    assert.equal(result.models[0]?.format, 'tfjs-layers-model');
    assert.equal(cleanErrors(result), 8);
    const layout = await run([
      'attack',
      '--model',
      join(folder, 'model.json'),
      '--bounds',
      '0,1',
      '--model-layout',
      'channels-first',
      '--data',
      workspace.data,
    ]);
    assert.equal(layout.code, 2);
    assert.match(layout.err, /leave --model-layout out/);
  });
});

describe('robust-bench models', () => {
  test('what is known, as text', async () => {
    const card = await writeCarded(workspace.folder, 'known', smallNet({ seed: 1 }), {
      classNames: Array.from({ length: 10 }, (_, i) => `class ${String(i)}`),
      training: { method: 'mixup', architecture: 'small', width: 6, epochs: 3, seed: 1, cleanError: 0.125 },
    });
    const { code, out } = await run(['models', card]);
    assert.equal(code, 0);
    for (const line of [
      /^.*known\.onnx$/m,
      /format +onnx, opset \d+/,
      /weights +known\.onnx, 1776 numbers, sha256 [0-9a-f]{64}/,
      /inputs +image float32 \[N, 1, 8, 8\]/,
      /outputs +\S+ float32 \[N, 10\]/,
      /image +\[1, 8, 8\], values 0 to 1/,
      /classes +10 \(class 0, .*class 9\), logits/,
      /trained +mixup, small, width 6, 3 epochs, seed 1, clean error 12\.50 %/,
      /operators +2 Conv, 2 Relu, 1 Flatten, 1 Gemm/,
    ]) {
      assert.match(out, line);
    }
  });

  test('several files as JSON, options included', async () => {
    const path = await writeNet(workspace.folder, 'bare', smallNet({ seed: 1 }));
    const { code, out } = await run(['models', workspace.a, path, '--bounds', '0,255', '--json']);
    assert.equal(code, 0);
    const summaries = JSON.parse(out) as {
      classifier: { bounds: unknown };
      operators: { operator: string; gradient: string }[];
    }[];
    assert.equal(summaries.length, 2);
    assert.deepEqual(summaries[1]!.classifier.bounds, { lower: 0, upper: 255 });
    assert.ok(summaries[0]!.operators.every(({ gradient }) => gradient === 'gradient'));
  });

  test('an operator without gradient is marked; a softmax too', async () => {
    const unsupported = smallNet({
      seed: 1,
      between: (b, x) => {
        const scale = b.scalar(0.05);
        return b.apply('DequantizeLinear', [b.apply('QuantizeLinear', [x, scale]), scale]);
      },
      finish: (b, logits) => b.apply('Softmax', [logits], { axis: int(-1) }),
    });
    const path = await writeNet(workspace.folder, 'unsupported', unsupported);
    const { code, out } = await run(['models', path]);
    assert.equal(code, 0);
    assert.match(out, /use +black box only: .*QuantizeLinear/);
    assert.match(out, /classes +10, softmax removed/);
    assert.match(out, /values not known: write --bounds/);
  });

  test('an operator that is unknown is named', async () => {
    const graph = smallNet({ seed: 1 });
    const nodes = graph.nodes.map((node) =>
      node.operator === 'Flatten' ? { ...node, operator: 'Unheard' } : node,
    );
    const path = await writeNet(workspace.folder, 'unknown', { ...graph, nodes });
    const { code, out } = await run(['models', path]);
    assert.equal(code, 0);
    assert.match(out, /use +cannot run: [^\n]*Unheard/);
  });

  test('a layers-model', async () => {
    const path = await workspace.fresh('model.json');
    await writeLayersModel(path, smallNet({ seed: 1 }));
    const { code, out } = await run(['models', path]);
    assert.equal(code, 0);
    assert.match(out, /format +tfjs-layers-model/);
    assert.match(out, /\[1, 8, 8\]/);
  });
});

test('a card beside an .onnx file is found', async () => {
  const path = await writeNet(workspace.folder, 'beside', smallNet({ seed: 1 }));
  await writeFile(join(workspace.folder, 'beside.card.json'), JSON.stringify(cardOf('beside')));
  const { code, out, err } = await run([
    'attack',
    '--model',
    path,
    '--method',
    'fgsm',
    '--limit',
    '4',
    '--json',
    '--threads',
    '1',
  ]);
  assert.equal(code, 0, err);
  assert.equal((JSON.parse(out) as Result).data.specification, 'npz');
});
