/**
 * The types of a result file of version 1. Generated from result.schema.json by scripts/generate-types.js: change the schema
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
  /**
   * What wrote the file.
   */
  tool: ResultTool;
  /**
   * The root seed of every random decision.
   */
  seed: string | number;
  /**
   * The data set that the examples come from.
   */
  data: ResultData;
  examples: ResultExamples;
  /**
   * The models, in the order they were given.
   *
   * @minItems 1
   */
  models: ResultModel[];
  /**
   * What computed.
   */
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
  /**
   * Circumstances of this run. Only this section may differ between two runs of the same configuration.
   */
  run: ResultRun;
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
   * The number of classes it tells apart.
   */
  classCount: number;
  /**
   * What the file's outputs are, and what was done to attack logits.
   */
  outputs: 'logits' | 'softmax removed' | 'logarithm of probabilities' | 'binary';
  /**
   * The number of trained values, null where it cannot be known.
   */
  parameters: number | null;
  /**
   * The order of the axes of the file's own image input; left out for a function, and by earlier versions.
   */
  layout?: 'channels-first' | 'channels-last';
  /**
   * The normalisation put before the model, null where there is none or the file has its own; left out for a function, and by earlier versions.
   */
  normalization?: ResultNormalization | null;
  /**
   * The number of examples that the file insists on at a time, null where any goes; left out for a function, and by earlier versions.
   */
  fixedBatch?: number | null;
  /**
   * What opening the file changed or took for granted, one sentence each; left out for a function, and by earlier versions.
   */
  notes?: string[];
  /**
   * What stands in for the gradient where the model has none that is exact, e.g. straight-through; null where gradients are exact. Left out for a function, and by earlier versions.
   */
  approximateGradient?: string | null;
  /**
   * What the model was checked for when it was opened; left out where it was not.
   */
  check?: ModelCheck;
  /**
   * How it was trained, where that is known.
   */
  training?: TrainingFacts;
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
  /**
   * The true label is not the best.
   */
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
   * Errors on the examples as 8-bit pixels, each the nearest level within epsilon; null where that was not measured.
   */
  rounded8Bit: RoundedErrors | null;
  outcomes: ResultOutcomes;
  /**
   * Examples led towards a class that the target model takes for it, null when clean or untargeted. An example whose label the class is already is not led and not counted; earlier versions, which have no targetsPossible, counted it.
   */
  targetsReached: number | null;
  /**
   * Examples that were led towards a class: all but those whose label it is already. Left out when clean or untargeted.
   */
  targetsPossible?: number;
  /**
   * The share of targetsReached in targetsPossible, null where nothing could be led. Left out when clean or untargeted.
   */
  targetRate?: TargetRate | null;
  /**
   * All examples that the target model takes for the class that the attack aims at, those included whose label it is already. Left out when clean or untargeted.
   */
  targetsPredicted?: number;
  /**
   * Gradient evaluations spent on each example, null when clean.
   */
  gradientsPerExample: number | null;
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
 * Errors on the adversarial examples as 8-bit pixels.
 */
export interface RoundedErrors {
  /**
   * The true label is not the best.
   */
  top1: ErrorRate;
  /**
   * The true label is not among the best five; null with five classes or fewer.
   */
  top5: ErrorRate | null;
  perturbation?: PerturbationSummary;
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
  /**
   * The class that each example was led towards, null where that is its label already. Left out when clean or untargeted.
   */
  targets?: (number | null)[];
}
/**
 * How many of the examples that were led towards a class reached it.
 */
export interface TargetRate {
  /**
   * targetsReached divided by targetsPossible.
   */
  rate: number;
  /**
   * The confidence interval of the rate.
   */
  interval: RateInterval;
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
