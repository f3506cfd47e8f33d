/** What `robust-bench memorize` does: trains, or takes what was trained elsewhere, and scores it. */
import { join } from 'node:path';
import {
  assertWritable,
  canonicalJson,
  type Engine,
  InputError,
  type MemorizationResult,
  memorizationResult,
  renderMemorizationCurves,
  renderMemorizationTable,
  type ScoredRun,
  type TrainingData,
  writeFileAtomically,
  writeMemorization,
} from '../../index.ts';
import type { MemorizeArguments } from '../commands/memorize.ts';
import { startEngine } from '../engine.ts';
import type { CommandContext } from '../main.ts';
import { assertCompute, assertWhole } from '../numbers.ts';
import type { Terminal } from '../terminal.ts';
import { publishedErrors } from './published-errors.ts';
import { checkpointShape, scoreCheckpoints, scorePredictions } from './memorize-given.ts';
import { scoreRun } from './memorize-score.ts';
import { experimentOf, NO_VARIANT, trainVariants } from './memorize-training.ts';
import { assertRecipeArguments } from './recipe-arguments.ts';
import { disposeData, openTrainingData } from './training-data.ts';
import { trainingRecipeOf } from './training-settings.ts';

/** Runs that were scored, and what computed them. */
interface Scored {
  readonly runs: readonly ScoredRun[];
  readonly engine: Engine | null;
  /** Examples in a minibatch; null where nothing was trained. */
  readonly batchSize: number | null;
}

export async function runMemorize(argv: MemorizeArguments, { terminal }: CommandContext): Promise<void> {
  assertArguments(argv);
  const startedAt = new Date();
  const result = argv.result ?? (argv.out === undefined ? undefined : join(argv.out, 'memorization.json'));
  for (const path of [result, argv.csv]) if (path !== undefined) await assertWritable(path);
  const recipe = await trainingRecipeOf({ ...argv, ...NO_VARIANT });
  const data = await openTrainingData(argv, recipe, terminal, await checkpointShape(argv));
  try {
    const scored = await scoredRuns(argv, data, terminal);
    const durationMs = Date.now() - startedAt.getTime();
    const stated = await memorizationResult({
      train: data.train,
      test: data.test,
      indices: {
        train: argv['train-limit'] === undefined ? null : data.trainIndices,
        test: argv['test-limit'] === undefined ? null : data.testIndices,
      },
      ...scored,
      seed: argv.seed,
      threads: argv.threads ?? null,
      warnings: [],
      startedAt,
      durationMs,
      timings: [{ stage: 'training and scoring', durationMs, examplesPerSecond: null }],
    });
    terminal.signal.throwIfAborted();
    if (result !== undefined) await writeMemorization(result, stated);
    if (argv.csv !== undefined) await writeFileAtomically(argv.csv, renderMemorizationCurves(stated));
    await print(argv, stated, terminal);
    if (result !== undefined && !argv.quiet) terminal.err(`result written to ${result}\n`);
  } finally {
    await disposeData(data);
  }
}

async function scoredRuns(argv: MemorizeArguments, data: TrainingData, terminal: Terminal): Promise<Scored> {
  if (argv.predictions !== undefined) {
    return {
      runs: [await scorePredictions(argv, argv.predictions, data, terminal)],
      engine: null,
      batchSize: null,
    };
  }
  const engine = await startEngine(argv, terminal);
  try {
    if (argv.checkpoint !== undefined) {
      const run = await scoreCheckpoints(argv, argv.checkpoint, data, engine, terminal);
      return { runs: [run], engine, batchSize: null };
    }
    const finished = await trainVariants(argv, argv.out ?? '', experimentOf(argv), data, engine, terminal);
    const runs: ScoredRun[] = [];
    for (const run of finished) runs.push(await scoreRun(run, data, terminal.signal));
    return { runs, engine, batchSize: runs[0]?.training?.batchSize ?? null };
  } finally {
    await engine.dispose();
  }
}

/** Options that mean nothing where nothing is trained. */
const TRAINING_ONLY = [
  'out',
  'rate',
  'variant',
  'seeds',
  'recipe',
  'epochs',
  'width',
  'architecture',
  'lr',
  'batch-size',
] as const;

function assertArguments(argv: MemorizeArguments): void {
  assertCompute(argv);
  assertWhole(argv['train-limit'], '--train-limit', 1);
  assertWhole(argv['test-limit'], '--test-limit', 1);
  assertRecipeArguments({ ...argv, ...NO_VARIANT });
  if (argv.predictions !== undefined && argv.checkpoint !== undefined) {
    throw new InputError('--predictions and --checkpoint are two sources of one run: write one of them');
  }
  const given = argv.predictions !== undefined || argv.checkpoint !== undefined;
  if (given) {
    const option = TRAINING_ONLY.find((name) => argv[name] !== undefined);
    if (option !== undefined) {
      throw new InputError(
        `--${option} is for training, and --${argv.predictions === undefined ? 'checkpoint' : 'predictions'} trains nothing: leave it out`,
      );
    }
    if (argv.resume) throw new InputError('--resume is for training: leave it out');
    return;
  }
  if (argv.out === undefined) {
    throw new InputError(
      'name a folder for the runs: --out runs/memorize, or give --predictions or --checkpoint to score',
    );
  }
  if (argv.labels !== undefined) {
    throw new InputError(
      '--labels goes with --predictions or --checkpoint; to train, --rate says which labels are made',
    );
  }
  experimentOf(argv);
}

async function print(argv: MemorizeArguments, result: MemorizationResult, terminal: Terminal): Promise<void> {
  const published = argv.paper ? { published: await publishedErrors() } : {};
  terminal.out(
    argv.json
      ? canonicalJson(result).trimEnd()
      : renderMemorizationTable(result, { ...terminal, ...published }).trimEnd(),
  );
}
