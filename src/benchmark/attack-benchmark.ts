/** An attack benchmark from models and data to a result: evaluates, then states everything that was measured. */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { packageVersion } from '../core/package.ts';
import type { Seed } from '../core/random.ts';
import type { Dataset } from '../data/dataset.ts';
import { evaluate, unitPlan } from '../evaluation/evaluate.ts';
import { beginJournal, resumeJournal, type Journal } from '../evaluation/journal.ts';
import type { Evaluation } from '../evaluation/outcomes.ts';
import {
  modelsOf,
  transfersOf,
  type AdversarialExamples,
  type AttackRun,
  type EvaluationPlan,
  type Progress,
} from '../evaluation/plan.ts';
import { chooseUnitSize, shardRange, type Shard } from '../evaluation/units.ts';
import { startWorkers, type Workers } from '../experiments/attack/workers.ts';
import { encodeColumn } from '../results/column.ts';
import { planHash, type PlanFacts } from '../results/plan.ts';
import { type Result, type ResultPart, resultSchemaId } from '../results/result.ts';
import { warningsOf } from '../results/warnings.ts';
import { describeAttack } from './attacks.ts';
import { describeData } from './data.ts';
import { cleanEntry, runEntries } from './evaluations.ts';
import { describeModels, type BenchmarkModel } from './models.ts';

export interface AttackBenchmark {
  /** Every model that takes part; tables list them in this order. */
  readonly models: readonly BenchmarkModel[];
  /** Ids of the models attacked by their own gradients. */
  readonly whiteBox: readonly string[];
  /** Ids: examples made on the source are scored on the targets. */
  readonly blackBox?: { readonly source: string; readonly targets: readonly string[] };
  readonly attacks: readonly AttackRun[];
  readonly dataset: Dataset;
  /** Positions in the data set, ascending. */
  readonly indices: Int32Array;
  /** What the indices were chosen by, for the record. */
  readonly selection: { readonly limit: number | null; readonly indices: string | null };
  readonly seed: Seed;
  /** Whether adversarial examples are scored as 8-bit pixels too. */
  readonly eightBit?: boolean;
  /** Examples that go through a model at a time; has no influence on the outcomes. */
  readonly batchSize: number;
  readonly engine: { readonly name: string; readonly provider: string; readonly runtime: string };
  /** Threads the engine was given; null where it chose. */
  readonly threads: number | null;
  /** Worker threads, each with models and an engine of its own, made of the models' descriptions. */
  readonly workers?: { readonly count: number; readonly engine: string; readonly threads: number };
  /** The part of the examples to do; parts are put together by `mergeResults`. */
  readonly shard?: Shard;
  /** No unit of work is begun after so much time; the result is then a part. */
  readonly budgetMs?: number;
  /** Where finished work is kept until the result is written; `resume` goes on from what is there. */
  readonly journal?: { readonly path: string; readonly resume: boolean };
  readonly onExamples?: (examples: AdversarialExamples) => void | Promise<void>;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs the benchmark. All of the result but its section `run` is the same for the same seed, whatever the batch
 * size, the number of workers and of threads, and whether it was resumed.
 *
 * @throws InputError when models, data and attacks do not fit each other
 * @throws the reason of `signal` when it is aborted
 */
export async function runAttackBenchmark(benchmark: AttackBenchmark): Promise<Result> {
  const startedAt = new Date();
  const started = performance.now();
  const plan = evaluationPlan(benchmark);
  const facts = { ...(await planFacts(benchmark, plan)), plan: '' };
  const hash = planHash(facts);
  const journal = await openJournal(benchmark, hash);
  const workers = startWorkersOf(benchmark, plan);
  const stop = (): void => void workers?.close();
  benchmark.signal?.addEventListener('abort', stop);
  let evaluation: Evaluation;
  try {
    evaluation = await evaluate(plan, {
      ...(journal === undefined ? {} : { journal }),
      ...(workers === undefined ? {} : { runners: workers.runners }),
      ...(benchmark.shard === undefined ? {} : { shard: benchmark.shard }),
      ...(benchmark.budgetMs === undefined ? {} : { budgetMs: benchmark.budgetMs }),
    });
  } catch (error) {
    // A worker that was stopped fails in words of its own.
    benchmark.signal?.throwIfAborted();
    // Nothing is lost with a journal that holds nothing.
    if (journal?.isEmpty() === true) await journal.remove();
    throw error;
  } finally {
    benchmark.signal?.removeEventListener('abort', stop);
    await workers?.close();
    await journal?.close();
  }
  const { attacks, indices } = benchmark;
  const evaluated = performance.now() - started;
  const count = evaluation.indices.length;
  const result: Omit<Result, 'warnings'> = {
    schema: resultSchemaId,
    kind: 'attack',
    tool: facts.tool,
    seed: facts.seed,
    data: facts.data,
    examples: {
      count,
      selection: benchmark.selection,
      indices: encodeColumn(evaluation.indices),
      labels: encodeColumn(evaluation.labels),
    },
    part: partOf(benchmark, count),
    plan: hash,
    models: describeModels(benchmark, workers?.findings),
    engine: facts.engine,
    attacks: facts.attacks,
    clean: evaluation.clean.map((outcome) => cleanEntry(outcome, (name) => name)),
    runs: runEntries(
      evaluation.attacks,
      (name) => name,
      ({ run }) => facts.attacks[attacks.findIndex((attack) => attack === run)]?.id ?? run.attack.id,
    ),
    run: {
      startedAt: startedAt.toISOString(),
      durationMs: performance.now() - started,
      threads: benchmark.threads,
      batchSize: benchmark.batchSize,
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
  if (indices.length === count || benchmark.shard !== undefined) await journal?.remove();
  return { ...result, warnings: [...warningsOf({ ...result, warnings: [] })] };
}

function evaluationPlan(benchmark: AttackBenchmark): EvaluationPlan {
  const classifiers = new Map(benchmark.models.map(({ id, classifier }) => [id, classifier]));
  const classifierOf = (id: string): Classifier => {
    const classifier = classifiers.get(id);
    if (classifier === undefined) throw new RangeError(`the benchmark has no model ${id}`);
    return classifier;
  };
  const { dataset, indices, batchSize, attacks, blackBox, onExamples, onProgress, signal } = benchmark;
  return {
    dataset,
    indices,
    batchSize,
    attacks,
    eightBit: benchmark.eightBit ?? false,
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
  };
}

/** What decides the numbers, as far as it is known before anything was run: all of it. */
async function planFacts(
  benchmark: AttackBenchmark,
  plan: EvaluationPlan,
): Promise<PlanFacts & Pick<Result, 'attacks' | 'data' | 'engine' | 'tool' | 'seed'>> {
  const { name, provider, runtime } = benchmark.engine;
  const attacks = benchmark.attacks.map(describeAttack);
  return {
    tool: { name: 'robust-bench', version: packageVersion },
    seed: benchmark.seed,
    data: await describeData(benchmark.dataset),
    models: describeModels(benchmark),
    engine: { name, provider, runtime },
    attacks,
    examples: { selection: benchmark.selection, indices: encodeColumn(benchmark.indices) },
    clean: modelsOf(plan).map(({ name: model }) => ({ model })),
    runs: transfersOf(plan).flatMap(({ source, targets }) =>
      attacks.map(({ id }) => ({
        attack: id,
        source: source.name,
        scored: targets.map((target) => ({ model: target.name })),
      })),
    ),
  };
}

async function openJournal(
  { journal, indices, shard, dataset, workers, onExamples }: AttackBenchmark,
  plan: string,
): Promise<Journal | undefined> {
  if (journal === undefined) return undefined;
  const of = shard === undefined ? plan : `${plan} shard ${String(shard.index)}/${String(shard.count)}`;
  if (journal.resume) {
    if (onExamples !== undefined) {
      throw new InputError(
        'a journal keeps what became of examples, not the examples: --resume cannot go with --save-examples',
      );
    }
    return resumeJournal(journal.path, of);
  }
  const range = shardRange(indices.length, shard);
  const exampleSize = dataset.shape.reduce((product, dim) => product * dim, 1);
  const unitSize = chooseUnitSize(range.end - range.start, exampleSize, workers?.count ?? 1);
  return beginJournal(journal.path, { plan: of, unitSize });
}

function startWorkersOf(
  { workers, models, whiteBox, blackBox, attacks }: AttackBenchmark,
  plan: EvaluationPlan,
): Workers | undefined {
  if (workers === undefined) return undefined;
  const { eightBit, keepsExamples, batchSize, dataRange } = unitPlan(plan);
  return startWorkers(workers.count, {
    engine: workers.engine,
    threads: workers.threads,
    models: models.map(({ id, description }) => {
      if (description === undefined) {
        throw new InputError(`${id} is a function, which runs in this thread alone: ask for no workers`);
      }
      return { ...description, name: id };
    }),
    probes: Object.fromEntries(models.flatMap(({ id, probe }) => (probe === undefined ? [] : [[id, probe]]))),
    whiteBox,
    blackBox: blackBox ?? null,
    attacks: attacks.map(({ attack, settings }) => ({ id: attack.id, settings })),
    eightBit: eightBit === true,
    keepsExamples,
    batchSize,
    dataRange,
  });
}

/** Which part of the plan was done; null for all of it. */
function partOf({ indices, shard, budgetMs }: AttackBenchmark, count: number): ResultPart | null {
  if (count === indices.length) return null;
  const range = shardRange(indices.length, shard);
  const isWholeShard = shard !== undefined && count === range.end - range.start;
  return {
    planned: indices.length,
    shard: shard ?? null,
    reason: isWholeShard ? 'shard' : budgetMs === undefined ? 'interrupted' : 'budget',
  };
}
