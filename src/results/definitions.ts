/**
 * The types of what result files have in common. Generated from definitions.schema.json by scripts/generate-types.js: change the schema
 * and run `node scripts/generate-types.js`.
 */
/**
 * A least and a greatest value.
 */
export interface ResultRange {
  /**
   * The least value.
   */
  lower: number;
  /**
   * The greatest value.
   */
  upper: number;
}

/**
 * (x − mean) / std, in the units of the bounds; one number for each channel, or one for all.
 */
export interface ResultNormalization {
  /**
   * What is taken away.
   *
   * @minItems 1
   */
  mean: number[];
  /**
   * What is divided by.
   *
   * @minItems 1
   */
  std: number[];
}

/**
 * What a model was checked for when it was opened, before anything was measured. Differences are the greatest relative ones that were seen; what was not compared is left out.
 */
export interface ModelCheck {
  /**
   * Inputs that were computed.
   */
  examples: number;
  /**
   * Logits of the graph that classifies against those of the graph that gives gradients.
   */
  forwardAgainstGradientGraph?: number;
  /**
   * Logits of the graph as the runtime optimises it against those without optimisation.
   */
  optimisedAgainstUnoptimised?: number;
  /**
   * The greatest difference that passes for rounding.
   */
  tolerance: number;
  /**
   * Whether a file made for a fixed number of examples was opened to any number and gave the same for each.
   */
  batchOpened?: boolean;
}

/**
 * A program and its version.
 */
export interface ResultTool {
  /**
   * The program.
   */
  name: string;
  /**
   * Its version.
   */
  version: string;
}

/**
 * A data set: what it is and the hash that identifies it.
 */
export interface ResultData {
  /**
   * The format it was opened by, without a path, e.g. cifar10 or idx.
   */
  specification: string;
  /**
   * The part of the data set, e.g. test.
   */
  split: string;
  /**
   * SHA-256 of the inputs and labels in order, independent of the file format.
   */
  sha256: string;
  /**
   * The shape of one stored input.
   *
   * @minItems 1
   * @maxItems 8
   */
  shape: number[];
  /**
   * The number of classes.
   */
  classes: number;
  /**
   * The names of the classes, in the order of their labels.
   */
  classNames?: string[];
  /**
   * The number of examples in the split.
   */
  size: number;
  /**
   * The least and the greatest value that a stored input can have, which the bounds of a model stand for; left out by earlier versions.
   */
  range?: ResultRange;
  /**
   * What the reader was told, or decided, that changes the inputs or labels, by name; left out where the format leaves no choice, and by earlier versions.
   */
  settings?: {
    /**
     * A number, true or false, or text of one line without control characters.
     */
    [k: string]: string | number | boolean;
  };
}

/**
 * The facts of a training recipe; those not known are left out.
 */
export interface TrainingFacts {
  /**
   * The training principle.
   */
  method: 'erm' | 'mixup';
  /**
   * mixup: lambda is drawn from Beta(alpha, alpha).
   */
  alpha?: number;
  /**
   * mixup: whether one lambda serves a batch or each example has its own.
   */
  lambdaPer?: 'batch' | 'example';
  /**
   * The probability with which dropout sets an activation to zero; left out where there is no dropout.
   */
  dropout?: number;
  /**
   * Label smoothing: the share of each target that is spread evenly over all classes.
   */
  labelSmoothing?: number;
  /**
   * The network, e.g. preact-resnet18.
   */
  architecture?: string;
  /**
   * Channels of the first stage.
   */
  width?: number;
  /**
   * Passes over the training set.
   */
  epochs?: number;
  /**
   * Examples in a minibatch.
   */
  batchSize?: number;
  /**
   * Examples that went through the network at a time, where a minibatch was split.
   */
  microbatchSize?: number;
  /**
   * The first learning rate.
   */
  learningRate?: number;
  /**
   * How the learning rate changes, in words, e.g. x 0.1 at epochs 100, 150.
   */
  schedule?: string;
  /**
   * The optimizer.
   */
  optimizer?: 'sgd' | 'adam';
  /**
   * The momentum of SGD.
   */
  momentum?: number;
  /**
   * Whether the momentum is Nesterov's.
   */
  nesterov?: boolean;
  /**
   * The factor of the L2 penalty.
   */
  weightDecay?: number;
  /**
   * The parameters under the L2 penalty: all; all but the scales and shifts of batch normalization; or only kernels and matrices, not scales, shifts and biases.
   */
  weightDecayOn?: 'all' | 'no-normalization' | 'kernels';
  /**
   * Augmentation of the training inputs.
   */
  augmentation?: string;
  /**
   * The recipe that the other values were taken from where nothing else was asked for, e.g. cifar10/preact18-mixup.
   */
  recipe?: string;
  /**
   * The root seed of the training.
   */
  seed?: string | number;
  /**
   * The seed of the initial weights; the root seed where it is left out.
   */
  initSeed?: string | number;
  /**
   * The seed of what is drawn while training (order, augmentation, dropout, mixing); the root seed where it is left out.
   */
  orderSeed?: string | number;
  /**
   * Examples trained on.
   */
  trainingExamples?: number;
  /**
   * Top-1 error the trainer measured at the end.
   */
  testError?: number;
}

/**
 * The runtime that computed.
 */
export interface ResultEngine {
  /**
   * The engine, e.g. onnxruntime.
   */
  name: string;
  /**
   * What computed inside it, e.g. cpu.
   */
  provider: string;
  /**
   * The runtime package and its version.
   */
  runtime: string;
}

/**
 * A confidence interval of one proportion.
 */
export interface RateInterval {
  /**
   * The lower limit.
   */
  lower: number;
  /**
   * The upper limit.
   */
  upper: number;
  /**
   * The nominal coverage, e.g. 0.95.
   */
  level: number;
  /**
   * How the interval was computed.
   */
  method: 'Wilson' | 'Clopper-Pearson';
}

/**
 * How many examples are classified wrongly.
 */
export interface ErrorRate {
  /**
   * The number of wrong examples.
   */
  errors: number;
  /**
   * errors divided by the number of examples.
   */
  rate: number;
  /**
   * The confidence interval of the rate.
   */
  interval: RateInterval;
}

/**
 * How long one stage took.
 */
export interface ResultTiming {
  /**
   * The stage.
   */
  stage: string;
  /**
   * Wall-clock time, in milliseconds.
   */
  durationMs: number;
  /**
   * The rate, null where it means nothing.
   */
  examplesPerSecond: number | null;
}

/**
 * When, where and how fast it ran.
 */
export interface ResultRun {
  /**
   * When it started, ISO 8601 in UTC.
   */
  startedAt: string;
  /**
   * Wall-clock time, in milliseconds.
   */
  durationMs: number;
  /**
   * Threads the engine was given, null where it chose.
   */
  threads: number | null;
  /**
   * Examples computed at once, null where nothing was computed.
   */
  batchSize: number | null;
  /**
   * The version of Node.
   */
  node: string;
  /**
   * Operating system and processor.
   */
  platform: string;
  /**
   * The stages, in order.
   */
  timings: ResultTiming[];
}

/**
 * One number for each example, or for each class: typed, little-endian, in base64.
 */
export interface Column {
  /**
   * How a number is stored.
   */
  type: 'int32' | 'uint8' | 'float32' | 'float64';
  /**
   * How many there are.
   */
  length: number;
  /**
   * Base64 of the bytes.
   */
  base64: string;
}
