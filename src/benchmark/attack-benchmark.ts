/** An attack benchmark from models and data to a result: evaluates, then states everything that was measured. */
import type { AttackRun } from '../evaluation/plan.ts';
import type { AdversarialExamples, Progress } from '../evaluation/plan.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { Classifier } from '../classifier/classifier.ts';
import type { Seed } from '../core/random.ts';
import { packageVersion } from '../core/package.ts';
import type { Dataset } from '../data/dataset.ts';
import { encodeColumn } from '../results/column.ts';
import { planHash } from '../results/plan.ts';
import { type Result, resultSchemaId } from '../results/result.ts';
import { describeData } from './data.ts';
import { cleanEntry, runEntries } from './evaluations.ts';
import { describeAttack } from './attacks.ts';
import { describeModels, type BenchmarkModel } from './models.ts';

/** An attack and how its ε was written. */
export interface BenchmarkAttack extends AttackRun {
  /** As the user wrote it, e.g. `4/255`. */
  readonly epsilonText: string;
}

export interface AttackBenchmark {
  /** Every model that takes part; tables list them in this order. */
  readonly models: readonly BenchmarkModel[];
  /** Ids of the models attacked by their own gradients. */
  readonly whiteBox: readonly string[];
  /** Ids: examples made on the source are scored on the targets. */
  readonly blackBox?: { readonly source: string; readonly targets: readonly string[] };
  readonly attacks: readonly BenchmarkAttack[];
  readonly dataset: Dataset;
  /** Positions in the data set, ascending. */
  readonly indices: Int32Array;
  /** What the indices were chosen by, for the record. */
  readonly selection: { readonly limit: number | null; readonly indices: string | null };
  readonly seed: Seed;
  /** Examples that go through a model at a time; has no influence on the outcomes. */
  readonly batchSize: number;
  readonly engine: { readonly name: string; readonly provider: string; readonly runtime: string };
  /** Threads the engine was given; null where it chose. */
  readonly threads: number | null;
  readonly onExamples?: (examples: AdversarialExamples) => void | Promise<void>;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs the benchmark. All of the result but its section `run` is the same for the same seed, whatever the batch
 * size and the thread count.
 *
 * @throws InputError when models, data and attacks do not fit each other
 * @throws the reason of `signal` when it is aborted
 */
export async function runAttackBenchmark(benchmark: AttackBenchmark): Promise<Result> {
  const startedAt = new Date();
  const started = performance.now();
  const classifiers = new Map(benchmark.models.map(({ id, classifier }) => [id, classifier]));
  const classifierOf = (id: string): Classifier => {
    const classifier = classifiers.get(id);
    if (classifier === undefined) throw new RangeError(`the benchmark has no model ${id}`);
    return classifier;
  };
  const { dataset, indices, batchSize, attacks, blackBox, onExamples, onProgress, signal } = benchmark;
  const evaluation = await evaluate({
    dataset,
    indices,
    batchSize,
    attacks,
    declaredLogits: benchmark.models.flatMap(({ classifier, declaredLogits }) =>
      declaredLogits === true ? [classifier.name] : [],
    ),
    whiteBox: benchmark.whiteBox.map(classifierOf),
    ...(blackBox === undefined
      ? {}
      : { blackBox: { source: classifierOf(blackBox.source), targets: blackBox.targets.map(classifierOf) } }),
    ...(onExamples === undefined ? {} : { onExamples }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
  const evaluated = performance.now() - started;
  const ids = new Map(benchmark.models.map(({ id, classifier }) => [classifier.name, id]));
  const idOf = (name: string): string => ids.get(name) ?? name;
  const described = attacks.map(describeAttack);
  const count = indices.length;
  const facts = {
    tool: { name: 'robust-bench', version: packageVersion },
    seed: benchmark.seed,
    data: await describeData(dataset),
    examples: {
      count,
      selection: benchmark.selection,
      indices: encodeColumn(indices),
      labels: encodeColumn(evaluation.labels),
    },
    models: describeModels(benchmark),
    engine: {
      name: benchmark.engine.name,
      provider: benchmark.engine.provider,
      runtime: benchmark.engine.runtime,
    },
    attacks: described,
    clean: evaluation.clean.map((outcome) => cleanEntry(outcome, idOf)),
    runs: runEntries(
      evaluation.attacks,
      idOf,
      ({ run }) => described[attacks.findIndex((attack) => attack === run)]?.id ?? run.attack.id,
    ),
  };
  return {
    schema: resultSchemaId,
    kind: 'attack',
    ...facts,
    part: null,
    plan: planHash(facts),
    warnings: evaluation.warnings.map(({ check, text }) => ({ check, text })),
    run: {
      startedAt: startedAt.toISOString(),
      durationMs: performance.now() - started,
      threads: benchmark.threads,
      batchSize,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      timings: [
        {
          stage: 'evaluation',
          durationMs: evaluated,
          examplesPerSecond:
            evaluated > 0
              ? (count * (evaluation.clean.length + evaluation.attacks.length)) / (evaluated / 1000)
              : null,
        },
      ],
    },
  };
}
