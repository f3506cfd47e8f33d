/** An opened batch pays for gradients only when one is asked for, and yields to the file where they are not its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { crossEntropyOf, lossesOf } from '../../src/classifier/objective.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import type { Graph } from '../../src/graph/types.ts';
import { createModelClassifier } from '../../src/models/model-classifier.ts';
import { OpenedBatch, type Comparable } from '../../src/models/opened-batch.ts';
import { linearGraph, randomNumbers } from './graphs.ts';
import { openedGraph } from './opened.ts';

let engine: Engine;
before(async () => {
  engine = await createOnnxRuntimeEngine({ threads: 1 });
});
after(async () => {
  await engine.dispose();
});

const bounds = { lower: 0, upper: 1 };

test('a model that only scores compiles no gradient, and one that is attacked is compared with its file', async () => {
  const compiled: Graph[] = [];
  const counting: Engine = Object.assign(Object.create(engine) as Engine, {
    compile: (...given: Parameters<Engine['compile']>) => {
      compiled.push(given[0]);
      return engine.compile(...given);
    },
  });
  const model = await openedGraph(
    linearGraph((b, x) => b.relu(x), 1),
    { bounds },
  );
  const classifier = await createModelClassifier(model, counting);
  const images = randomNumbers(36, 'images').map((value) => Math.abs(value) % 1);
  await classifier.logits(images);
  assert.ok(compiled.length > 0 && compiled.every(({ outputs }) => outputs.length === 1));
  assert.equal(classifier.check?.forwardAgainstGradientGraph, undefined);
  await classifier.gradient(images, crossEntropyOf(new Int32Array(2)));
  // The opened graph's and the file's.
  assert.equal(compiled.filter(({ outputs }) => outputs.length === 3).length, 2);
  assert.equal(classifier.check?.batchOpened, true);
  assert.equal(typeof classifier.check.forwardAgainstGradientGraph, 'number');
});

/** Gives `value` for every logit and element of a gradient. */
interface Constant extends Comparable {
  readonly value: number;
}

function constant(value: number, disposed: string[]): Constant {
  const check = { examples: 2, tolerance: 1e-3 };
  return {
    ...{ name: 'm', inputShape: [1], classCount: 2, bounds, check, notes: [] },
    logits: (inputs) => Promise.resolve(new Float32Array(inputs.length * 2).fill(value)),
    value,
    losses: lossesOf(2),
    gradient: (inputs) =>
      Promise.resolve({
        losses: new Float32Array(inputs.length),
        gradients: inputs.map(() => value),
        logits: new Float32Array(inputs.length * 2).fill(value),
      }),
    hasGradientsOf: (other) => Promise.resolve(other.value === value),
    dispose: () => {
      disposed.push(String(value));
      return Promise.resolve();
    },
  };
}

test('a gradient that is not the file’s gives way to it, once, with a note', async () => {
  const disposed: string[] = [];
  let made = 0;
  const exported = (value: number) => () => {
    made += 1;
    return Promise.resolve(constant(value, disposed));
  };
  const classifier = new OpenedBatch(constant(1, disposed), exported(2));
  assert.deepEqual([classifier.check.batchOpened, classifier.notes], [true, []]);
  for (let call = 0; call < 2; call++) {
    const { gradients } = await classifier.gradient(new Float32Array(1), crossEntropyOf(new Int32Array(1)));
    assert.deepEqual(gradients, Float32Array.of(2));
  }
  assert.deepEqual(await classifier.logits(new Float32Array(1)), Float32Array.of(2, 2));
  assert.equal(classifier.check.batchOpened, undefined);
  assert.match(classifier.notes.join(), /runs one example at a time, because its opened batch/);
  assert.deepEqual([made, disposed], [1, ['1']]);
  // One that is the file's stays.
  const same = new OpenedBatch(constant(1, disposed), exported(1));
  await same.gradient(new Float32Array(1), crossEntropyOf(new Int32Array(1)));
  assert.deepEqual([same.notes, disposed], [[], ['1', '1']]);
});
