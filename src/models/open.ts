/** Opens a model file, of whatever format, as a graph from images in the data's units to logits. */
import { basename, dirname, resolve } from 'node:path';
import type { Bounds } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { simplify } from '../graph/simplify/simplify.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Graph } from '../graph/types.ts';
import { cardData } from './card/model-card-file.ts';
import type { ModelCard } from './card/model-card.ts';
import type { ModelFormat } from './file.ts';
import { classifierGraph } from './inputs.ts';
import { locateModel } from './locate.ts';
import type { LocatedModel } from './locate.ts';
import { classCountOf, takeOffSoftmax } from './logits.ts';
import type { ScoreForm } from './logits.ts';
import { settingsOf } from './options.ts';
import type { ImageNormalization, Layout, ModelOptions } from './options.ts';

/** All that is known of a model that can be attacked. */
export interface ModelDescription {
  readonly name: string;
  /** Base name of the file, or of the first of the files, that hold the weights. */
  readonly file: string;
  /** SHA-256 of the weights, hexadecimal, in the order that file.ts defines. */
  readonly sha256: string;
  readonly format: ModelFormat;
  /**
   * One input, [N, ...inputShape] float32 within the bounds, and one output, logits [N, classCount]. Normalisation
   * is inside. N is a number where the file's batch size could not be opened up.
   */
  readonly graph: Graph;
  /** Channels first for images: [channels, height, width]. */
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly classNames?: readonly string[];
  /** Absent where nothing says them; `requireBounds` asks for them when they are needed. */
  readonly bounds?: Bounds;
  /** Whether the file gave logits, or a softmax that was taken off. */
  readonly outputs: ScoreForm;
  /** Floating-point numbers stored in the file: weights and running statistics. */
  readonly parameterCount: number;
  /** The batch size that the graph insists on; absent where any goes. */
  readonly fixedBatch?: number;
  /** The program that wrote the file; '' where it does not say. */
  readonly producer: string;
  /** The opset of an .onnx file, before it was brought to the toolkit's. */
  readonly opset?: number;
  /** (x − mean) / std, put before the model; absent where the file has its own, or none is needed. */
  readonly normalization?: ImageNormalization;
  /** The order of the axes of the file's own image input. */
  readonly layout: Layout;
  /** What opening the file changed or took for granted, one sentence each, for the record and the reader. */
  readonly notes: readonly string[];
  readonly card?: ModelCard;
  /** What the card says the model is to be measured on, its path made relative to the working folder. */
  readonly data?: { readonly specification: string; readonly split: string };
}

/**
 * Opens an .onnx file, a tfjs layers-model's model.json, or a model card, told apart by content. A card beside the
 * file with the same base name, ending in .card.json, is found by itself. Options go before what the card says.
 *
 * @throws InputError when a file is missing, damaged or of an unknown format, when an operator or layer is not
 * supported, or when what is needed to run the model contradicts itself or can't be known
 */
export async function openModel(path: string, options: ModelOptions = {}): Promise<ModelDescription> {
  return describeLocated(await locateModel(path, options.inputShape), options);
}

/**
 * Describes a model that was read.
 *
 * @throws InputError as openModel
 */
export function describeLocated(located: LocatedModel, options: ModelOptions): ModelDescription {
  const { file } = located;
  const card = located.card?.content;
  const name = options.name ?? card?.name ?? nameFromPath(located.path);
  const settings = settingsOf(options, card);
  if (options.layout !== undefined && file.format !== 'onnx') {
    throw new InputError(
      `${name}: a tfjs layers-model is channels last and is read as such; leave --model-layout out, or write the layout of other models into their cards`,
    );
  }
  // What an importer makes is channels first already; the layout speaks of .onnx files.
  const forFile = file.format === 'onnx' ? settings : { ...settings, layout: 'channels-first' as const };
  const prepared = classifierGraph(name, file.graph, forFile);
  const { graph, outputs } = takeOffSoftmax(name, simplify(prepared.graph), settings.outputs);
  const logits = simplify(graph);
  const classCount = classCountOf(logits.outputs[0]?.dims ?? []);
  if (classCount === undefined || (card !== undefined && card.classCount !== classCount)) {
    throw new InputError(
      `${name}: its output has ${String(classCount)} classes, and its card says ${String(card?.classCount)}; correct the card`,
    );
  }
  const data = located.card === undefined ? undefined : cardData(located.card.path, located.card.content);
  return {
    name,
    file: file.file,
    sha256: file.sha256,
    format: file.format,
    graph: logits,
    inputShape: prepared.inputShape,
    classCount,
    ...(card?.classNames === undefined ? {} : { classNames: card.classNames }),
    ...(settings.bounds === undefined ? {} : { bounds: settings.bounds }),
    outputs,
    parameterCount: parameterCountOf(file.graph),
    ...(prepared.fixedBatch === undefined ? {} : { fixedBatch: prepared.fixedBatch }),
    producer: file.producer,
    ...(file.opset === undefined ? {} : { opset: file.opset }),
    ...(settings.normalization === undefined ? {} : { normalization: settings.normalization }),
    layout: settings.layout ?? 'channels-first',
    notes: file.notes ?? [],
    ...(card === undefined ? {} : { card }),
    ...(data === undefined ? {} : { data }),
  };
}

/** The file's name without its ending; the folder's where the file is called model, as many are. */
function nameFromPath(path: string): string {
  const base = basename(path).replace(/\.[^.]+$/, '');
  return base === 'model' ? basename(dirname(resolve(path))) : base;
}

/** The floating-point numbers that a graph stores. */
export function parameterCountOf(graph: Graph): number {
  let count = 0;
  for (const value of graph.initializers.values()) {
    if (value.dataType.startsWith('float')) count += sizeOf(value.dims);
  }
  return count;
}
