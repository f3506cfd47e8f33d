/** What `robust-bench attack` does. */
import { join, normalize } from 'node:path';
import {
  assertWritable,
  attackOf,
  attackSettings,
  type AttackBenchmark,
  type BenchmarkAttack,
  type BenchmarkModel,
  canonicalJson,
  chooseSubset,
  createModelClassifier,
  type Dataset,
  type Engine,
  type Epsilon,
  InputError,
  type ModelDescription,
  openDataset,
  openModel,
  parseEpsilon,
  parseTargetRule,
  renderAttackTable,
  requireBounds,
  runAttackBenchmark,
  writeResult,
} from '../../index.ts';
import type { AttackArguments } from '../arguments/attack.ts';
import { startEngine } from '../engine.ts';
import { dataSettings, modelSettings } from '../given.ts';
import type { CommandContext } from '../command-context.ts';
import { createProgressLine } from '../progress.ts';
import { createExampleStore } from '../save-examples.ts';
import { probeOf } from './probe.ts';

const BATCH_SIZE = 64;
/** Who is attacked in which setting. */
type Box = Pick<AttackBenchmark, 'whiteBox'> & Pick<Partial<AttackBenchmark>, 'blackBox'>;

export async function runAttack(argv: AttackArguments, { terminal }: CommandContext): Promise<void> {
  await assertOutputs(argv);
  const opened = await openModels(argv);
  const dataset = await openData(argv, [...opened.values()]);
  for (const note of dataset.notes ?? []) terminal.err(`note: ${note}\n`);
  for (const { name, notes } of opened.values()) {
    for (const note of notes) terminal.err(`note: ${name}: ${note}\n`);
  }
  const attacks = attacksOf(argv, [...opened.values()]);
  const indices = chooseSubset(dataset, { seed: argv.seed, limit: argv.limit, indices: argv.indices });
  const engine = await startEngine(argv, terminal);
  const progress = createProgressLine(terminal, 'examples', argv.quiet);
  try {
    const store = createExampleStore(argv['save-examples']);
    const result = await runAttackBenchmark({
      models: await classifiersOf(argv, opened, dataset, engine),
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
    await store?.write();
    if (argv.out !== undefined) await writeResult(argv.out, result);
    terminal.out(argv.json ? canonicalJson(result).trimEnd() : renderAttackTable(result, terminal).trimEnd());
    if (argv.out !== undefined && !argv.quiet) terminal.err(`result written to ${argv.out}\n`);
  } finally {
    progress.finish();
    await engine.dispose();
  }
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

function attacksOf(argv: AttackArguments, models: readonly ModelDescription[]): BenchmarkAttack[] {
  const epsilon = sizeOf(argv.eps, '--eps', models);
  const target = argv['target-class'];
  const stepSize =
    argv['step-size'] === undefined ? undefined : sizeOf(argv['step-size'], '--step-size', models).fraction;
  const ids = [...new Set(argv.method.flatMap((methods) => methods.split(',')))];
  const given = Object.fromEntries(
    Object.entries({ steps: argv.steps, stepSize }).filter(([, value]) => value !== undefined),
  ) as Record<string, number>;
  assertTaken(given, ids);
  return ids.map((id) => {
    const attack = attackOf(id);
    const parameters = Object.fromEntries(
      Object.entries(given).filter(([name]) => name in attack.parameters),
    );
    const settings = attackSettings(attack, {
      epsilon: epsilon.fraction,
      label: argv.label,
      target: target === undefined ? null : parseTargetRule(target),
      seed: argv.seed,
      parameters,
    });
    return { attack, settings, epsilonText: epsilon.text };
  });
}

/** A size of the command line, which must be the same part of every model's range. */
function sizeOf(text: string, option: string, models: readonly ModelDescription[]): Epsilon {
  const sizes = models.map(({ name, bounds }) => parseEpsilon(text, requireBounds(name, bounds), option));
  const [first] = sizes;
  if (first === undefined || sizes.some(({ fraction }) => fraction !== first.fraction)) {
    throw new InputError(
      `${option} ${text} is another part of the range for each model, whose bounds differ: write a fraction such as 4/255`,
    );
  }
  return first;
}

/** Every parameter given must be one that an attack of this run has. */
function assertTaken(given: Readonly<Record<string, number>>, ids: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (!ids.some((id) => name in attackOf(id).parameters)) {
      const flag = name === 'stepSize' ? '--step-size' : `--${name}`;
      throw new InputError(`${flag} means nothing to ${ids.join(', ')}: leave it out, or add --method ifgsm`);
    }
  }
}
