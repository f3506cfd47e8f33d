/**
 * The types of a training recipe. Generated from recipe.schema.json by scripts/generate-types.js: change the schema
 * and run `node scripts/generate-types.js`.
 */

/**
 * What turns gradients into updates.
 */
export type Optimizer = RecipeSgd | RecipeAdam;
/**
 * A random crop.
 */
export type Crop = PadCrop | AreaCrop;

/**
 * A training recipe, with the settings of the recipe that it extends merged in. A file that names one in `extends` states only the settings that differ.
 */
export interface Recipe {
  /**
   * The recipe whose settings hold where this one states none: the name of a shipped one, or the path of a .json file relative to this one.
   */
  extends?: string;
  /**
   * What it trains, in a line.
   */
  title: string;
  /**
   * Where it is published: section, table or figure.
   */
  source?: string;
  /**
   * The errors published for it.
   */
  paper?: Published[];
  settings: RecipeSettings;
}
/**
 * One published number.
 */
export interface Published {
  /**
   * What was measured.
   */
  measure:
    | 'test error'
    | 'top-1 error'
    | 'top-5 error'
    | 'best test error'
    | 'last test error'
    | 'training error on real labels'
    | 'training error on corrupted labels';
  /**
   * The error in percent; null where none is printed, or it is not known for certain.
   */
  percent: number | null;
}
/**
 * Everything that determines a run but the data, the seed and the engine.
 */
export interface RecipeSettings {
  /**
   * How the images are prepared.
   */
  data: {
    /**
     * Height and width that images are brought to on reading; null for their own.
     */
    imageSize: number | null;
  };
  /**
   * Which training labels are replaced; null for none.
   */
  corruption: Corruption | null;
  network: Network;
  /**
   * Passes over the training data.
   */
  epochs: number;
  /**
   * Examples of one update.
   */
  batchSize: number;
  /**
   * At most this many examples go through the network at a time, their gradients being summed; null for the whole minibatch. Batch normalization then uses the statistics of each part, as it does where a minibatch is divided among devices, and renews its running statistics once for each part.
   */
  microbatchSize: number | null;
  schedule: RecipeSchedule;
  optimizer: Optimizer;
  weightDecay: RecipeWeightDecay;
  /**
   * The ε of targets (1 − ε)·target + ε / classCount.
   */
  labelSmoothing: number;
  /**
   * Null for empirical risk minimization.
   */
  mixup: Mixup | null;
  augmentation: RecipeAugmentation;
}
/**
 * Training labels replaced by random ones.
 */
export interface Corruption {
  /**
   * Which label an example that is chosen gets: uniform, any class; symmetric, any class but its own; pair-flip, the next class.
   */
  mode: 'uniform' | 'symmetric' | 'pair-flip';
  /**
   * The share of the examples that is chosen, above 0.
   */
  rate: number;
  /**
   * Whether exactly this share of the examples is chosen, rather than each with this probability.
   */
  exact: boolean;
}
/**
 * The network, but for the shape of its inputs and its classes, which are the data's.
 */
export interface Network {
  /**
   * Its name.
   */
  architecture: string;
  /**
   * What scales its layers; null for the published width.
   */
  width: number | null;
  /**
   * The probability that a dropout layer drops a value.
   */
  dropout: number;
  /**
   * Null for none.
   */
  normalization: RecipeNormalization | null;
}
/**
 * (x − mean) / deviation per channel or feature, for inputs in [0, 1]; part of the network.
 */
export interface RecipeNormalization {
  /**
   * One number per channel or feature.
   *
   * @minItems 1
   */
  mean: number[];
  /**
   * As many numbers, each above 0.
   *
   * @minItems 1
   */
  deviation: number[];
}
/**
 * The learning rate over training.
 */
export interface RecipeSchedule {
  /**
   * The rate after the warm-up, before any decay.
   */
  initial: number;
  /**
   * Linear scaling (Goyal et al. 2017): `initial` and a cosine's `final` are the rates of a minibatch of this many examples, and are multiplied by batchSize / per. Null where they hold as they are.
   */
  per: number | null;
  /**
   * Null for none.
   */
  warmup: Warmup | null;
  /**
   * How the rate falls.
   */
  decay: StepDecay | CosineDecay | ConstantRate;
}
/**
 * A linear rise of the rate at the beginning.
 */
export interface Warmup {
  /**
   * How long it takes.
   */
  epochs: number;
  /**
   * The rate at its beginning, whatever the batch size; a warm-up to a scaled rate below it begins at that rate.
   */
  from: number;
}
/**
 * The rate is multiplied by the factor at each milestone.
 */
export interface StepDecay {
  kind: 'step';
  /**
   * The epochs, ascending, after which the rate falls.
   */
  milestones: number[];
  /**
   * What it is multiplied by.
   */
  factor: number;
}
/**
 * Half a cosine from the initial to the final rate.
 */
export interface CosineDecay {
  kind: 'cosine';
  /**
   * The rate at the end.
   */
  final: number;
}
/**
 * The initial rate throughout.
 */
export interface ConstantRate {
  kind: 'constant';
}
/**
 * Stochastic gradient descent.
 */
export interface RecipeSgd {
  kind: 'sgd';
  /**
   * 0 for none.
   */
  momentum: number;
  /**
   * Whether the momentum is Nesterov's.
   */
  nesterov: boolean;
}
/**
 * Adam (Kingma and Ba 2015).
 */
export interface RecipeAdam {
  kind: 'adam';
  /**
   * Decay of the running mean of gradients.
   */
  beta1: number;
  /**
   * Decay of the running mean of squared gradients.
   */
  beta2: number;
  /**
   * Added to the root of the latter.
   */
  epsilon: number;
}
/**
 * The L2 penalty.
 */
export interface RecipeWeightDecay {
  /**
   * 0 for none.
   */
  factor: number;
  /**
   * The parameters under the L2 penalty: all; all but the scales and shifts of batch normalization; or only kernels and matrices, not scales, shifts and biases.
   */
  on: 'all' | 'no-normalization' | 'kernels';
}
/**
 * mixup (Zhang et al. 2018).
 */
export interface Mixup {
  /**
   * λ ~ Beta(alpha, alpha).
   */
  alpha: number;
  /**
   * Whether each minibatch or each example has a λ of its own.
   */
  lambdaPer: 'batch' | 'example';
}
/**
 * Random changes of training images.
 */
export interface RecipeAugmentation {
  /**
   * Null for none.
   */
  crop: Crop | null;
  /**
   * Whether half of the images are mirrored.
   */
  flip: boolean;
}
/**
 * Zero-padded, then cropped to the size it had.
 */
export interface PadCrop {
  kind: 'pad';
  /**
   * Pixels added on every side.
   */
  padding: number;
}
/**
 * A part of random area and aspect, resized to the network's input (Szegedy et al. 2015).
 */
export interface AreaCrop {
  kind: 'random-area';
  /**
   * The least and the greatest share of the image.
   *
   * @minItems 2
   * @maxItems 2
   */
  area: number[];
  /**
   * The least and the greatest width divided by height.
   *
   * @minItems 2
   * @maxItems 2
   */
  aspect: number[];
  /**
   * How it is resized.
   */
  interpolation: 'bilinear' | 'bicubic';
}
