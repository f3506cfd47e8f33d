/** An attack benchmark from models and data to a result: evaluates, then states everything that was measured. */
import { exampleSizeOf } from '../attacks/balls/ball.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { packageVersion } from '../core/package.ts';
import type { Seed } from '../core/random.ts';
import type { Dataset } from '../data/dataset.ts';
import { BudgetError, evaluate, unitPlan } from '../evaluation/evaluate.ts';
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
import type { ModelFindings } from '../evaluation/records.ts';
import { chooseUnitSize, shardRange, type Shard } from '../evaluation/units.ts';
import { mergedFindings, startWorkers, type Workers } from './attack/workers.ts';
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
  /**
   * Where finished work is kept; `resume` goes on from what is there. It stays when the benchmark is done, for the
   * caller to remove once the result is safe.
   */
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
  const findings = (): ReadonlyMap<string, ModelFindings> => findingsOf(benchmark, journal, workers);
  const stop = (): void => void workers?.close();
  benchmark.signal?.addEventListener('abort', stop);
  let evaluation: Evaluation;
  try {
    evaluation = await evaluate(plan, {
      ...(journal === undefined ? {} : { journal: withFindings(journal, findings) }),
      ...(workers === undefined ? {} : { runners: workers.runners }),
      ...(benchmark.shard === undefined ? {} : { shard: benchmark.shard }),
      ...(benchmark.budgetMs === undefined ? {} : { budgetMs: benchmark.budgetMs }),
    });
  } catch (error) {
    // Nothing is lost with a journal that holds no attack, nor with one that met what it cannot go on from at once.
    const lost = error instanceof InputError && !(error instanceof BudgetError) ? 1 : 0;
    if (journal !== undefined && journal.attackedRanges() <= lost) await journal.remove();
    // A worker that was stopped fails in words of its own.
    benchmark.signal?.throwIfAborted();
    throw error;
  } finally {
    benchmark.signal?.removeEventListener('abort', stop);
    await workers?.close();
    await journal?.close();
  }
  const { attacks } = benchmark;
  const idOf = idsByName(benchmark);
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
    models: describeModels(benchmark, findings()),
    engine: facts.engine,
    attacks: facts.attacks,
    clean: evaluation.clean.map((outcome) => cleanEntry(outcome, idOf)),
    runs: runEntries(
      evaluation.attacks,
      idOf,
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

/** What was learned of the models, in this sitting and in those that the journal is from. */
function findingsOf(
  { models }: AttackBenchmark,
  journal: Journal | undefined,
  workers: Workers | undefined,
): ReadonlyMap<string, ModelFindings> {
  const found = new Map<string, ModelFindings>();
  const here = models.map(({ classifier: { name, check, notes = [] } }) => ({ name, check, notes }));
  const before = [...(journal?.done.values() ?? [])].flatMap(({ findings = [] }) => findings);
  for (const each of [...before, ...(workers === undefined ? here : workers.findings.values())]) {
    found.set(each.name, mergedFindings(found.get(each.name), each));
  }
  return found;
}

/** The same journal, its records with what is known of the models by then. */
function withFindings(journal: Journal, findings: () => ReadonlyMap<string, ModelFindings>): Journal {
  return {
    ...journal,
    append: (key, record) => journal.append(key, { ...record, findings: [...findings().values()] }),
  };
}

/** The ids of models by the names that their classifiers go by in an evaluation. */
function idsByName({ models }: AttackBenchmark): (name: string) => string {
  const ids = new Map(models.map(({ id, classifier }) => [classifier.name, id]));
  return (name) => ids.get(name) ?? name;
}

/** What decides the numbers, as far as it is known before anything was run: all of it. */
async function planFacts(
  benchmark: AttackBenchmark,
  plan: EvaluationPlan,
): Promise<PlanFacts & Pick<Result, 'attacks' | 'data' | 'engine' | 'tool' | 'seed'>> {
  const { name, provider, runtime } = benchmark.engine;
  const attacks = benchmark.attacks.map(describeAttack);
  const idOf = idsByName(benchmark);
  return {
    tool: { name: 'robust-bench', version: packageVersion },
    seed: benchmark.seed,
    data: await describeData(benchmark.dataset),
    models: describeModels(benchmark),
    engine: { name, provider, runtime },
    attacks,
    examples: { selection: benchmark.selection, indices: encodeColumn(benchmark.indices) },
    clean: modelsOf(plan).map(({ name: model }) => ({ model: idOf(model) })),
    runs: transfersOf(plan).flatMap(({ source, targets }) =>
      attacks.map(({ id }) => ({
        attack: id,
        source: idOf(source.name),
        scored: targets.map((target) => ({ model: idOf(target.name) })),
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
  const exampleSize = exampleSizeOf(dataset.shape);
  const unitSize = chooseUnitSize(range.end - range.start, exampleSize, workers?.count ?? 1);
  return beginJournal(journal.path, { plan: of, unitSize });
}

function startWorkersOf(
  { workers, models, whiteBox, blackBox, attacks }: AttackBenchmark,
  plan: EvaluationPlan,
): Workers | undefined {
  if (workers === undefined) return undefined;
  const { eightBit, keepsExamples, batchSize, dataRange } = unitPlan(plan);
  const nameOf = (id: string): string => models.find((model) => model.id === id)?.classifier.name ?? id;
  return startWorkers(workers.count, {
    engine: workers.engine,
    threads: workers.threads,
    models: models.map(({ id, classifier, description }) => {
      if (description === undefined) {
        throw new InputError(`${id} is a function, which runs in this thread alone: ask for no workers`);
      }
      return { ...description, name: classifier.name };
    }),
    probes: Object.fromEntries(
      models.flatMap(({ probe, classifier }) => (probe === undefined ? [] : [[classifier.name, probe]])),
    ),
    whiteBox: whiteBox.map(nameOf),
    blackBox:
      blackBox === undefined
        ? null
        : { source: nameOf(blackBox.source), targets: blackBox.targets.map(nameOf) },
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
