/** The public library: everything a program needs to train, attack, evaluate and gate classifiers. */
export { InputError, UnsupportedOperatorError } from './core/errors.ts';
export { packageVersion } from './core/package.ts';
export { permutation, randomStream, type RandomStream, type Seed } from './core/random.ts';
export { assertWritable, writeFileAtomically } from './core/files.ts';

export type { Bounds, Classifier, LossGradient } from './classifier/classifier.ts';
export { wrapFunction } from './classifier/wrap.ts';

export type { CompiledGraph, CompileOptions, Engine, StateBinding, Tensors } from './engine/engine.ts';
export { createEngine, engineChoices, type EngineOptions } from './engine/select.ts';

export { GraphBuilder } from './graph/builder.ts';
export { encodeModel } from './graph/onnx/write.ts';
export { readModel, type OnnxModel } from './graph/onnx/read.ts';
export { simplify } from './graph/simplify/simplify.ts';
export type { Graph, Node, Tensor, Value } from './graph/types.ts';
export { appendGradients, gradientSupport } from './autodiff/gradient.ts';
export { appendCrossEntropy, appendSoftCrossEntropy } from './autodiff/cross-entropy.ts';

export { describeModel, type ModelSummary } from './models/describe.ts';
export {
  type ClassifierSource,
  createGraphClassifier,
  type GraphClassifierOptions,
} from './models/graph-classifier.ts';
export { openModel, type ModelDescription } from './models/open.ts';
export type { ModelOptions } from './models/options.ts';
export { requireBounds } from './models/options.ts';
export { readModelCard, writeModelCard } from './models/card/model-card-file.ts';
export type { ModelCard } from './models/card/model-card.ts';
export {
  architectureNames,
  evaluationGraph,
  INPUT_NAME,
  type NetworkSettings,
} from './models/architectures/network.ts';
export type { Weights } from './models/architectures/layers.ts';

export type { DataOptions, Dataset, Examples, ValueRange } from './data/dataset.ts';
export { createArrayDataset } from './data/array-dataset.ts';
export { dataForms, openDataset } from './data/open.ts';
export { chooseSubset, type SubsetOptions } from './data/subset.ts';
export { encodeNpz } from './data/npz.ts';
export { encodePngGrid } from './data/png.ts';
export { roundTo8Bit, scaleToBounds } from './data/scale.ts';

export type { Attack, AttackSettings, LabelRule } from './attacks/attack.ts';
export { attackSettings } from './attacks/attack.ts';
export { defaultEpsilon, parseEpsilon, type Epsilon } from './attacks/epsilon.ts';
export { attackOf, attacks } from './attacks/index.ts';
export { parseTargetRule, type TargetRule } from './attacks/targets.ts';

export { evaluate } from './evaluation/evaluate.ts';
export type { AdversarialExamples, AttackRun, EvaluationPlan, Progress } from './evaluation/plan.ts';
export type { AttackOutcome, CleanOutcome, Evaluation } from './evaluation/outcomes.ts';
export {
  runAttackBenchmark,
  type AttackBenchmark,
  type BenchmarkAttack,
} from './benchmark/attack-benchmark.ts';
export type { BenchmarkModel } from './benchmark/models.ts';

export { train } from './training/train.ts';
export type {
  EpochSummary,
  StepProgress,
  TrainedNetwork,
  TrainingData,
  TrainingObserver,
} from './training/train.ts';
export type { TrainingSettings } from './training/settings.ts';
export { saveCheckpoint, type Checkpoint } from './training/checkpoint.ts';

export { canonicalJson, canonicalResult } from './results/canonical.ts';
export { readResult, writeResult } from './results/file.ts';
export type { Result } from './results/result.ts';
export { validateResult } from './results/validate.ts';
export { compareResults, type GateOptions } from './gate/compare.ts';
export type { GateReport } from './gate/gate-report.ts';
export { parsePercentagePoints } from './gate/percentage-points.ts';
export { renderAttackTable } from './report/attack-table.ts';
export { renderGateJUnit } from './report/gate-junit.ts';
export { renderGateMarkdown } from './report/gate-markdown.ts';
export { renderGateTable } from './report/gate-table.ts';
