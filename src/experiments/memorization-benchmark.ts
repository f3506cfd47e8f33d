/** Scored training runs as a memorization result: states everything that was measured. */
import { packageVersion } from '../core/package.ts';
import type { Seed } from '../core/random.ts';
import type { Dataset } from '../data/dataset.ts';
import { memorizationSchemaId, type MemorizationResult, type ResultRun } from '../results/memorization.ts';
import { describeData } from './data.ts';
import { memorizationRun, type ScoredRun } from './memorization-run.ts';
import { memorizationWarnings } from './memorization-warnings.ts';

export interface MemorizationBenchmark {
  /** With its true labels. */
  readonly train: Dataset;
  readonly test: Dataset;
  /** The training and test examples by their positions, in the order of the predictions; null for all in order. */
  readonly indices: { readonly train: Int32Array | null; readonly test: Int32Array | null };
  /** Tables list them in this order. */
  readonly runs: readonly ScoredRun[];
  readonly seed: Seed;
  /** Null where all predictions were given. */
  readonly engine: { readonly name: string; readonly provider: string; readonly runtime: string } | null;
  /** Threads the engine was given; null where it chose. */
  readonly threads: number | null;
  /** Examples in a minibatch; null where nothing was computed. */
  readonly batchSize: number | null;
  /** What else a reader must know, one sentence each. */
  readonly warnings: readonly string[];
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly timings: ResultRun['timings'];
}

/** States the runs. All of the result but its section `run` is the same for the same predictions and labels. */
export async function memorizationResult(benchmark: MemorizationBenchmark): Promise<MemorizationResult> {
  const { train, test, indices, engine } = benchmark;
  const runs = benchmark.runs.map(memorizationRun);
  return {
    schema: memorizationSchemaId,
    kind: 'memorization',
    tool: { name: 'robust-bench', version: packageVersion },
    seed: benchmark.seed,
    data: { train: await describeData(train), test: await describeData(test) },
    examples: { train: selected(train, indices.train), test: selected(test, indices.test) },
    engine:
      engine === null ? null : { name: engine.name, provider: engine.provider, runtime: engine.runtime },
    runs,
    warnings: [
      ...benchmark.warnings,
      ...benchmark.runs.flatMap(({ warnings = [] }) => warnings),
      ...runs.flatMap(memorizationWarnings),
    ],
    run: {
      startedAt: benchmark.startedAt.toISOString(),
      durationMs: benchmark.durationMs,
      threads: benchmark.threads,
      batchSize: benchmark.batchSize,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      timings: [...benchmark.timings],
    },
  };
}

function selected(dataset: Dataset, indices: Int32Array | null): MemorizationResult['examples']['train'] {
  return indices === null
    ? { count: dataset.size, indices: null }
    : { count: indices.length, indices: [...indices] };
}
