/** What `robust-bench memorize` does: trains, or takes what was trained elsewhere, and scores it. */
import { join } from 'node:path';
import {
  assertWritable,
  canonicalJson,
  type Engine,
  InputError,
  lockFolder,
  type MemorizationResult,
  memorizationResult,
  renderMemorizationCurves,
  renderMemorizationTable,
  type ScoredRun,
  type TrainingData,
  writeFileAtomically,
  writeMemorization,
} from '../../index.ts';
import {
  MEMORIZE_MODES,
  MEMORIZE_SCOPE,
  type MemorizeArguments,
  type MemorizeMode,
} from '../arguments/memorize.ts';
import { startEngine } from '../engine.ts';
import type { CommandContext } from '../command-context.ts';
import { assertInScope } from '../modes.ts';
import type { Terminal } from '../terminal.ts';
import { publishedErrors } from './published-errors.ts';
import { checkpointShape, scoreCheckpoints, scorePredictions } from './memorize-given.ts';
import { scoreRun } from './memorize-score.ts';
import { experimentOf, type FinishedRun, NO_VARIANT, trainVariants } from './memorize-training.ts';
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

export async function runMemorize(
  argv: MemorizeArguments,
  { terminal, given }: CommandContext,
): Promise<void> {
  assertArguments(argv, given);
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
    const finished = await trainAlone(argv, argv.out ?? '', data, engine, terminal);
    const runs: ScoredRun[] = [];
    for (const run of finished) runs.push(await scoreRun(run, data, terminal.signal));
    return { runs, engine, batchSize: runs[0]?.training?.batchSize ?? null };
  } finally {
    await engine.dispose();
  }
}

/** The label files of the rates are written before the runs' own folders, and locked with them. */
async function trainAlone(
  argv: MemorizeArguments,
  folder: string,
  data: TrainingData,
  engine: Engine,
  terminal: Terminal,
): Promise<FinishedRun[]> {
  const lock = await lockFolder(folder);
  try {
    return await trainVariants(argv, folder, experimentOf(argv), data, engine, terminal);
  } finally {
    await lock.release();
  }
}

function modeOf({ predictions, checkpoint }: MemorizeArguments): MemorizeMode {
  if (predictions !== undefined && checkpoint !== undefined) {
    throw new InputError('--predictions and --checkpoint are two sources of one run: write one of them');
  }
  if (predictions !== undefined) return 'predictions';
  return checkpoint === undefined ? 'training' : 'checkpoint';
}

function assertArguments(argv: MemorizeArguments, given: ReadonlySet<string>): void {
  const mode = modeOf(argv);
  assertInScope(MEMORIZE_SCOPE, MEMORIZE_MODES, mode, given);
  assertRecipeArguments({ ...argv, ...NO_VARIANT });
  if (mode !== 'training') return;
  if (argv.out === undefined) {
    throw new InputError(
      'name a folder for the runs: --out runs/memorize, or give --predictions or --checkpoint to score',
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
