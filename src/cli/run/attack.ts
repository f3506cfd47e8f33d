/** What `robust-bench attack` does. */
import { access, rm } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import {
  assertWritable,
  type AttackBenchmark,
  type BenchmarkModel,
  chooseWorkers,
  describedClassifier,
  canonicalJson,
  chooseSubset,
  createModelClassifier,
  type Dataset,
  derive,
  type Engine,
  InputError,
  type ModelDescription,
  openDataset,
  openModel,
  renderAttackTable,
  requireBounds,
  resolveAttacks,
  runAttackBenchmark,
  shardRange,
  writeResult,
} from '../../index.ts';
import type { AttackArguments } from '../arguments/attack.ts';
import { flagOf, parameterOptions } from '../attack-parameters.ts';
import type { CommandContext } from '../command-context.ts';
import { startEngine } from '../engine.ts';
import { dataSettings, modelSettings } from '../given.ts';
import { createProgressLine } from '../progress.ts';
import { createExampleStore } from '../save-examples.ts';
import { Interruption } from '../interruption.ts';
import { probeOf } from './probe.ts';

const BATCH_SIZE = 64;
/** Who is attacked in which setting. */
type Box = Pick<AttackBenchmark, 'whiteBox'> & Pick<Partial<AttackBenchmark>, 'blackBox'>;

export async function runAttack(argv: AttackArguments, { terminal }: CommandContext): Promise<void> {
  const work = workOf(argv);
  await assertOutputs(argv);
  const opened = await openModels(argv);
  const dataset = await openData(argv, [...opened.values()]);
  for (const note of dataset.notes ?? []) terminal.err(`note: ${note}\n`);
  const attacks = attacksOf(argv, [...opened.values()]);
  const indices = chooseSubset(dataset, { seed: argv.seed, limit: argv.limit, indices: argv.indices });
  const engine = await startEngine(argv, terminal);
  const progress = createProgressLine(terminal, 'examples', argv.quiet);
  const { start, end } = shardRange(indices.length, work.shard);
  const store = createExampleStore(argv['save-examples'], { attacks, planned: end - start });
  try {
    const workers = workersOf(argv, engine, [...opened.values()], indices.length);
    const models =
      workers === 0
        ? await classifiersOf(argv, opened, dataset, engine)
        : await describedModels(argv, opened, dataset);
    const result = await runAttackBenchmark({
      models,
      ...(workers === 0 ? {} : { workers: { count: workers, engine: argv.engine, threads: 1 } }),
      ...work,
      eightBit: argv['eight-bit'],
      ...boxesOf(argv, opened),
      attacks,
      dataset,
      indices,
      selection: { limit: argv.limit ?? null, indices: argv.indices ?? null },
      seed: argv.seed,
      batchSize: argv['batch-size'] ?? BATCH_SIZE,
      engine: { name: engine.name, provider: engine.provider, runtime: engine.runtime },
      threads: argv.threads ?? null,
      signal: terminal.signal,
      onProgress: ({ completed, total, task }) => {
        progress.update(completed, total, task);
      },
      ...(store === undefined ? {} : { onExamples: store.add }),
    });
    progress.finish();
    // From here on everything is known, and is written without a break.
    terminal.signal.throwIfAborted();
    const writing = argv.out === undefined ? Promise.resolve() : writeResult(argv.out, result);
    // The table is printed in any case: a full disk must not cost the numbers as well.
    await writing.finally(() => {
      terminal.out(
        argv.json ? canonicalJson(result).trimEnd() : renderAttackTable(derive(result), terminal).trimEnd(),
      );
    });
    // What a budget left undone is still to come.
    if (work.journal !== undefined && (result.part === null || result.part.reason === 'shard')) {
      await rm(work.journal.path, { force: true });
    }
    if (argv.out !== undefined && !argv.quiet) terminal.err(`result written to ${argv.out}\n`);
    await store?.write(result.examples.count);
  } catch (error) {
    throw await interruptionOf(error, work);
  } finally {
    progress.finish();
    await store?.abandon();
    await engine.dispose();
  }
}

/** An interruption says what it left on disk. */
async function interruptionOf(
  error: unknown,
  { journal }: Pick<AttackBenchmark, 'journal'>,
): Promise<unknown> {
  if (!(error instanceof Interruption) || journal === undefined) return error;
  const isThere = await access(journal.path).then(
    () => true,
    () => false,
  );
  return isThere
    ? new Interruption({
        signal: error.signal,
        kept: `what was done is in ${journal.path}: go on with --resume`,
      })
    : error;
}

/** What of the work is to be done, checked before anything is opened. */
function workOf(argv: AttackArguments): Pick<AttackBenchmark, 'shard' | 'budgetMs' | 'journal'> {
  const { out, shard, budget, resume } = argv;
  if (resume && out === undefined) {
    throw new InputError('--resume goes on from the journal beside the result: name the result with --out');
  }
  return {
    ...(shard === undefined ? {} : { shard }),
    ...(budget === undefined ? {} : { budgetMs: budget }),
    ...(out === undefined ? {} : { journal: { path: `${out}.journal`, resume } }),
  };
}

/** Worker threads: as many as asked for; by default what is fastest where each can have the engine to itself. */
function workersOf(
  argv: AttackArguments,
  engine: Engine,
  models: readonly ModelDescription[],
  examples: number,
): number {
  if (argv.workers !== 'auto') return argv.workers;
  if (argv.threads !== undefined || engine.name !== 'onnxruntime' || engine.provider !== 'cpu') return 0;
  const parameters = models.reduce((sum, { parameterCount }) => sum + (parameterCount ?? Infinity), 0);
  return chooseWorkers({ parameters, examples });
}

/** Models that workers open: here only what is known of them. */
async function describedModels(
  argv: AttackArguments,
  opened: ReadonlyMap<string, ModelDescription>,
  dataset: Dataset,
): Promise<BenchmarkModel[]> {
  const ids = idsOf(opened);
  const models: BenchmarkModel[] = [];
  for (const [path, description] of opened) {
    const id = ids.get(path) ?? description.name;
    models.push({
      id,
      classifier: describedClassifier({ ...description, name: id }),
      description,
      declaredLogits: argv.outputs === 'logits',
      ...(await probeOf(dataset, description)),
    });
  }
  return models;
}

/** An hour of work is not to be lost for a folder that cannot be written. */
async function assertOutputs({ out, 'save-examples': folder }: AttackArguments): Promise<void> {
  if (out !== undefined) await assertWritable(out);
  if (folder !== undefined) await assertWritable(join(folder, 'examples.npz'));
}

/** The models by the path they were named with, each once, in the order of the tables. */
async function openModels(argv: AttackArguments): Promise<Map<string, ModelDescription>> {
  const { model, source, target } = pathsOf(argv);
  if (target !== undefined && source === undefined) {
    throw new InputError('--target needs --source: the model that makes the examples');
  }
  const paths = new Set([...(source === undefined ? [] : [source]), ...model, ...(target ?? [])]);
  if (paths.size === 0) throw new InputError('name a model: --model FILE, or --source FILE --target FILE');
  const options = modelSettings(argv);
  const opened = new Map<string, ModelDescription>();
  for (const path of paths) opened.set(path, await openModel(path, options));
  return opened;
}

interface ModelPaths {
  readonly model: readonly string[];
  readonly source?: string;
  readonly target?: readonly string[];
}

/** The paths of models, written alike where they are the same, so that no model is taken for two. */
function pathsOf({ model, source, target }: AttackArguments): ModelPaths {
  return {
    model: (model ?? []).map((path) => normalize(path)),
    ...(source === undefined ? {} : { source: normalize(source) }),
    ...(target === undefined ? {} : { target: target.map((path) => normalize(path)) }),
  };
}

/** Which model is attacked in which setting, by id. */
function boxesOf(argv: AttackArguments, opened: ReadonlyMap<string, ModelDescription>): Box {
  const { model, source, target } = pathsOf(argv);
  const ids = idsOf(opened);
  const idOf = (path: string): string => ids.get(path) ?? path;
  const whiteBox = [...new Set(model)].map(idOf);
  if (source === undefined) return { whiteBox };
  const targets = [...new Set(target ?? model.filter((path) => path !== source))];
  if (targets.length === 0) {
    throw new InputError('--source needs another model to test on: --target FILE');
  }
  return { whiteBox, blackBox: { source: idOf(source), targets: targets.map(idOf) } };
}

/** A model's name is its id; one that another has already is numbered. */
function idsOf(opened: ReadonlyMap<string, ModelDescription>): Map<string, string> {
  const taken = new Set<string>();
  const ids = new Map<string, string>();
  for (const [path, { name }] of opened) {
    let id = name;
    for (let number = 2; taken.has(id); number++) id = `${name}-${String(number)}`;
    taken.add(id);
    ids.set(path, id);
  }
  return ids;
}

async function classifiersOf(
  argv: AttackArguments,
  opened: ReadonlyMap<string, ModelDescription>,
  dataset: Dataset,
  engine: Engine,
): Promise<BenchmarkModel[]> {
  const ids = idsOf(opened);
  const models: BenchmarkModel[] = [];
  for (const [path, description] of opened) {
    const id = ids.get(path) ?? description.name;
    models.push({
      id,
      classifier: await createModelClassifier(
        { ...description, name: id },
        engine,
        await probeOf(dataset, description),
      ),
      description,
      declaredLogits: argv.outputs === 'logits',
    });
  }
  return models;
}

/** The data of `--data`, else those that the first card names. */
async function openData(argv: AttackArguments, models: readonly ModelDescription[]): Promise<Dataset> {
  const named = models.find(({ data }) => data !== undefined)?.data;
  const specification = argv.data ?? named?.specification;
  if (specification === undefined) {
    throw new InputError(
      'no model card names data to measure on: write --data FORMAT:PATH, such as cifar10:DIR',
    );
  }
  const split = argv.split ?? (argv.data === undefined ? named?.split : undefined) ?? 'test';
  return openDataset(specification, {
    ...dataSettings(argv),
    split,
    classCount: Math.min(...models.map(({ classCount }) => classCount)),
    inputShape: models[0]?.inputShape,
  });
}

function attacksOf(argv: AttackArguments, models: readonly ModelDescription[]): AttackBenchmark['attacks'] {
  const written: Record<string, string> = {};
  for (const { flag, name } of parameterOptions()) {
    const value = (argv as Readonly<Record<string, unknown>>)[flag];
    if (typeof value === 'string') written[name] = value;
  }
  return resolveAttacks({
    methods: argv.method,
    sizes: argv.eps?.flatMap((list) => list.split(',')),
    norm: argv.norm,
    parameters: written,
    label: argv.label,
    target: argv['target-class'],
    seed: argv.seed,
    models: models.map(({ name, bounds, inputShape }) => ({
      name,
      bounds: requireBounds(name, bounds),
      inputShape,
    })),
    sizeSymbol: '--eps',
    parameterSymbol: flagOf,
  });
}
