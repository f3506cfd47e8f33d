/**
 * The types of a model card. Generated from model-card.schema.json by scripts/generate-types.js: change the schema
 * and run `node scripts/generate-types.js`.
 */

/**
 * A robust-bench model card: what has to be known to attack a classifier, and how it was trained.
 */
export interface ModelCard {
  /**
   * Tells a model card from any other JSON file.
   */
  kind: 'robust-bench-model-card';
  /**
   * The version of this schema.
   */
  version: 1;
  /**
   * Names the model in tables and results.
   */
  name: string;
  /**
   * A sentence for people.
   */
  description?: string;
  /**
   * The file that holds the model: an .onnx file or the model.json of a tfjs layers-model.
   */
  weights: {
    /**
     * Path relative to the card, in its folder or below it.
     */
    file: string;
    /**
     * SHA-256 of the weights, hexadecimal; checked on reading where present.
     */
    sha256?: string;
  };
  /**
   * What the model takes. Attacks act in this space.
   */
  input: {
    /**
     * The shape of one input, channels first for images whatever the layout of the file: [channels, height, width].
     *
     * @minItems 1
     */
    shape: number[];
    /**
     * The least and the greatest value of an input element: [0, 1] or [0, 255] for most models.
     *
     * @minItems 2
     * @maxItems 2
     */
    bounds: number[];
    /**
     * The order of the axes of the image input in an .onnx file; channels-first where absent. A tfjs layers-model is always channels last and needs no word.
     */
    layout?: 'channels-first' | 'channels-last';
    normalization?: Normalization;
  };
  /**
   * The number of classes.
   */
  classCount: number;
  /**
   * The names of the classes, in the order of the logits.
   */
  classNames?: string[];
  /**
   * What the file's output holds. Probabilities must come from a softmax in the file, which is taken off: attacks need logits.
   */
  outputs: 'logits' | 'probabilities';
  data?: Data;
  training?: Training;
}
/**
 * (x − mean) / std, in the units of the bounds, put before the model when it is opened. Absent where the file holds it already or the model has none.
 */
export interface Normalization {
  /**
   * One number per channel, or one for all.
   *
   * @minItems 1
   */
  mean: number[];
  /**
   * One number per channel, or one for all.
   *
   * @minItems 1
   */
  std: number[];
}
/**
 * The data the model is to be measured on when nothing else is asked for.
 */
export interface Data {
  /**
   * format:path as --data takes it, the path relative to the card: idx:fashion-mnist.
   */
  specification: string;
  /**
   * The split, as --split takes it.
   */
  split: string;
}
/**
 * How the model was trained.
 */
export interface Training {
  /**
   * Empirical risk minimisation, or mixup (Zhang et al. 2018).
   */
  method: 'erm' | 'mixup';
  /**
   * Mixup's α: λ is drawn from Beta(α, α).
   */
  alpha?: number;
  /**
   * Whether each batch or each example has a λ of its own.
   */
  lambdaPer?: 'batch' | 'example';
  /**
   * The name of the architecture.
   */
  architecture?: string;
  /**
   * What scales its layers, where it is not the published width: channels of the first stage for most.
   */
  width?: number;
  /**
   * The probability that a dropout layer drops a value.
   */
  dropout?: number;
  /**
   * The root seed.
   */
  seed?: number | string;
  /**
   * The seed of the initial weights; the root seed where absent.
   */
  initSeed?: number | string;
  /**
   * The seed of what is drawn while training (order, augmentation, dropout, mixing); the root seed where absent.
   */
  orderSeed?: number | string;
  /**
   * The recipe that was asked for, as --recipe takes it; a file without its folder.
   */
  recipeName?: string;
  /**
   * The settings of the run as a recipe has them, with all that was asked for otherwise merged in.
   */
  recipe?: {
    [k: string]: unknown;
  };
  /**
   * Passes over the training data that were made.
   */
  epochs?: number;
  /**
   * Examples per step.
   */
  batchSize?: number;
  /**
   * At most this many examples went through the network at a time.
   */
  microbatchSize?: number;
  /**
   * The ε of targets (1 − ε)·target + ε / classCount.
   */
  labelSmoothing?: number;
  /**
   * The learning rate after the warm-up, before any decay, for this batch size.
   */
  learningRate?: number;
  /**
   * How the learning rate falls.
   */
  learningRateSchedule?: 'step' | 'cosine' | 'constant';
  /**
   * Epochs after which the learning rate is multiplied by its decay.
   */
  learningRateMilestones?: number[];
  /**
   * The factor applied at each milestone.
   */
  learningRateDecay?: number;
  /**
   * The rate at the end of a cosine.
   */
  learningRateFinal?: number;
  /**
   * How long the rate rose at first.
   */
  warmupEpochs?: number;
  /**
   * The rate it rose from.
   */
  warmupFrom?: number;
  /**
   * What turned gradients into updates.
   */
  optimizer?: 'sgd' | 'adam';
  /**
   * Adam's decay of the mean of gradients.
   */
  beta1?: number;
  /**
   * Adam's decay of the mean of squared gradients.
   */
  beta2?: number;
  /**
   * What Adam adds to the root of the latter.
   */
  adamEpsilon?: number;
  /**
   * The momentum of SGD.
   */
  momentum?: number;
  /**
   * Whether the momentum is Nesterov's.
   */
  nesterov?: boolean;
  /**
   * The coefficient of the L2 penalty.
   */
  weightDecay?: number;
  /**
   * The parameters under the L2 penalty: all; all but the scales and shifts of batch normalization; or only kernels and matrices, not scales, shifts and biases.
   */
  weightDecayOn?: 'all' | 'no-normalization' | 'kernels';
  /**
   * The random changes made to training images: crop 4, area crop 0.08 to 1 bicubic, flip.
   */
  augmentation?: string[];
  /**
   * The training data.
   */
  data?: {
    /**
     * The data set or its format.
     */
    name: string;
    /**
     * The split.
     */
    split: string;
    /**
     * How many examples.
     */
    examples: number;
    /**
     * SHA-256 of inputs and labels in order, hexadecimal.
     */
    sha256?: string;
  };
  labels?: Labels;
  /**
   * The share of training labels replaced by random ones.
   */
  labelCorruption?: number;
  /**
   * Mean training loss of the last epoch.
   */
  trainLoss?: number;
  /**
   * Top-1 error on the test data, a share of 1.
   */
  cleanError?: number;
  /**
   * The command that trains it again.
   */
  command?: string;
  /**
   * The version that trained it, e.g. robust-bench 0.1.0.
   */
  toolkit?: string;
  /**
   * The engine, provider and runtime that trained it.
   */
  engine?: string;
}
/**
 * How the training labels were corrupted.
 */
export interface Labels {
  /**
   * How labels were chosen and replaced: uniform.
   */
  mode: string;
  /**
   * The share that was asked for.
   */
  rate?: number;
  /**
   * The root seed of the corruption.
   */
  seed?: number | string;
  /**
   * How many labels were chosen to be replaced.
   */
  masked: number;
  /**
   * How many labels really differ from the true ones.
   */
  changed: number;
  /**
   * SHA-256 of the label file, hexadecimal.
   */
  sha256?: string;
}
