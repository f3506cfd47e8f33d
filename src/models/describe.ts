/** What is known of a model file, whether or not it can be attacked as it stands: the `models` command prints it. */
import { gradientSupport } from '../autodiff/gradient.ts';
import type { Bounds } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { Graph, Value } from '../graph/types.ts';
import type { ModelCard } from './card/model-card.ts';
import type { ModelFormat } from './file.ts';
import { locateModel } from './locate.ts';
import type { ScoreForm } from './logits.ts';
import { describeLocated, parameterCountOf } from './open.ts';
import type { ModelDescription } from './open.ts';
import type { ModelOptions } from './options.ts';

export interface OperatorCount {
  readonly operator: string;
  readonly count: number;
  /** How far a gradient reaches through it: `zero` is a gradient that is 0 everywhere. */
  readonly gradient: 'gradient' | 'zero' | 'unsupported';
}

export interface ModelSummary {
  readonly path: string;
  readonly format: ModelFormat;
  readonly file: string;
  readonly sha256: string;
  readonly producer: string;
  readonly opset?: number;
  /** As in the file, except that those of a layers-model are channels first. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly parameterCount: number;
  /** By count, then by name. */
  readonly operators: readonly OperatorCount[];
  /** What can be attacked; absent where the file cannot be, and `problem` says why. */
  readonly classifier?: {
    readonly name: string;
    readonly inputShape: readonly number[];
    readonly classCount: number;
    readonly classNames?: readonly string[];
    /** Absent where they have to be given when attacking. */
    readonly bounds?: Bounds;
    readonly outputs: ScoreForm;
    readonly fixedBatch?: number;
  };
  readonly problem?: string;
  readonly card?: ModelCard;
}

/**
 * Reads a model file and says what it holds.
 *
 * @throws InputError when it cannot be read at all
 */
export async function describeModel(path: string, options: ModelOptions = {}): Promise<ModelSummary> {
  const located = await locateModel(path, options.inputShape);
  const { file, card } = located;
  const described = attempt(() => describeLocated(located, options));
  return {
    path: located.path,
    format: file.format,
    file: file.file,
    sha256: file.sha256,
    producer: file.producer,
    ...(file.opset === undefined ? {} : { opset: file.opset }),
    inputs: file.graph.inputs,
    outputs: file.graph.outputs,
    parameterCount: parameterCountOf(file.graph),
    operators: countOperators(file.graph),
    ...('problem' in described ? described : { classifier: classifierOf(described) }),
    ...(card === undefined ? {} : { card: card.content }),
  };
}

function classifierOf(description: ModelDescription): NonNullable<ModelSummary['classifier']> {
  const { name, inputShape, classCount, classNames, bounds, outputs, fixedBatch } = description;
  return {
    name,
    inputShape,
    classCount,
    ...(classNames === undefined ? {} : { classNames }),
    ...(bounds === undefined ? {} : { bounds }),
    outputs,
    ...(fixedBatch === undefined ? {} : { fixedBatch }),
  };
}

function attempt(make: () => ModelDescription): ModelDescription | { readonly problem: string } {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) return { problem: error.message };
    throw error;
  }
}

function countOperators(graph: Graph): OperatorCount[] {
  const counts = new Map<string, number>();
  for (const { operator } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return [...counts]
    .map(([operator, count]) => ({ operator, count, gradient: gradientSupport(operator) }))
    .sort((a, b) => b.count - a.count || (a.operator < b.operator ? -1 : 1));
}
