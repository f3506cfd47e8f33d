/**
 * The runs of `robust-bench memorize` that train: every variant on the labels of every rate, with every seed, each in a
 * folder of its own, where its predictions after each epoch are kept for scoring. Where seeds were asked for, the
 * folders and label files of each lie in a folder named after it, so that more seeds can be added later.
 */
import { join } from 'node:path';
import {
  type Engine,
  type EpochSummary,
  InputError,
  openPredictions,
  type Predictions,
  removePredictions,
  type Seed,
  type TrainingData,
  writeEpochPredictions,
} from '../../index.ts';
import type { MemorizeArguments } from '../arguments/memorize.ts';
import { Interruption } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';
import { trainInFolder } from './train-in-folder.ts';
import { corruptInto, type GivenLabels } from './training-data.ts';
import { parseSeeds, type SeedPlace, seedPlaces } from './seeds.ts';
import { trainingRecipeOf, trainingSettingsOf } from './training-settings.ts';
import { distinct, parseVariant, type Variant } from './variants.ts';

const DEFAULT_RATES = [0.2, 0.5, 0.8];
const DEFAULT_VARIANTS = ['erm', 'dropout:0.5', 'mixup:8', 'mixup:8+dropout:0.3'];

/** The options of a recipe that a variant states. */
export const NO_VARIANT = {
  method: undefined,
  alpha: undefined,
  dropout: undefined,
  'corruption-rate': undefined,
} as const;

/** What is to be trained. */
export interface Experiment {
  readonly rates: readonly number[];
  readonly variants: readonly Variant[];
  /** Null where they were not asked for: then each variant is trained once, by `--seed`. */
  readonly seeds: readonly number[] | null;
}

/** What a run left, to be scored. */
export interface FinishedRun {
  readonly id: string;
  readonly name: string;
  /** The same for runs that differ in their seed alone. */
  readonly variant: string;
  readonly seed: Seed;
  /** Absent where the labels were left as they are. */
  readonly labels?: GivenLabels;
  readonly predictions: Predictions;
  /** Of every epoch. */
  readonly summaries: readonly EpochSummary[];
  /** The card of the model after the last epoch. */
  readonly card: string;
}

/**
 * Reads what is asked for.
 *
 * @throws InputError when a variant or a number of seeds is none, or nothing would come from the seeds
 */
export function experimentOf(argv: MemorizeArguments): Experiment {
  const { rate, variant, seed, seeds } = argv;
  const rates = distinct(rate ?? DEFAULT_RATES, String);
  const variants = (variant ?? DEFAULT_VARIANTS).flatMap((text) => text.split(','));
  const repeated = seeds === undefined ? null : parseSeeds(seeds, seed);
  const fixed = (['init-seed', 'order-seed', 'label-seed'] as const).every(
    (name) => argv[name] !== undefined,
  );
  if (fixed && repeated !== null && repeated.length > 1) {
    throw new InputError(
      '--seeds: with --init-seed, --order-seed and --label-seed nothing comes from these seeds: leave one of the others out',
    );
  }
  return {
    rates,
    variants: distinct(variants.map(parseVariant), ({ id }) => id),
    seeds: repeated,
  };
}

/**
 * Trains, one run after another; with `--resume` those that are finished are kept.
 *
 * @param folder where the runs' folders are
 */
export async function trainVariants(
  argv: MemorizeArguments,
  folder: string,
  { rates, variants, seeds }: Experiment,
  data: TrainingData,
  engine: Engine,
  terminal: Terminal,
): Promise<FinishedRun[]> {
  const places = seedPlaces(argv.seed, seeds, folder);
  const total = rates.length * variants.length * places.length;
  const runs: FinishedRun[] = [];
  for (const rate of rates) {
    const percent = String(Math.round(rate * 1e6) / 1e4);
    const seeded: SeededRun[] = [];
    for (const { seed, folder: within, suffix, title } of places) {
      // All that is drawn for the run comes from this seed; which examples take part does not.
      const own = { ...argv, seed };
      const labels = await labelsOf(own, join(within, `labels-${percent}.json`), rate, data, terminal);
      seeded.push({ argv: own, within, suffix, title, labels });
    }
    for (const variant of variants) {
      const group = `${percent}%-${variant.id}`;
      for (const { argv: own, within, suffix, title, labels } of seeded) {
        if (!argv.quiet) {
          terminal.err(
            `${percent} % corrupted labels, ${variant.name}${title} (${String(runs.length + 1)} of ${String(total)})\n`,
          );
        }
        const place = join(within, group.replaceAll(/[^\w.]+/g, '-'));
        const names = { id: `${group}${suffix}`, group };
        try {
          runs.push(
            await trainVariant(
              { argv: own, folder: place, ...names, variant, labels, data, engine },
              terminal,
            ),
          );
        } catch (error) {
          if (!(error instanceof Interruption) || runs.length === 0) throw error;
          throw new Interruption({
            signal: error.signal,
            kept: `${String(runs.length)} finished runs, and what there is of the next, are in ${folder}: go on with --resume`,
          });
        }
      }
    }
  }
  return runs;
}

/** What one seed's runs on the labels of a rate share. */
interface SeededRun extends Pick<SeedPlace, 'suffix' | 'title'> {
  readonly argv: MemorizeArguments;
  readonly within: string;
  readonly labels: GivenLabels | undefined;
}

interface VariantRun {
  readonly argv: MemorizeArguments;
  readonly folder: string;
  readonly id: string;
  /** What runs that differ in their seed alone share. */
  readonly group: string;
  readonly variant: Variant;
  readonly labels: GivenLabels | undefined;
  readonly data: TrainingData;
  readonly engine: Engine;
}

async function trainVariant(
  { argv, folder, id, group, variant, labels, data, engine }: VariantRun,
  terminal: Terminal,
): Promise<FinishedRun> {
  const chosen = {
    ...argv,
    method: variant.alpha === undefined ? ('erm' as const) : ('mixup' as const),
    alpha: variant.alpha,
    dropout: variant.dropout ?? 0,
    'corruption-rate': 0,
  };
  const recipe = await trainingRecipeOf(chosen);
  const run = trainingSettingsOf(chosen, recipe, data.train, data.test);
  const predictions = join(folder, 'predictions');
  if (!argv.resume) await removePredictions(predictions);
  const { epochs } = await trainInFolder(
    {
      folder,
      name: variant.name,
      specification: argv.data,
      run,
      data,
      labels,
      engine,
      resume: argv.resume,
      tensorboard: argv.tensorboard,
      tfjs: false,
      quiet: argv.quiet,
      onEpoch: async ({ summary, testLogits, ...end }) => {
        const train = await end.predict(data.train, data.trainIndices);
        const { classCount } = run.settings.network;
        await writeEpochPredictions(predictions, summary.epoch + 1, { train, test: testLogits, classCount });
      },
    },
    terminal,
  );
  return {
    id,
    name: variant.name,
    variant: group,
    seed: argv.seed,
    ...(labels === undefined ? {} : { labels }),
    predictions: await openPredictions(predictions),
    summaries: epochs,
    card: join(folder, 'last.json'),
  };
}

/** The labels of a rate, the same for every variant. */
async function labelsOf(
  argv: MemorizeArguments,
  path: string,
  rate: number,
  { train }: TrainingData,
  { signal }: Terminal,
): Promise<GivenLabels | undefined> {
  if (rate === 0) return undefined;
  const mode = argv['corruption-mode'] ?? 'uniform';
  const exact = argv['corruption-exact'] ?? false;
  return corruptInto(path, train, { mode, exact, rate }, argv['label-seed'] ?? argv.seed, signal);
}
