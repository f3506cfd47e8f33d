/** The public library: everything a program needs to train, attack, evaluate and gate classifiers. */
export { InputError, UnsupportedOperatorError } from './core/errors.ts';
export { packageVersion } from './core/package.ts';
export { permutation, randomStream, type RandomStream, type Seed } from './core/random.ts';
export { assertWritable, writeFileAtomically } from './core/files.ts';
export { lockFolder, type FolderLock } from './core/folder-lock.ts';

export type { Bounds, Classifier, LossGradient, ModelCheck } from './classifier/classifier.ts';
export { wrapFunction } from './classifier/wrap.ts';

export type { CompiledGraph, CompileOptions, Engine, StateBinding, Tensors } from './engine/engine.ts';
export { createEngine, engineChoices, type EngineOptions } from './engine/select.ts';

export { GraphBuilder } from './graph/builder.ts';
export { encodeModel } from './graph/onnx/write.ts';
export { readModel, type OnnxModel } from './graph/onnx/read.ts';
export { simplify } from './graph/simplify/simplify.ts';
export type { Graph, Node, Tensor, Value } from './graph/types.ts';
export { appendGradients, gradientSupport } from './autodiff/gradient.ts';
export {
  createGradientGraph,
  type Differentiated,
  type GradientGraphOptions,
} from './autodiff/gradient-graph.ts';
export { appendCrossEntropy, appendSoftCrossEntropy } from './autodiff/losses/cross-entropy.ts';
export { appendMargin } from './autodiff/losses/margin.ts';

export { describeModel, openModel } from './experiments/open-model.ts';
export type { ModelSummary } from './models/describe.ts';
export type { ClassifierSource, ModelClassifier } from './models/checked-classifier.ts';
export { createGraphClassifier, type GraphClassifierOptions } from './models/graph-classifier.ts';
export { createModelClassifier } from './models/model-classifier.ts';
export type { ModelDescription } from './models/open.ts';
export type { ModelOptions } from './models/options.ts';
export { requireBounds } from './models/options.ts';
export { readModelCard, writeModelCard } from './models/card/model-card-file.ts';
export type { ModelCard } from './models/card/model-card.ts';
export { architectureNames } from './models/architectures/registry.ts';
export { evaluationGraph, INPUT_NAME, type NetworkSettings } from './models/architectures/network.ts';
export { describeNetwork, parameterCount, type LayerDescription } from './models/architectures/describe.ts';
export type { Weights } from './models/architectures/layers.ts';

export type { DataOptions, Dataset, Examples, ValueRange } from './data/dataset.ts';
export { createArrayDataset } from './data/array-dataset.ts';
export { dataForms, openDataset } from './data/open.ts';
export { chooseSubset, type SubsetOptions } from './data/subset.ts';
export { encodeNpz } from './data/npz.ts';
export { createNpzStream, type NpzColumn, type NpzStream } from './data/npz-stream.ts';
export { encodePngGrid } from './data/png.ts';
export { levelsOf, roundTo8Bit, scaleToBounds } from './data/scale.ts';

export { applyLabels } from './corruption/apply-labels.ts';
export { corruptLabels, type Corruption, type CorruptionControl } from './corruption/corrupt-labels.ts';
export { corruptDataset, readLabelFile, writeLabelFile, type LabelFile } from './corruption/label-file.ts';
export { noiseProbability } from './corruption/label-noise.ts';
export type { CorruptionMode, CorruptionOptions, CorruptionSettings } from './corruption/settings.ts';
export { readTransitionMatrix, type TransitionMatrix } from './corruption/transition-matrix.ts';

export type {
  Aim,
  AttackBatch,
  AttackDefinition,
  AttackOutput,
  AttackSettings,
  AttackTask,
  LabelRule,
} from './attacks/attack.ts';
export { createAttack, type Attack } from './attacks/create-attack.ts';
export { attackSettings, type GivenSettings } from './attacks/settings.ts';
export { attackId, parseAttackRequest, readParameters, type AttackRequest } from './attacks/identity.ts';
export { norms, normTitles, type Ball, type Norm } from './attacks/balls/ball.ts';
export {
  choice,
  numberBetween,
  requirementOf,
  stepSize,
  switched,
  wholeNumber,
  type Parameter,
  type ParameterTable,
  type ParameterValue,
} from './attacks/parameters.ts';
export { ascend, type Ascent } from './attacks/loops/ascent.ts';
export { climbed, type LabelLoss } from './attacks/loops/objective.ts';
export { sizeText } from './core/attack-id.ts';
export { defaultSizes, parseSize, type Size, type SizeContext } from './attacks/size.ts';
export { attackOf, attacks } from './attacks/index.ts';
export { resolveAttacks, type AttackRequests, type RequestedAttack } from './attacks/requests.ts';
export { parseTargetRule, type TargetRule } from './attacks/targets.ts';

export { evaluate, type EvaluationOptions } from './evaluation/evaluate.ts';
export { beginJournal, resumeJournal, type Journal } from './evaluation/journal.ts';
export { shardRange, type Shard } from './evaluation/units.ts';
export type { AdversarialExamples, AttackRun, EvaluationPlan, Progress } from './evaluation/plan.ts';
export type { AttackOutcome, CleanOutcome, Evaluation } from './evaluation/outcomes.ts';
export { runAttackBenchmark, type AttackBenchmark } from './experiments/attack-benchmark.ts';
export type { BenchmarkModel } from './experiments/models.ts';
export { chooseWorkers, type WorkerChoice } from './experiments/attack/choose-workers.ts';
export { describedClassifier } from './experiments/attack/described-classifier.ts';
export { createGradientModel } from './experiments/gradient-model.ts';
export type { GradientModel, GradientModelOptions } from './models/gradient-file.ts';
export { memorizationResult, type MemorizationBenchmark } from './experiments/memorization-benchmark.ts';
export { describeCheckpoint, type ScoredRun } from './experiments/memorization-run.ts';

export { train } from './training/train.ts';
export { runTraining, type RunObserver, type TrainingRun } from './training/run.ts';
export type {
  EpochEnd,
  EpochSummary,
  StepProgress,
  TrainedNetwork,
  TrainingData,
  TrainingObserver,
  TrainingState,
} from './training/train.ts';
export type { TrainingSettings } from './training/settings.ts';
export {
  epochFileName,
  openPredictions,
  removePredictions,
  writeEpochPredictions,
} from './predictions/folder.ts';
export type { EpochPredictions, Predictions } from './predictions/predictions.ts';
export { checkpointPredictions, type CheckpointSeries } from './evaluation/checkpoint-predictions.ts';
export { scoreMemorization } from './evaluation/memorization/score-memorization.ts';
export type { MemorizationInput } from './evaluation/memorization/memorization-input.ts';
export type { MemorizationScores } from './evaluation/memorization/scores.ts';

export { scaledLearningRate } from './training/schedule.ts';
export { saveCheckpoint, type Checkpoint, type CheckpointFacts } from './training/checkpoint.ts';

export { checkRecipe } from './recipes/check.ts';
export { DEFAULT_RECIPE, readRecipe, recipeNames } from './recipes/read.ts';
export type { Recipe, RecipeSettings } from './recipes/recipe.ts';

export { canonicalJson, canonicalResult } from './results/canonical.ts';
export {
  readAnyResult,
  readMemorization,
  readResult,
  writeMemorization,
  writeResult,
} from './results/file.ts';
export type { MemorizationResult, MemorizationRun } from './results/memorization.ts';
export { medianTestError } from './results/memorization-median.ts';
export { riseAfterBest, type RiseAfterBest } from './results/memorization-rise.ts';
export type { Result } from './results/result.ts';
export { type ColumnArrays, decodeColumn, encodeColumn } from './results/column.ts';
export { derive } from './results/derive.ts';
export type {
  Derived,
  DerivedAttack,
  DerivedComparison,
  DerivedEvaluation,
  WorstCase,
} from './results/derived.ts';
export { merge, type NamedPart } from './results/merge.ts';
export { validateAnyResult, validateMemorization, validateResult } from './results/validate.ts';
export { compareResults, type GateOptions } from './gate/compare.ts';
export type { GateReport } from './gate/gate-report.ts';
export { parsePercentagePoints } from './gate/percentage-points.ts';
export { renderAttackTable } from './report/attack-table.ts';
export { renderGateJUnit } from './report/gate-junit.ts';
export { renderGateMarkdown } from './report/gate-markdown.ts';
export { renderGateTable } from './report/gate-table.ts';
export { renderMemorizationCurves } from './report/memorization-csv.ts';
export { memorizationDirections, type Direction, type Verdict } from './report/memorization-directions.ts';
export {
  renderMemorizationTable,
  type MemorizationTableOptions,
  type PublishedErrors,
} from './report/memorization-table.ts';
