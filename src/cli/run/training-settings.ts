/** The arguments of `robust-bench train` as a recipe's settings, and those as the settings of a run on given data. */
import { basename } from 'node:path';
import {
  checkRecipe,
  type Dataset,
  DEFAULT_RECIPE,
  InputError,
  parameterCount,
  readRecipe,
  type RecipeSettings,
  scaledLearningRate,
  type Seed,
  type TrainingSettings,
} from '../../index.ts';
import type { TrainArguments } from '../arguments/train.ts';
import type { RecipeArguments } from '../training-options.ts';
import { assertNoneGiven, assertRecipeArguments } from './recipe-arguments.ts';
import { overriddenSettings } from './recipe-overrides.ts';

/** Protocol buffers end at 2 GiB; a parameter takes four bytes, and little stands beside them. */
const MOST_PARAMETERS = 2 ** 29 - 2 ** 20;

/** What of the data decides the network. */
type DataShape = Pick<Dataset, 'name' | 'shape' | 'classCount'>;

/**
 * Checks the arguments that can be checked without the recipe and the data.
 *
 * @throws InputError for a value out of its domain, or options that contradict each other
 */
export function assertTrainArguments(argv: TrainArguments): void {
  assertRecipeArguments(argv);
  if (argv.labels !== undefined) {
    const options = ['corruption-rate', 'corruption-mode', 'corruption-exact'] as const;
    assertNoneGiven(argv, options, 'beside --labels', 'it without --labels');
  }
}

/**
 * The settings of the recipe that was asked for, or of the default one, with the values of the command line in their
 * place. A label file takes the place of the recipe's corruption.
 *
 * @throws InputError when there is no such recipe, or the options fit neither it nor each other
 */
export async function trainingRecipeOf(
  argv: RecipeArguments & {
    readonly labels?: string | undefined;
    readonly 'image-size'?: number | undefined;
  },
): Promise<RecipeSettings> {
  const recipe = await readRecipe(argv.recipe ?? DEFAULT_RECIPE);
  const standard = argv.recipe === undefined ? recipe : await readRecipe(DEFAULT_RECIPE);
  const settings = overriddenSettings(recipe.settings, standard.settings, argv);
  const labelled = argv.labels === undefined ? settings : { ...settings, corruption: null };
  const source = `the recipe ${argv.recipe ?? DEFAULT_RECIPE} with the options given`;
  return (await checkRecipe({ title: recipe.title, settings: labelled }, source)).settings;
}

interface GivenSeeds {
  readonly seed: Seed;
  readonly 'init-seed'?: Seed | undefined;
  readonly 'order-seed'?: Seed | undefined;
}

/** A run on given data. */
export interface TrainingRun {
  readonly settings: TrainingSettings;
  /** What the run is recorded by; parts of the default recipe that do not fit the data are left out. */
  readonly recipe: RecipeSettings;
  /** The recipe that was asked for by name; a file without its folder. */
  readonly recipeName?: string;
}

/**
 * The settings of a run on the given data. Where no recipe was asked for, the default one's normalization is taken for
 * CIFAR data alone, and its augmentation for images alone.
 *
 * @param recipe what `trainingRecipeOf` makes of the same arguments
 * @throws InputError when the recipe is for images and the data are vectors, when the data are neither, or when the
 *   network cannot be built for them
 */
export function trainingSettingsOf(
  argv: RecipeArguments & GivenSeeds,
  recipe: RecipeSettings,
  trainingData: DataShape,
  testData: DataShape,
): TrainingRun {
  const { shape } = trainingData;
  if (shape.length !== 3 && shape.length !== 1) {
    throw new InputError(
      `the examples are [${shape.join(', ')}]: the trainer takes images [channels, height, width] and vectors [features]`,
    );
  }
  const fitting = fittingRecipe(argv, recipe, trainingData);
  if (shape.length === 1) assertForVectors(fitting, shape);
  const classCount = Math.max(trainingData.classCount, testData.classCount);
  const settings = settingsOf(fitting, argv, [...shape], classCount);
  // A network that cannot be built is refused before anything is written.
  const count = parameterCount(settings.network);
  if (count > MOST_PARAMETERS) {
    throw new InputError(
      `${settings.network.architecture} of this width has ${String(count)} parameters, and an .onnx file holds at most ${String(MOST_PARAMETERS)} (2 GiB): lower --width`,
    );
  }
  return {
    settings,
    recipe: fitting,
    ...(argv.recipe === undefined
      ? {}
      : { recipeName: argv.recipe.endsWith('.json') ? basename(argv.recipe) : argv.recipe }),
  };
}

/** What the default recipe says of images is not meant for other data; what was asked for is. */
function fittingRecipe(
  argv: RecipeArguments,
  recipe: RecipeSettings,
  { name, shape }: DataShape,
): RecipeSettings {
  if (argv.recipe !== undefined) return recipe;
  const { network, augmentation } = recipe;
  const isCifar = name.startsWith('cifar');
  const cropAsked = argv.crop !== undefined || argv['random-crop-area'] !== undefined;
  const isVector = shape.length === 1;
  return {
    ...recipe,
    network: isCifar || argv.mean !== undefined ? network : { ...network, normalization: null },
    augmentation: {
      crop: isVector && !cropAsked ? null : augmentation.crop,
      flip: isVector && argv.flip === undefined ? false : augmentation.flip,
    },
  };
}

function assertForVectors({ augmentation }: RecipeSettings, shape: readonly number[]): void {
  if (augmentation.crop === null && !augmentation.flip) return;
  throw new InputError(
    `the examples are [${shape.join(', ')}], and crops and flips are for images: write --crop 0 --no-flip`,
  );
}

function settingsOf(
  recipe: RecipeSettings,
  seeds: GivenSeeds,
  inputShape: number[],
  classCount: number,
): TrainingSettings {
  const { network, mixup, augmentation, microbatchSize, labelSmoothing, optimizer, weightDecay } = recipe;
  return {
    network: {
      architecture: network.architecture,
      ...(network.width === null ? {} : { width: network.width }),
      ...(network.dropout === 0 ? {} : { dropout: network.dropout }),
      inputShape,
      classCount,
      ...(network.normalization === null ? {} : { normalization: network.normalization }),
    },
    epochs: recipe.epochs,
    batchSize: recipe.batchSize,
    ...(microbatchSize === null ? {} : { microbatchSize }),
    schedule: scheduleOf(recipe),
    optimizer: { ...optimizer, weightDecay },
    ...(labelSmoothing === 0 ? {} : { labelSmoothing }),
    ...(mixup === null ? {} : { mixup }),
    ...(augmentation.crop === null && !augmentation.flip
      ? {}
      : { augmentation: augmentationOf(augmentation) }),
    seed: seeds.seed,
    ...(seeds['init-seed'] === undefined ? {} : { initSeed: seeds['init-seed'] }),
    ...(seeds['order-seed'] === undefined ? {} : { orderSeed: seeds['order-seed'] }),
  };
}

/** The rates of this batch size. */
function scheduleOf({ schedule, batchSize }: RecipeSettings): TrainingSettings['schedule'] {
  const { per, warmup, decay } = schedule;
  const scaled = (rate: number): number => (per === null ? rate : scaledLearningRate(rate, per, batchSize));
  const initial = scaled(schedule.initial);
  return {
    initial,
    // Linear scaling to a small minibatch can bring the rate below the one that a warm-up would begin with.
    ...(warmup === null ? {} : { warmup: { epochs: warmup.epochs, from: Math.min(warmup.from, initial) } }),
    decay: decay.kind === 'cosine' ? { kind: 'cosine', final: scaled(decay.final) } : decay,
  };
}

function augmentationOf({
  crop,
  flip,
}: RecipeSettings['augmentation']): TrainingSettings['augmentation'] & object {
  if (crop === null) return { flip };
  if (crop.kind === 'pad') return { crop, flip };
  const [leastArea = 1, greatestArea = 1] = crop.area;
  const [leastAspect = 1, greatestAspect = 1] = crop.aspect;
  return {
    crop: { ...crop, area: [leastArea, greatestArea], aspect: [leastAspect, greatestAspect] },
    flip,
  };
}
