/**
 * The promise of a result: the same seed gives the same bytes, whatever the batch size and the number of threads, and
 * the outcome of an example does not depend on which others were chosen with it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { attackSettings } from '../../src/attacks/settings.ts';
import { attackOf } from '../../src/attacks/index.ts';
import { runAttackBenchmark } from '../../src/benchmark/attack-benchmark.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { chooseSubset } from '../../src/data/subset.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import { evaluationGraph, type NetworkSettings } from '../../src/models/architectures/network.ts';
import { createGraphClassifier } from '../../src/models/graph-classifier.ts';
import { simplify } from '../../src/graph/simplify/simplify.ts';
import { canonicalResult } from '../../src/results/canonical.ts';
import { derive } from '../../src/results/derive.ts';
import { readResult, writeResult } from '../../src/results/file.ts';
import type { Result } from '../../src/results/result.ts';
import { initialWeights } from '../../src/training/initialize.ts';
import { createMemoryDataset, randomBytes } from '../evaluation/memory-dataset.ts';

const SHAPE = [3, 8, 8] as const;
const EXAMPLES = 70;

/** A residual network as it is trained: convolutions of strides 1 and 2, normalisation, shortcuts, pooling, a linear layer. */
function networkOf(seed: number): ReturnType<typeof evaluationGraph> {
  const network: NetworkSettings = {
    architecture: 'preact-resnet18',
    width: 4,
    inputShape: SHAPE,
    classCount: 10,
    normalization: { mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.25, 0.3] },
  };
  return simplify(evaluationGraph(network, initialWeights(network, seed)));
}

const dataset: Dataset = {
  ...createMemoryDataset({
    shape: SHAPE,
    classCount: 10,
    inputs: randomBytes(5, EXAMPLES * 3 * 8 * 8),
    labels: Array.from({ length: EXAMPLES }, (_, index) => (index * 7) % 10),
  }),
  hash: () => Promise.resolve('0'.repeat(64)),
};

const graphs = [1, 2].map(networkOf);
const engines = new Map<number, Engine>();
let reference: Result;
before(async () => {
  for (const threads of [1, 2]) engines.set(threads, await createOnnxRuntimeEngine({ threads }));
  reference = await measure({ batchSize: 64, threads: 1 });
});
after(async () => {
  for (const engine of engines.values()) await engine.dispose();
});

interface Circumstances {
  readonly batchSize: number;
  readonly threads: number;
  readonly limit?: number | undefined;
  readonly seed?: number;
}

/** Two models in the white box and one from the other in the black box, by both methods, towards random classes. */
async function measure({ batchSize, threads, limit, seed = 3 }: Circumstances): Promise<Result> {
  const engine = engines.get(threads)!;
  const models = await Promise.all(
    graphs.map(async (graph, index) => ({
      id: `net-${String(index)}`,
      classifier: await createGraphClassifier(
        {
          name: `net-${String(index)}`,
          graph,
          inputShape: SHAPE,
          classCount: 10,
          bounds: { lower: 0, upper: 1 },
        },
        engine,
      ),
    })),
  );
  const attacks = ['fgsm', 'ifgsm'].map((id) => {
    const attack = attackOf(id);
    const given = {
      radius: 32 / 255,
      seed,
      target: 'random',
      ...(id === 'ifgsm' ? { parameters: { steps: 2 } } : {}),
    } as const;
    return { attack, settings: attackSettings(attack, given) };
  });
  const result = await runAttackBenchmark({
    models,
    whiteBox: ['net-0', 'net-1'],
    blackBox: { source: 'net-0', targets: ['net-1'] },
    attacks,
    dataset,
    indices: chooseSubset(dataset, { seed, limit }),
    selection: { limit: limit ?? null, indices: null },
    seed,
    batchSize,
    engine: { name: engine.name, provider: engine.provider, runtime: engine.runtime },
    threads,
  });
  for (const { classifier } of models) await classifier.dispose();
  return result;
}

test('the reference is worth comparing: examples are misled, and reach their targets', () => {
  const { evaluations } = derive(reference);
  const [, , attacked] = evaluations;
  assert.equal(evaluations.length, 2 + 2 * 2 + 2);
  assert.ok(attacked!.top1.errors > 0 && attacked!.targets!.reached > 0);
  // Ranks of many kinds, and sizes summed over float32 numbers: a single bit that differs is seen.
  assert.ok(new Set(attacked!.outcomes.ranks).size > 5);
  assert.ok(evaluations.slice(2).every(({ sizes }) => sizes!.l2.mean > 0));
});

describe('the canonical result is the same bytes', () => {
  for (const [batchSize, threads] of [
    [1, 1],
    [7, 1],
    [7, 2],
    [64, 2],
    [100, 1],
  ] as const) {
    test(`batches of ${String(batchSize)}, threads ${String(threads)}`, async () => {
      assert.equal(canonicalResult(await measure({ batchSize, threads })), canonicalResult(reference));
    });
  }

  test('and another seed gives others', async () => {
    const other = await measure({ batchSize: 64, threads: 1, seed: 4 });
    assert.notDeepEqual(other.runs, reference.runs);
    assert.notEqual(other.plan, reference.plan);
  });
});

test('the written files differ in the section run alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'robust-bench-'));
  try {
    const texts: string[] = [];
    for (const [index, result] of [reference, await measure({ batchSize: 23, threads: 1 })].entries()) {
      const path = join(folder, `${String(index)}.json`);
      await writeResult(path, result);
      const text = await readFile(path, 'utf8');
      const start = text.indexOf('\n  "run": {');
      // The section is the last, so that all before it can be compared as text.
      assert.ok(start > 0 && text.slice(start).endsWith('\n  }\n}\n'));
      texts.push(text.slice(0, start));
      assert.deepEqual(await readResult(path), result);
    }
    assert.equal(texts[1], texts[0]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the outcome of an example does not depend on the window it is in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: EXAMPLES - 1 }),
      fc.integer({ min: 5, max: 40 }),
      async (limit, batchSize) => {
        const window = derive(await measure({ batchSize, threads: 1, limit }));
        const all = derive(reference);
        assert.equal(window.examples.count, limit);
        const places = [...window.examples.indices].map((index) => all.examples.indices.indexOf(index));
        for (const [number, evaluation] of window.evaluations.entries()) {
          const whole = all.evaluations[number]!;
          assert.deepEqual(
            [evaluation.attack, evaluation.source, evaluation.model],
            [whole.attack, whole.source, whole.model],
          );
          for (const list of ['predictions', 'ranks', 'losses'] as const) {
            assert.deepEqual(
              [...evaluation.outcomes[list]!],
              places.map((place) => whole.outcomes[list]![place]),
            );
          }
        }
      },
    ),
    { numRuns: 4, seed: 1 },
  );
});
