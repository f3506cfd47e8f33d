/** What is known of a model file, whether or not it can be attacked as it stands: the `models` command prints it. */
import { gradientSupport } from '../autodiff/gradient.ts';
import type { Bounds } from '../classifier/classifier.ts';
import { crossEntropyOf } from '../classifier/objective.ts';
import { InputError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { OpenValue } from '../graph/types.ts';
import type { ModelCard } from './card/model-card.ts';
import type { ModelFormat } from './file.ts';
import { locateModel } from './locate.ts';
import type { ScoreForm } from './logits.ts';
import { createModelClassifier } from './model-classifier.ts';
import { describeLocated, parameterCountOf } from './open.ts';
import type { ModelDescription, OpeningMeans } from './open.ts';
import type { ModelOptions } from './options.ts';
import { probeImages } from './self-check.ts';

export interface OperatorCount {
  readonly operator: string;
  readonly count: number;
  /** How far a gradient reaches through it: `zero` is a gradient that is 0 everywhere. */
  readonly gradient: 'gradient' | 'zero' | 'unsupported';
}

/** What a model is good for. */
export interface ModelUse {
  readonly access: 'white box' | 'black box only' | 'cannot run';
  /** Why it is not more; absent of a white box. */
  readonly why?: string;
}

export interface ModelSummary {
  readonly path: string;
  readonly format: ModelFormat;
  readonly file: string;
  readonly sha256: string;
  readonly producer: string;
  readonly opset?: number;
  /** As in the file, except that those of a tfjs model are channels first. */
  readonly inputs: readonly OpenValue[];
  readonly outputs: readonly OpenValue[];
  /** Absent where the file is not understood. */
  readonly parameterCount?: number;
  /** By count, then by name. */
  readonly operators: readonly OperatorCount[];
  /** What was found by running it. */
  readonly use: ModelUse;
  /** What can be attacked; absent where the file cannot be. */
  readonly classifier?: {
    readonly name: string;
    readonly inputShape: readonly number[];
    readonly classCount: number;
    readonly classNames?: readonly string[];
    /** Absent where they have to be given when attacking. */
    readonly bounds?: Bounds;
    readonly outputs: ScoreForm;
    readonly notes: readonly string[];
  };
  readonly card?: ModelCard;
}

/** What describing takes from around it. */
export interface DescribingMeans extends OpeningMeans {
  /** Runs the model, to know whether it can be run. */
  readonly engine: Engine;
}

/**
 * Reads a model file, says what it holds, and runs it once, with its gradient, to say what it is good for.
 *
 * @throws InputError when it cannot be read at all
 */
export async function describeModel(
  path: string,
  options: ModelOptions,
  means: DescribingMeans,
): Promise<ModelSummary> {
  const located = await locateModel(path, options);
  const { file, card } = located;
  const described = await attempt(() => describeLocated(located, options, means));
  const use: ModelUse =
    described instanceof InputError
      ? { access: 'cannot run', why: described.message }
      : await useOf(described, means.engine);
  return {
    path: located.path,
    format: file.format,
    file: file.file,
    sha256: file.sha256,
    producer: file.producer,
    ...(file.opset === undefined ? {} : { opset: file.opset }),
    inputs: file.inputs.map(valueOf),
    outputs: file.outputs.map(valueOf),
    ...(file.graph === undefined ? {} : { parameterCount: parameterCountOf(file.graph) }),
    operators: countsOf(file.operators),
    use,
    ...(described instanceof InputError ? {} : { classifier: classifierOf(described) }),
    ...(card === undefined ? {} : { card: card.content }),
  };
}

/** Runs the model on drawn images; bounds that nothing says do not matter to whether it runs. */
async function useOf(description: ModelDescription, engine: Engine): Promise<ModelUse> {
  const bounds = description.bounds ?? { lower: 0, upper: 1 };
  const images = probeImages(description.inputShape, bounds, 1);
  const classifier = await attempt(() => createModelClassifier({ ...description, bounds }, engine));
  if (classifier instanceof InputError) return { access: 'cannot run', why: classifier.message };
  try {
    const logits = await attempt(() => classifier.logits(images));
    if (logits instanceof InputError) return { access: 'cannot run', why: logits.message };
    const gradient = await attempt(() => classifier.gradient(images, crossEntropyOf(new Int32Array(1))));
    if (!(gradient instanceof InputError)) return { access: 'white box' };
    return { access: 'black box only', why: gradient.message };
  } finally {
    await classifier.dispose();
  }
}

function valueOf({ name, dataType, dims }: OpenValue): OpenValue {
  return { name, ...(dataType === undefined ? {} : { dataType }), ...(dims === undefined ? {} : { dims }) };
}

function classifierOf(description: ModelDescription): NonNullable<ModelSummary['classifier']> {
  const { name, inputShape, classCount, classNames, bounds, outputs, notes } = description;
  return {
    name,
    inputShape,
    classCount,
    ...(classNames === undefined ? {} : { classNames }),
    ...(bounds === undefined ? {} : { bounds }),
    outputs,
    notes,
  };
}

async function attempt<T>(make: () => Promise<T>): Promise<T | InputError> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function countsOf(operators: ReadonlyMap<string, number>): OperatorCount[] {
  return [...operators]
    .map(([operator, count]) => ({ operator, count, gradient: gradientSupport(operator) }))
    .sort((a, b) => b.count - a.count || (a.operator < b.operator ? -1 : 1));
}
