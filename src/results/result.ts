/**
 * The types of a result file. Generated from result.schema.json by scripts/generate-types.js: change the schema
 * and run `node scripts/generate-types.js`.
 */
import type {
  Column,
  ModelCheck,
  ResultData,
  ResultEngine,
  ResultNormalization,
  ResultRange,
  ResultRun,
  ResultTool,
  TrainingFacts
} from './definitions.ts';
export type {
  Column,
  ModelCheck,
  ResultData,
  ResultEngine,
  ResultNormalization,
  ResultRange,
  ResultRun,
  ResultTool,
  TrainingFacts
};

/** The format and version that this toolkit writes and reads. */
export const resultSchemaId = 'robust-bench/result/2';

/**
 * What one run of robust-bench measured of every example, with all that is needed to read, compare and repeat it. Rates, intervals and comparisons follow from it and are not stored.
 */
export interface Result {
  /**
   * The format of this file and its version.
   */
  schema: 'robust-bench/result/2';
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
   * Which part of the plan this is; null for the whole of it.
   */
  part: ResultPart | null;
  /**
   * SHA-256 of everything that decides the numbers (data, examples, models, attacks, seed), the same for all parts of a plan; null in results of version 1.
   */
  plan: string | null;
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
   * Each model on the examples as they are.
   *
   * @minItems 0
   */
  clean: ResultClean[];
  /**
   * Each attack on each model that it made examples on.
   */
  runs: ResultAttackRun[];
  /**
   * What a reader must know before trusting the numbers.
   */
  warnings: ResultWarning[];
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
   * The position of each example in the split, int32.
   */
  indices: Column;
  /**
   * The true label of each example, int32.
   */
  labels: Column;
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
 * A part of a plan: some of its examples, each with all that the plan asks of it.
 */
export interface ResultPart {
  /**
   * Examples of the whole plan.
   */
  planned: number;
  /**
   * Which shard was asked for; null where none was, and in a merged part.
   */
  shard: ResultShard | null;
  /**
   * shard: no more was asked for; budget: the time was up; interrupted: it was stopped.
   */
  reason: 'shard' | 'budget' | 'interrupted';
  /**
   * The shards that a merged result lacks; left out where it is not of shards.
   */
  missing?: ResultShard[];
}
/**
 * One of several shares of a plan.
 */
export interface ResultShard {
  /**
   * Which, counted from 1.
   */
  index: number;
  /**
   * Of how many.
   */
  count: number;
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
   * source: examples made on it are scored on other models; target: its errors are measured.
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
  /**
   * Whether it was said outright that the outputs are logits, so that their looks are no error; left out where it was not, and by earlier versions.
   */
  declaredLogits?: boolean;
}
/**
 * An attack with all that it was set to.
 */
export interface ResultAttack {
  /**
   * The name that other fields use for the attack: its method, what differs from the method's defaults, norm and size.
   */
  id: string;
  /**
   * The method, e.g. ifgsm.
   */
  method: string;
  /**
   * The method as tables name it, e.g. I-FGSM.
   */
  title: string;
  /**
   * Where the method is published; null where it is not known.
   */
  citation: string | null;
  /**
   * What the attack asked of the model that it made examples on.
   */
  access: 'gradient' | 'scores' | 'decisions';
  /**
   * bounded: the worst within a radius; minimum-norm: the nearest example that is misclassified.
   */
  aim: 'bounded' | 'minimum-norm';
  /**
   * The norm that the attack bounds or minimises.
   */
  norm: 'linf' | 'l2' | 'l1' | 'l0';
  /**
   * The size that no perturbation exceeds; null where there is no limit.
   */
  radius: ResultRadius | null;
  /**
   * Whose label the attack leads away from: the true one or the one the source model predicts.
   */
  label: 'true' | 'predicted';
  /**
   * The rule that chooses the class to move towards, null when untargeted.
   */
  target: string | null;
  /**
   * The parameters of the method by name.
   */
  parameters: {
    /**
     * A number, true or false, or text of one line without control characters.
     */
    [k: string]: string | number | boolean;
  };
}
/**
 * The size of a ball.
 */
export interface ResultRadius {
  /**
   * As it was written, e.g. 4/255.
   */
  text: string;
  /**
   * In the unit.
   */
  value: number;
  /**
   * What the value is measured in.
   */
  unit: 'fraction of range' | 'pixels' | 'elements';
}
/**
 * A model on the examples as they are.
 */
export interface ResultClean {
  /**
   * The model's id.
   */
  model: string;
  outcomes: ResultOutcomes;
  /**
   * uint8, 1 where the greatest softmax probability is 1 in float32; left out by version 1.
   */
  saturated?: Column;
  logits?: ResultLogits;
}
/**
 * What a model made of each example, in the order of examples.indices.
 */
export interface ResultOutcomes {
  /**
   * The predicted class, int32.
   */
  predictions: Column;
  /**
   * How many classes stand before the true label, int32: top-k is right where it is below k.
   */
  ranks: Column;
  /**
   * The cross-entropy of the true label, float32, infinite where its logit is −∞; left out by version 1.
   */
  losses?: Column;
}
/**
 * The extremes of a model's logits over the examples, by which probabilities are told from logits.
 */
export interface ResultLogits {
  /**
   * The least logit of each class, float32.
   */
  least: Column;
  /**
   * The greatest logit of each class, float32.
   */
  greatest: Column;
  /**
   * The least sum of an example's logits; null where one is −∞.
   */
  leastSum: number | null;
  /**
   * The greatest sum of an example's logits; null where each has one of −∞.
   */
  greatestSum: number | null;
}
/**
 * One attack on one model, and what became of its examples on every model that they were scored on.
 */
export interface ResultAttackRun {
  /**
   * The attack's id.
   */
  attack: string;
  /**
   * The id of the model that the examples were made on.
   */
  source: string;
  sizes?: ResultSizes;
  /**
   * Gradients of the source taken for each example, int32; left out by version 1.
   */
  gradients?: Column;
  /**
   * Times that the source was run on each example, int32, those for gradients not counted; left out where that was not measured.
   */
  queries?: Column;
  /**
   * uint8, 1 where the gradient at the original is zero everywhere; left out by version 1.
   */
  zeroGradients?: Column;
  /**
   * The class that each example was led towards, int32, −1 where that is its label already; left out when untargeted, and where version 1 did not list it.
   */
  targets?: Column;
  rounded?: ResultRoundedSizes;
  /**
   * The models that the examples were scored on.
   *
   * @minItems 1
   */
  scored: ResultScored[];
}
/**
 * Norms of each example's perturbation, as fractions of the source's range, float64.
 */
export interface ResultSizes {
  /**
   * The greatest change of an element, float64.
   */
  linf: Column;
  /**
   * The Euclidean norm of the change, float64.
   */
  l2: Column;
  /**
   * The sum of the changes, float64; left out where it is not the attack's norm.
   */
  l1?: Column;
  /**
   * The number of pixels or elements changed, float64; left out where it is not the attack's norm.
   */
  l0?: Column;
}
/**
 * Norms of each perturbation as 8-bit pixels, as fractions of the source's range, float64: beyond the radius only where no 8-bit level lies within it.
 */
export interface ResultRoundedSizes {
  /**
   * The greatest change of an element, float64.
   */
  linf: Column;
  /**
   * The Euclidean norm of the change, float64.
   */
  l2: Column;
}
/**
 * What one model made of the examples.
 */
export interface ResultScored {
  /**
   * The model's id: the source itself, or another to which the examples were transferred.
   */
  model: string;
  outcomes: ResultOutcomes;
  rounded?: ResultRoundedOutcomes;
  stated?: ResultStated;
}
/**
 * What a model made of each example as 8-bit pixels.
 */
export interface ResultRoundedOutcomes {
  /**
   * The predicted class, int32.
   */
  predictions: Column;
  /**
   * How many classes stand before the true label, int32.
   */
  ranks: Column;
}
/**
 * Summaries of version 1.
 */
export interface ResultStated {
  perturbation: StatedSizes;
  /**
   * Errors on the examples as 8-bit pixels; null where that was not measured.
   */
  rounded: StatedRounded | null;
  /**
   * Whether the examples reached their targets, where they were not listed; null otherwise.
   */
  targets: StatedTargets | null;
  /**
   * Gradients taken for an example, on average.
   */
  gradientsPerExample: number;
}
/**
 * How far the adversarial examples are from the originals, as fractions of the range.
 */
export interface StatedSizes {
  linf: StatedNorm;
  l2: StatedNorm;
}
/**
 * A norm of the perturbation over the examples.
 */
export interface StatedNorm {
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
 * Errors on the examples as 8-bit pixels.
 */
export interface StatedRounded {
  /**
   * Examples whose true label is not the best.
   */
  top1Errors: number;
  /**
   * Examples whose true label is not among the best five; null with five classes or fewer.
   */
  top5Errors: number | null;
  /**
   * How far they are from the originals; null where that was not measured.
   */
  perturbation: StatedSizes | null;
}
/**
 * Counts of examples by their targets.
 */
export interface StatedTargets {
  /**
   * Those led towards a class that are taken for it; where possible is null, all that are taken for it.
   */
  reached: number;
  /**
   * Those that were led towards a class; null where that is not known.
   */
  possible: number | null;
  /**
   * All that are taken for the class aimed at; null where that is not known.
   */
  predicted: number | null;
}
/**
 * One sentence that a reader must know.
 */
export interface ResultWarning {
  /**
   * The check that found it; version 1 in results of that version.
   */
  check: string;
  /**
   * What was seen, and what to look at.
   */
  text: string;
}
