/** Models as a result describes them. */
import type { Classifier } from '../classifier/classifier.ts';
import type { ModelDescription } from '../models/open.ts';
import type { ResultModel } from '../results/result.ts';
import type { AttackBenchmark } from './attack-benchmark.ts';
import type { ModelFindings } from '../evaluation/records.ts';
import { trainingFacts } from './training-facts.ts';

export interface BenchmarkModel {
  /** Names the model in other fields of the result; by it two results are compared. */
  readonly id: string;
  readonly classifier: Classifier;
  /** What is known of the file; absent for a function. */
  readonly description?: ModelDescription;
  /** Examples that workers check the model on when they open it. */
  readonly probe?: Float32Array;
  /** Whether it was said outright that the outputs are logits: then their looks are a warning and no error. */
  readonly declaredLogits?: boolean;
}

/** The models with the roles they play. */
export function describeModels(
  { models, whiteBox, blackBox }: AttackBenchmark,
  findings: ReadonlyMap<string, ModelFindings> = new Map<string, ModelFindings>(),
): ResultModel[] {
  return models.map((model) => {
    const isSource = blackBox?.source === model.id;
    const isTarget = whiteBox.includes(model.id) || blackBox?.targets.includes(model.id) === true;
    const roles: ResultModel['roles'] = [
      ...(isSource ? (['source'] as const) : []),
      ...(isTarget ? (['target'] as const) : []),
    ];
    return describeModel(model, roles, findings.get(model.classifier.name) ?? model.classifier);
  });
}

function describeModel(
  model: BenchmarkModel,
  roles: ResultModel['roles'],
  { check, notes = [] }: Pick<Classifier, 'check' | 'notes'>,
): ResultModel {
  const { id, classifier, description, declaredLogits } = model;
  const training = description?.card?.training;
  return {
    id,
    name: classifier.name,
    roles,
    file: description?.file ?? null,
    sha256: description?.sha256 ?? null,
    format: description?.format ?? 'function',
    inputShape: [...classifier.inputShape],
    bounds: { lower: classifier.bounds.lower, upper: classifier.bounds.upper },
    classCount: classifier.classCount,
    outputs: description?.outputs ?? 'logits',
    parameters: description?.parameterCount ?? null,
    ...(description === undefined
      ? {}
      : {
          ...describeReading(description, notes),
          approximateGradient: description.approximateGradient ?? null,
        }),
    ...(declaredLogits === true ? { declaredLogits } : {}),
    ...(check === undefined ? {} : { check: { ...check } }),
    ...(training === undefined ? {} : { training: trainingFacts(training) }),
  };
}

type Reading = Required<Pick<ResultModel, 'layout' | 'normalization' | 'fixedBatch' | 'notes'>>;

/**
 * How a model file was read: what changes its numbers beside its weights.
 *
 * @param found what came out only when it was run
 */
export function describeReading(
  { layout, normalization, program, notes }: ModelDescription,
  found: readonly string[],
): Reading {
  return {
    layout,
    normalization:
      normalization === undefined ? null : { mean: [...normalization.mean], std: [...normalization.std] },
    fixedBatch: program.kind === 'file' ? program.batch : (program.fixedBatch ?? null),
    notes: [...notes, ...found],
  };
}
