/** Models as a result describes them. */
import type { Classifier } from '../classifier/classifier.ts';
import type { ModelDescription } from '../models/open.ts';
import type { ResultModel } from '../results/result.ts';
import type { AttackBenchmark } from './attack-benchmark.ts';
import { trainingFacts } from './training-facts.ts';

export interface BenchmarkModel {
  /** Names the model in other fields of the result; by it two results are compared. */
  readonly id: string;
  readonly classifier: Classifier;
  /** What is known of the file; absent for a function. */
  readonly description?: ModelDescription;
}

/** The models with the roles they play. */
export function describeModels({ models, whiteBox, blackBox }: AttackBenchmark): ResultModel[] {
  return models.map((model) => {
    const isSource = blackBox?.source === model.id;
    const isTarget = whiteBox.includes(model.id) || blackBox?.targets.includes(model.id) === true;
    const roles: ResultModel['roles'] = [
      ...(isSource ? (['source'] as const) : []),
      ...(isTarget ? (['target'] as const) : []),
    ];
    return describeModel(model, roles);
  });
}

function describeModel(
  { id, classifier, description }: BenchmarkModel,
  roles: ResultModel['roles'],
): ResultModel {
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
    ...(training === undefined ? {} : { training: trainingFacts(training) }),
  };
}
