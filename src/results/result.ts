/**
 * The types of a result file. Generated from result.schema.json by scripts/generate-types.js: change the schema
 * and run `node scripts/generate-types.js`.
 */

/** The format and version that this toolkit writes and reads. */
export const resultSchemaId = 'robust-bench/result/1';

/**
 * What one run of robust-bench measured, with all that is needed to read, compare and repeat it. Rates and accuracies are fractions of 1; perturbations and step sizes are fractions of the input range.
 */
export interface Result {
  /**
   * The format of this file and its version.
   */
  schema: 'robust-bench/result/1';
  /**
   * What was measured.
   */
  kind: 'attack';
  tool: ResultTool;
  /**
   * The root seed of every random decision.
   */
  seed: string | number;
  data: ResultData;
  examples: ResultExamples;
  /**
   * The models, in the order they were given.
   *
   * @minItems 1
   */
  models: ResultModel[];
  engine: ResultEngine;
  /**
   * The attacks, with every setting that changes their examples.
   */
  attacks: ResultAttack[];
  /**
   * One entry for each target model in each setting and, where attacked, each attack and source.
   *
   * @minItems 1
   */
  evaluations: ResultEvaluation[];
  /**
   * Statements that compare two models of this result.
   */
  comparisons: ResultComparison[];
  /**
   * What a reader must know before trusting the numbers, one sentence each.
   */
  warnings: string[];
  run: ResultRun;
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
}
/**
 * Which examples of the data set were evaluated.
 */
export interface ResultExamples {
  /**
   * How many.
   */
  count: number;
  selection: ResultSelection;
  /**
   * The position of each example in the split.
   */
  indices: number[];
  /**
   * The true label of each example.
   */
  labels: number[];
}
/**
 * The request that chose the examples; both null when the whole split was evaluated.
 */
export interface ResultSelection {
  /**
   * The greatest number of examples asked for; the seed chooses which.
   */
  limit: number | null;
  /**
   * The positions asked for, as written, e.g. 0-99,500.
   */
  indices: string | null;
}
/**
 * A classifier: where it comes from and how it was read.
 */
export interface ResultModel {
  /**
   * The name that other fields use for the model.
   */
  id: string;
  /**
   * The name that tables show.
   */
  name: string;
  /**
   * source: black-box examples are made on it; target: its errors are measured.
   *
   * @minItems 1
   */
  roles: ('source' | 'target')[];
  /**
   * The base name of the model file, null for a function.
   */
  file: string | null;
  /**
   * SHA-256 of the model's weights file or files, 64 lower-case hexadecimal digits; null for a function.
   */
  sha256: string | null;
  /**
   * What the model was read from.
   */
  format: 'onnx' | 'tfjs-layers-model' | 'function';
  /**
   * The shape of one input of the model.
   *
   * @minItems 1
   * @maxItems 8
   */
  inputShape: number[];
  bounds: ResultBounds;
  /**
   * The number of classes it tells apart.
   */
  classCount: number;
  /**
   * What the file's outputs are, and what was done to attack logits.
   */
  outputs: 'logits' | 'softmax removed' | 'logarithm of probabilities';
  /**
   * The number of trained values, null where it cannot be known.
   */
  parameters: number | null;
  training?: TrainingFacts;
}
/**
 * The least and the greatest value of an input element, in the units of the data.
 */
export interface ResultBounds {
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
   * The first learning rate.
   */
  learningRate?: number;
  /**
   * The momentum of SGD.
   */
  momentum?: number;
  /**
   * The factor of the L2 penalty.
   */
  weightDecay?: number;
  /**
   * Augmentation of the training inputs.
   */
  augmentation?: string;
  /**
   * The root seed of the training.
   */
  seed?: string | number;
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
 * An attack with all its settings.
 */
export interface ResultAttack {
  /**
   * The name that other fields use for the attack.
   */
  id: string;
  /**
   * FGSM (one step) or I-FGSM (several).
   */
  method: 'fgsm' | 'ifgsm';
  /**
   * The norm that epsilon bounds.
   */
  norm: 'Linf';
  /**
   * The greatest perturbation, as a fraction of the input range.
   */
  epsilon: number;
  /**
   * Epsilon as it was written, e.g. 4/255.
   */
  epsilonText: string;
  /**
   * The size of one step, as a fraction of the input range.
   */
  stepSize: number;
  /**
   * The number of gradient steps.
   */
  steps: number;
  /**
   * Whether every step is projected to the ball of radius epsilon.
   */
  projection: boolean;
  /**
   * Whether the attack moves towards a class rather than away from one.
   */
  targeted: boolean;
  /**
   * The rule that chooses the class to move towards, null when untargeted.
   */
  target: string | null;
  /**
   * Whose label the loss uses: the true one or the one the source model predicts.
   */
  label: 'true' | 'predicted';
}
/**
 * The errors of one target model in one setting.
 */
export interface ResultEvaluation {
  /**
   * clean: no attack; white-box: examples made on the target itself; black-box: made on another model.
   */
  setting: 'clean' | 'white-box' | 'black-box';
  /**
   * The attack's id, null when clean.
   */
  attack: string | null;
  /**
   * The id of the model that the examples were made on, null when clean.
   */
  source: string | null;
  /**
   * The id of the model whose errors these are.
   */
  target: string;
  /**
   * The number of examples.
   */
  count: number;
  top1: ErrorRate;
  /**
   * The true label is not among the best five; null with five classes or fewer.
   */
  top5: ErrorRate | null;
  /**
   * The size of the perturbations, null when clean.
   */
  perturbation: PerturbationSummary | null;
  /**
   * Errors on the examples rounded to 8-bit pixels, null where that was not measured.
   */
  rounded8Bit: RoundedErrors | null;
  outcomes: ResultOutcomes;
  /**
   * Examples that the target model takes for the class they were led towards, null when clean or untargeted.
   */
  targetsReached: number | null;
  /**
   * Gradient evaluations spent on each example, null when clean.
   */
  gradientsPerExample: number | null;
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
  interval: RateInterval;
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
 * How far the adversarial examples, as stored, are from the originals.
 */
export interface PerturbationSummary {
  linf: NormSummary;
  l2: NormSummary;
  /**
   * What the norms are measured in.
   */
  unit: 'fraction of range';
}
/**
 * A norm of the perturbation over the examples.
 */
export interface NormSummary {
  /**
   * The greatest over the examples.
   */
  max: number;
  /**
   * The mean over the examples.
   */
  mean: number;
}
/**
 * Errors after the adversarial examples are rounded to 8-bit pixels.
 */
export interface RoundedErrors {
  top1: ErrorRate;
  /**
   * The true label is not among the best five; null with five classes or fewer.
   */
  top5: ErrorRate | null;
}
/**
 * What became of each example, in the order of examples.indices.
 */
export interface ResultOutcomes {
  /**
   * The predicted class.
   */
  predictions: number[];
  /**
   * The rank of the true label by score, 0 for the best: top-k is right where the rank is below k.
   */
  ranks: number[];
}
/**
 * How many times more accurate one model is than another, on the same examples in the same setting.
 */
export interface ResultComparison {
  /**
   * What is stated.
   */
  kind: 'times more robust';
  /**
   * The setting of both evaluations.
   */
  setting: 'white-box' | 'black-box';
  /**
   * The attack's id.
   */
  attack: string;
  /**
   * black-box: the id of the model that the examples were made on; null in the white box, where each model is attacked by its own gradients.
   */
  source: string | null;
  /**
   * Whose accuracies are compared.
   */
  metric: 'top1' | 'top5';
  /**
   * The id of the model compared with.
   */
  baseline: string;
  /**
   * The id of the model spoken of.
   */
  model: string;
  /**
   * Accuracy of the model divided by accuracy of the baseline; null where the baseline is never right.
   */
  accuracyRatio: number | null;
  /**
   * The confidence interval of the ratio, null where the ratio is.
   */
  interval: RatioInterval | null;
}
/**
 * A confidence interval of a ratio of two accuracies on the same examples.
 */
export interface RatioInterval {
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
  method: 'Nam-Blackwelder';
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
   * Examples computed at once.
   */
  batchSize: number;
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
