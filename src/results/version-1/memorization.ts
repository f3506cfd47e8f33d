/**
 * The types of a memorization result of version 1. Generated from memorization.schema.json by scripts/generate-types.js: change the schema
 * and run `node scripts/generate-types.js`.
 */
import type {
  ErrorRate,
  ModelCheck,
  RateInterval,
  ResultData,
  ResultEngine,
  ResultNormalization,
  ResultRange,
  ResultRun,
  ResultTool,
  TrainingFacts
} from '../definitions.ts';
export type {
  ErrorRate,
  ModelCheck,
  RateInterval,
  ResultData,
  ResultEngine,
  ResultNormalization,
  ResultRange,
  ResultRun,
  ResultTool,
  TrainingFacts
};

/**
 * How much training runs memorized corrupted labels, with all that is needed to read, compare and repeat it. Rates are fractions of 1.
 */
export interface MemorizationResult {
  /**
   * The format of this file and its version.
   */
  schema: 'robust-bench/memorization/1';
  /**
   * What was measured.
   */
  kind: 'memorization';
  /**
   * What wrote the file.
   */
  tool: ResultTool;
  /**
   * The root seed of every random decision.
   */
  seed: string | number;
  data: MemorizationData;
  examples: MemorizationExamples;
  /**
   * What computed; null where all predictions were given.
   */
  engine: ResultEngine | null;
  /**
   * The training runs, in the order that tables show.
   *
   * @minItems 1
   */
  runs: MemorizationRun[];
  /**
   * What a reader must know before trusting the numbers, one sentence each.
   */
  warnings: string[];
  /**
   * Circumstances of this run. Only this section may differ between two runs of the same configuration.
   */
  run: ResultRun;
}
/**
 * The data sets before any label was replaced.
 */
export interface MemorizationData {
  /**
   * The data set trained on.
   */
  train: ResultData;
  /**
   * The data set tested on.
   */
  test: ResultData;
}
/**
 * Which examples of the data sets were used.
 */
export interface MemorizationExamples {
  train: SelectedExamples;
  test: SelectedExamples;
}
/**
 * Examples of a split, in the order that per-example lists have.
 */
export interface SelectedExamples {
  /**
   * How many.
   */
  count: number;
  /**
   * The position of each in the split; null for the whole split in its order.
   */
  indices: number[] | null;
}
/**
 * One training run: what it was trained on, and all that its predictions after each epoch say. A prediction is the class of the greatest logit; training examples are predicted without augmentation, in evaluation mode.
 */
export interface MemorizationRun {
  /**
   * A short name of the run, unique in the file.
   */
  id: string;
  /**
   * The name that tables show.
   */
  name: string;
  /**
   * Where the predictions come from: a network trained in this run, checkpoints of one, or predictions given as files.
   */
  source: 'trained' | 'checkpoints' | 'predictions';
  /**
   * checkpoints: the models, one for each scored epoch, and how they were read. Left out for other sources, and by earlier versions.
   *
   * @minItems 1
   */
  models?: MemorizationModel[];
  /**
   * How it was trained; null where that is not known.
   */
  training: TrainingFacts | null;
  /**
   * How the training labels were corrupted; null where they were not, or where that is not known.
   */
  corruption: MemorizationCorruption | null;
  groups: MemorizationGroups;
  testError: MemorizationTestError;
  trainingError: MemorizationTrainingError;
  restored: MemorizationRestored;
  /**
   * How much of the corrupted labels was memorized after the last epoch; null where nothing is corrupted or the noise is not known.
   */
  memorizationGap: MemorizationGap | null;
  learning: MemorizationLearning;
  areaUnderMargin: MemorizationMargins;
  membership: MemorizationMemberships;
  calibration: Calibration;
  curves: MemorizationCurves;
  perExample: MemorizationPerExample;
}
/**
 * A checkpoint: where it comes from and how it was read.
 */
export interface MemorizationModel {
  /**
   * The base name of the model file.
   */
  file: string;
  /**
   * SHA-256 of the model's weights file or files.
   */
  sha256: string;
  /**
   * What the model was read from.
   */
  format: 'onnx' | 'tfjs-graph-model' | 'tfjs-layers-model' | 'function';
  /**
   * The shape of one input of the model.
   *
   * @minItems 1
   * @maxItems 8
   */
  inputShape: number[];
  /**
   * The range of the model's inputs, in the units of the data.
   */
  bounds: ResultRange;
  /**
   * What the file's outputs are, and what was done to score logits.
   */
  outputs: 'logits' | 'softmax removed' | 'logarithm of probabilities' | 'binary';
  /**
   * The order of the axes of the file's own image input.
   */
  layout: 'channels-first' | 'channels-last';
  /**
   * The normalisation put before the model, null where there is none or the file has its own.
   */
  normalization: ResultNormalization | null;
  /**
   * The number of examples that the file insists on at a time, null where any goes.
   */
  fixedBatch: number | null;
  /**
   * What opening the file changed or took for granted, one sentence each.
   */
  notes: string[];
  /**
   * What the model was checked for when it was opened; left out where it was not.
   */
  check?: ModelCheck;
}
/**
 * How training labels were replaced.
 */
export interface MemorizationCorruption {
  /**
   * Which label a corrupted example gets: any class (uniform), any other class (symmetric), the next class (pair-flip), one by the matrix (class-conditional).
   */
  mode: 'uniform' | 'symmetric' | 'pair-flip' | 'class-conditional';
  /**
   * The asked share of corrupted examples; null for class-conditional, whose matrix says it.
   */
  rate: number | null;
  /**
   * Whether exactly that share was corrupted, rather than each example with that probability.
   */
  exact: boolean;
  /**
   * For class-conditional, row i holds the probabilities of the labels that class i is given; else null.
   */
  matrix: number[][] | null;
  /**
   * The seed of the corruption.
   */
  seed: string | number;
  /**
   * SHA-256 over the line {"data":"H","labels":"given"}, H being the sha256 of data.train, its line feed, and the labels given in training as 32-bit integers, little-endian; H itself where no label changed.
   */
  labelsSha256: string;
}
/**
 * Numbers of examples. Real examples kept their label; corrupted ones were chosen for replacement, those that drew their own class again among them; changed ones are the corrupted ones whose label given in training differs from the true one.
 */
export interface MemorizationGroups {
  /**
   * Training examples: real and corrupted.
   */
  train: number;
  /**
   * Training examples that kept their label.
   */
  real: number;
  /**
   * Training examples chosen for replacement.
   */
  corrupted: number;
  /**
   * Corrupted examples whose label differs from the true one.
   */
  changed: number;
  /**
   * Test examples.
   */
  test: number;
}
/**
 * The test error at two epochs.
 */
export interface MemorizationTestError {
  best: EpochError;
  last: EpochError;
}
/**
 * The error after one epoch.
 */
export interface EpochError {
  /**
   * The epoch, counted from 1.
   */
  epoch: number;
  /**
   * Its error.
   */
  error: ErrorRate;
}
/**
 * Errors by group.
 */
export interface MemorizationTrainingError {
  /**
   * On real labels. Null where there are no such examples.
   */
  real: ErrorRate | null;
  /**
   * On corrupted labels: close to 1 - 1/classes where they are not memorized, close to 0 where they are. Null where there are no such examples.
   */
  corrupted: ErrorRate | null;
  /**
   * On changed labels. Null where there are no such examples.
   */
  changed: ErrorRate | null;
}
/**
 * Shares of examples predicted as their true label.
 */
export interface MemorizationRestored {
  /**
   * Of the corrupted examples. Null where there are no such examples.
   */
  corrupted: Proportion | null;
  /**
   * Of the changed examples. Null where there are no such examples.
   */
  changed: Proportion | null;
}
/**
 * A share of a group of examples.
 */
export interface Proportion {
  /**
   * How many.
   */
  examples: number;
  /**
   * The number divided by the size of the group.
   */
  rate: number;
  /**
   * The confidence interval of the rate.
   */
  interval: RateInterval;
}
/**
 * Accuracy on the labels given to corrupted examples, less the chance level.
 */
export interface MemorizationGap {
  /**
   * Corrupted examples predicted as the label given in training.
   */
  hits: number;
  /**
   * Corrupted examples.
   */
  count: number;
  /**
   * The accuracy that the same predictions would have in expectation if the labels given to corrupted examples had no influence on them.
   */
  chance: number;
  /**
   * hits / count - chance: 0 where nothing is memorized.
   */
  gap: number;
  interval: GapInterval;
}
/**
 * A confidence interval of an accuracy less a chance level that is taken as known.
 */
export interface GapInterval {
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
  method: 'Wilson less chance';
}
/**
 * Learning by group (Toneva et al., An Empirical Study of Example Forgetting, ICLR 2019), observed after each epoch of the curves.
 */
export interface MemorizationLearning {
  /**
   * Of the real examples, null where there are none.
   */
  real: LearningSummary | null;
  /**
   * Of the corrupted examples, null where there are none.
   */
  corrupted: LearningSummary | null;
  /**
   * Of the changed examples, null where there are none.
   */
  changed: LearningSummary | null;
}
/**
 * When the examples of a group were learned: predicted as the label given in training.
 */
export interface LearningSummary {
  /**
   * Examples of the group.
   */
  count: number;
  /**
   * Examples that are right after no epoch.
   */
  neverLearned: number;
  /**
   * Examples that were learned and stayed right after every later epoch: unforgettable.
   */
  neverForgotten: number;
  /**
   * Examples that were right after an epoch and wrong after the next one, once or more often.
   */
  everForgotten: number;
  /**
   * How often an example turned from right to wrong between successive epochs, over all examples of the group.
   */
  forgettingEvents: number;
  /**
   * The first epoch after which an example is right, over the examples ever learned; null where there are none.
   */
  firstLearned: Quartiles | null;
  /**
   * The epoch from which on an example is right, over those right after the last epoch; null where there are none.
   */
  learnedForGood: Quartiles | null;
}
/**
 * Quantiles of a sample, by linear interpolation between order statistics.
 */
export interface Quartiles {
  /**
   * The least.
   */
  minimum: number;
  /**
   * A quarter of the sample is below it.
   */
  lowerQuartile: number;
  /**
   * Half of the sample is below it.
   */
  median: number;
  /**
   * Three quarters of the sample are below it.
   */
  upperQuartile: number;
  /**
   * The greatest.
   */
  maximum: number;
}
/**
 * The area under the margin, AUM: the mean over the epochs of the logit of the label given in training less the greatest other logit (Pleiss et al., Identifying Mislabeled Data using the Area Under the Margin Ranking, NeurIPS 2020). Low where the label contradicts what the other examples teach.
 */
export interface MemorizationMargins {
  /**
   * Over the real examples, null where there are none.
   */
  real: MarginSummary | null;
  /**
   * Over the corrupted examples, null where there are none.
   */
  corrupted: MarginSummary | null;
  /**
   * Over the changed examples, null where there are none.
   */
  changed: MarginSummary | null;
  /**
   * How well the AUM tells examples whose label given in training is the true one (positives) from changed ones (negatives); null where either is missing.
   */
  separation: AreaUnderCurve | null;
}
/**
 * The AUM over a group, in units of the logits.
 */
export interface MarginSummary {
  /**
   * Examples of the group.
   */
  count: number;
  /**
   * The mean.
   */
  mean: number;
  quartiles: Quartiles;
}
/**
 * The area under the ROC curve: the probability that a positive outranks a negative, ties counted half.
 */
export interface AreaUnderCurve {
  /**
   * The area: 0.5 where the score tells nothing.
   */
  auc: number;
  /**
   * Positive examples.
   */
  positives: number;
  /**
   * Negative examples.
   */
  negatives: number;
  /**
   * The confidence interval of the area; null where its variance cannot be estimated.
   */
  interval: AucInterval | null;
}
/**
 * A confidence interval of an area under the ROC curve.
 */
export interface AucInterval {
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
  method: 'DeLong';
}
/**
 * How well a training example can be told from a test example by its loss.
 */
export interface MemorizationMemberships {
  all: MembershipInference;
  /**
   * Members are the real examples only, whose labels are distributed as those of the test examples; null where there are none.
   */
  real: MembershipInference | null;
}
/**
 * An example is taken for a member where its loss is at most the mean loss of the members (Yeom et al., Privacy Risk in Machine Learning, CSF 2018).
 */
export interface MembershipInference {
  /**
   * The mean cross-entropy of the members, in nats.
   */
  threshold: number;
  /**
   * Members taken for members.
   */
  truePositives: number;
  /**
   * Members.
   */
  members: number;
  /**
   * Test examples taken for members.
   */
  falsePositives: number;
  /**
   * Test examples.
   */
  nonMembers: number;
  /**
   * truePositives / members - falsePositives / nonMembers: 0 where the loss tells nothing.
   */
  advantage: number;
  interval: DifferenceInterval;
  /**
   * The greatest advantage over all thresholds: optimistic, since it is chosen in hindsight.
   */
  bestAdvantage: number;
  curve: AreaUnderCurve;
}
/**
 * A confidence interval of the difference of two independent proportions.
 */
export interface DifferenceInterval {
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
  method: 'Newcombe';
}
/**
 * Whether confidences, the greatest softmax probabilities, say how often predictions are right.
 */
export interface Calibration {
  /**
   * The expected calibration error, ECE: the mean over the examples of |accuracy - confidence| of their bin (Naeini et al., AAAI 2015; Guo et al., ICML 2017).
   */
  error: number;
  /**
   * Bins of confidence of equal width, ascending from 0 to 1.
   *
   * @minItems 1
   */
  bins: CalibrationBin[];
}
/**
 * The examples whose confidence is in (lower, upper].
 */
export interface CalibrationBin {
  /**
   * The lower limit, outside the bin.
   */
  lower: number;
  /**
   * The upper limit, inside the bin.
   */
  upper: number;
  /**
   * Examples in the bin.
   */
  count: number;
  /**
   * Their mean confidence, null in an empty bin.
   */
  confidence: number | null;
  /**
   * The share of them predicted correctly, null in an empty bin.
   */
  accuracy: number | null;
}
/**
 * Lists with one entry for each evaluated epoch, in order. Errors are counts: divided by the group's size they are rates.
 */
export interface MemorizationCurves {
  /**
   * The epochs, counted from 1, ascending.
   *
   * @minItems 1
   */
  epoch: number[];
  /**
   * The learning rate at the end of the epoch; null where it is not known.
   */
  learningRate: number[] | null;
  /**
   * The mean over the epoch of the loss that training minimized, e.g. of mixed examples, in nats; null where it is not known.
   */
  objective: number[] | null;
  /**
   * Test examples not predicted as their label.
   */
  testErrors: number[];
  /**
   * Training examples not predicted as the label given in training.
   */
  trainErrors: number[];
  /**
   * Real ones among them.
   */
  realErrors: number[];
  /**
   * Corrupted ones among them.
   */
  corruptedErrors: number[];
  /**
   * Changed ones among them.
   */
  changedErrors: number[];
  /**
   * Corrupted examples predicted as their true label.
   */
  corruptedRestored: number[];
  /**
   * Changed examples predicted as their true label.
   */
  changedRestored: number[];
  /**
   * The chance level of the memorization gap; null where there is no gap.
   */
  chance: number[] | null;
  /**
   * The mean cross-entropy of the labels given in training, in nats.
   */
  trainLoss: number[];
  /**
   * The mean cross-entropy of the test examples, in nats.
   */
  testLoss: number[];
  /**
   * The membership advantage of all training examples.
   */
  membershipAdvantage: number[];
  /**
   * The area under the ROC curve of the membership attack on all training examples.
   */
  membershipAuc: number[];
  /**
   * The expected calibration error on the test examples.
   */
  calibrationError: number[];
}
/**
 * Lists with one entry for each training example, in the order of examples.train.
 */
export interface MemorizationPerExample {
  /**
   * Whether the example was chosen for replacement of its label.
   */
  corrupted: string;
  /**
   * Whether the label given in training differs from the true one.
   */
  changed: string;
  /**
   * The first epoch after which the label given in training is predicted, 0 where there is none.
   */
  firstLearned: number[];
  /**
   * How often the example turned from right to wrong between successive epochs.
   */
  forgettingEvents: number[];
  /**
   * The area under the margin, rounded to 4 decimals.
   */
  areaUnderMargin: number[];
  /**
   * For each epoch of the curves, whether the label given in training is predicted after it.
   */
  correct: string[];
}
