import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { encodeModel } from '../../src/graph/onnx/write.ts';
import { writeModelCard } from '../../src/models/card/model-card-file.ts';
import type { ModelCard } from '../../src/models/card/model-card.ts';
import { describeModel } from '../../src/models/describe.ts';
import { writeLayersModel } from '../../src/models/layers-model/export/export.ts';
import { openModel } from '../../src/models/open.ts';
import { requireBounds } from '../../src/models/options.ts';
import { inFolder } from './folder.ts';
import { graphOf } from './opened.ts';
import { linearGraph, sharedPath, writeOnnx } from './graphs.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

function cardOf(file: string, more: Partial<ModelCard> = {}): ModelCard {
  return {
    kind: 'robust-bench-model-card',
    version: 1,
    name: 'carded',
    weights: { file },
    input: { shape: [2, 3, 3], bounds: [0, 1], normalization: { mean: [0.5], std: [0.25] } },
    classCount: 4,
    classNames: ['a', 'b', 'c', 'd'],
    outputs: 'logits',
    data: { specification: 'npz:images.npz', split: 'test' },
    ...more,
  };
}

describe('a path is opened by its content', () => {
  test('an .onnx file, whatever its name', async () => {
    await inFolder(async (folder) => {
      const path = await writeOnnx(
        folder,
        'weights.bin',
        linearGraph((b, x) => b.softmax(x)),
      );
      const model = await openModel(path, { bounds: { lower: 0, upper: 255 } });
      assert.equal(model.name, 'weights');
      assert.equal(model.format, 'onnx');
      assert.equal(model.outputs, 'softmax removed');
      assert.equal(model.classCount, 4);
      assert.deepEqual(model.inputShape, [2, 3, 3]);
      assert.deepEqual(model.bounds, { lower: 0, upper: 255 });
      assert.equal(model.parameterCount, 18 * 4 + 4);
      assert.equal(
        model.sha256,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      );
      assert.ok(!graphOf(model).graph.nodes.some(({ operator }) => operator === 'Softmax'));
    });
  });

  test('a layers-model is called after its folder', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'my-net'));
      const path = join(folder, 'my-net', 'model.json');
      await writeLayersModel(path, linearGraph());
      const model = await openModel(path);
      assert.equal(model.name, 'my-net');
      assert.equal(model.format, 'tfjs-layers-model');
      assert.equal(model.bounds, undefined);
      assert.throws(() => requireBounds(model.name, model.bounds), /write --bounds 0,1 or --bounds 0,255/);
    });
  });

  test('a card, and the card beside a file; options go before it', async () => {
    await inFolder(async (folder) => {
      const path = await writeOnnx(folder, 'net.onnx', linearGraph());
      const card = join(folder, 'net.card.json');
      await writeModelCard(card, cardOf('net.onnx'));
      for (const opened of [await openModel(card), await openModel(path)]) {
        assert.equal(opened.name, 'carded');
        assert.deepEqual(opened.bounds, { lower: 0, upper: 1 });
        assert.deepEqual(opened.classNames, ['a', 'b', 'c', 'd']);
        assert.deepEqual(opened.data, { specification: `npz:${join(folder, 'images.npz')}`, split: 'test' });
        assert.equal(graphOf(opened).graph.nodes[0]?.operator, 'Sub');
      }
      const other = await openModel(path, { bounds: { lower: -1, upper: 1 }, name: 'mine' });
      assert.deepEqual([other.name, other.bounds], ['mine', { lower: -1, upper: 1 }]);
    });
  });

  test('the card as the trainer writes it, FILE.json, is found; one of another file is not taken', async () => {
    await inFolder(async (folder) => {
      const path = await writeOnnx(folder, 'best.onnx', linearGraph());
      await writeModelCard(join(folder, 'best.json'), cardOf('best.onnx'));
      assert.equal((await openModel(path)).name, 'carded');
      await writeModelCard(join(folder, 'best.json'), cardOf('last.onnx'));
      assert.equal((await openModel(path)).name, 'best');
      await writeFile(join(folder, 'best.json'), '{ no JSON');
      assert.equal((await openModel(path)).name, 'best');
    });
  });
});

describe('what is wrong is one line', () => {
  const bytes = encodeModel(linearGraph());
  const cases: readonly [string, string | Uint8Array, RegExp][] = [
    ['an empty file', '', /is empty/],
    ['garbage', Uint8Array.of(1, 2, 3, 4, 5), /truncated or not an ONNX file/],
    ['a truncated .onnx', bytes.subarray(0, bytes.length / 2), /truncated or not an ONNX file/],
    ['garbage JSON', '{"a": ', /no valid JSON/],
    ['JSON of another kind', '{"a": 1}', /neither a tfjs layers-model .* nor a model card/],
    [
      'a graph-model',
      '{"format": "graph-model", "modelTopology": {}}',
      /has no list "node" of a TensorFlow graph/,
    ],
    ['a card that breaks the schema', '{"kind": "robust-bench-model-card"}', /not a valid model card/],
    [
      'a card whose file is missing',
      JSON.stringify(cardOf('gone.onnx')),
      /gone\.onnx is missing: put it beside/,
    ],
    [
      'a card of other classes',
      JSON.stringify(cardOf('net.onnx', { classCount: 5, classNames: ['a', 'b', 'c', 'd', 'e'] })),
      /4 classes.*card says 5/,
    ],
    [
      'a card of other weights',
      JSON.stringify(cardOf('net.onnx', { weights: { file: 'net.onnx', sha256: 'a'.repeat(64) } })),
      /SHA-256/,
    ],
    [
      'a card of another shape',
      JSON.stringify(cardOf('net.onnx', { input: { shape: [3, 3, 3], bounds: [0, 1] } })),
      /3,3,3 does not fit/,
    ],
    [
      'probabilities without a softmax',
      JSON.stringify(cardOf('net.onnx', { outputs: 'probabilities' })),
      /no softmax/,
    ],
    ['a card that names itself', JSON.stringify(cardOf('opened')), /is a model card itself/],
  ];
  for (const [name, content, pattern] of cases) {
    test(name, async () => {
      await inFolder(async (folder) => {
        await writeFile(join(folder, 'net.onnx'), bytes);
        const path = join(folder, 'opened');
        await writeFile(path, content);
        await assert.rejects(openModel(path), (error: Error) => {
          assert.equal(error.name, 'InputError', error.stack);
          assert.match(error.message, pattern);
          assert.ok(!error.message.includes('\n'));
          return true;
        });
      });
    });
  }

  test('a missing file', async () => {
    await assert.rejects(
      openModel('no/such.onnx'),
      /cannot read the model no\/such.onnx: there is no such file/,
    );
  });

  test('options that are no interval, no shape, or half a normalisation', async () => {
    await inFolder(async (folder) => {
      const path = await writeOnnx(folder, 'net.onnx', linearGraph());
      await assert.rejects(openModel(path, { bounds: { lower: 1, upper: 0 } }), /not an interval/);
      await assert.rejects(openModel(path, { bounds: { lower: 0, upper: NaN } }), /not an interval/);
      await assert.rejects(openModel(path, { inputShape: [2, 3.5, 3] }), /no list of sizes/);
      await assert.rejects(openModel(path, { mean: [0.5] }), /both --mean and --std/);
      await assert.rejects(openModel(path, { mean: [0.5], std: [0] }), /std above 0/);
    });
  });
});

test('a summary counts operators and says why a file cannot be attacked', async () => {
  await inFolder(async (folder) => {
    const path = await writeOnnx(
      folder,
      'net.onnx',
      linearGraph((b, x) => b.sigmoid(b.sign(b.neg(x)))),
    );
    const summary = await describeModel(path, {}, { engine });
    assert.equal(summary.use.access, 'cannot run');
    assert.match(summary.use.why ?? '', /sigmoid/);
    assert.equal(summary.classifier, undefined);
    assert.equal(summary.opset, 18);
    const support = Object.fromEntries(
      summary.operators.map(({ operator, gradient }) => [operator, gradient]),
    );
    assert.deepEqual([support['Neg'], support['Sign']], ['gradient', 'zero']);
    const good = await describeModel(await writeOnnx(folder, 'good.onnx', linearGraph()), {}, { engine });
    assert.deepEqual(good.use, { access: 'white box' });
    assert.deepEqual(good.classifier?.inputShape, [2, 3, 3]);
    assert.deepEqual(
      good.operators.map(({ count }) => count),
      [1, 1],
    );
  });
});

test('the layers-model of someone else opens, its card beside it', async (t) => {
  const source = sharedPath('models/resnet8-cifar10');
  if (!existsSync(source)) {
    t.skip(`${source} is not there`);
    return;
  }
  await inFolder(async (folder) => {
    for (const name of ['model.json', 'group1-shard1of1.bin'])
      await copyFile(join(source, name), join(folder, name));
    const card = cardOf('model.json', { classCount: 10, outputs: 'probabilities' });
    card.input = { shape: [3, 32, 32], bounds: [0, 255] };
    delete card.classNames;
    await writeModelCard(join(folder, 'model.card.json'), card);
    const model = await openModel(join(folder, 'model.json'));
    assert.equal(model.outputs, 'softmax removed');
    assert.equal(model.parameterCount, 77706);
    assert.deepEqual(model.inputShape, [3, 32, 32]);
    assert.deepEqual(model.bounds, { lower: 0, upper: 255 });
    assert.equal(model.sha256, '95b913fceb254596ed003b728ef5155230191a3e6108dae194384310255df682');
  });
});
