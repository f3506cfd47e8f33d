/** Opens a model file, of whatever format, as what turns images in the data's units into logits. */
import { basename, dirname, resolve } from 'node:path';
import type { Bounds } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { definitionOf } from '../graph/operators/definitions.ts';
import type { SpecializeOptions } from '../graph/specialize/specialize.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Graph, SourceGraph } from '../graph/types.ts';
import { cardData } from './card/model-card-file.ts';
import type { ModelCard } from './card/model-card.ts';
import { imageInput } from './choose.ts';
import type { ModelFile, ModelFormat } from './file.ts';
import type { Frame } from './frame.ts';
import { imageShape } from './image-shape.ts';
import { locateModel } from './locate.ts';
import type { LocatedModel } from './locate.ts';
import { scoreCountOf, type ScoreForm } from './logits.ts';
import { settingsOf } from './options.ts';
import type {
  ApproximateGradient,
  ImageNormalization,
  Layout,
  ModelOptions,
  ModelSettings,
} from './options.ts';
import { NotUnderstoodError, prepareGraph, type ExportedBatch, type PreparedGraph } from './prepare.ts';

/** As results have it. */
const LONGEST_NAME = 200;

/** All that is known of a model that can be attacked. */
export interface ModelDescription {
  readonly name: string;
  /** Base name of the file, or of the first of the files, that hold the weights. */
  readonly file: string;
  /** SHA-256 of the weights, hexadecimal, in the order that file.ts defines. */
  readonly sha256: string;
  readonly format: ModelFormat;
  /** How its logits are computed: by a graph that has a gradient, or by the file as it is. */
  readonly program: ModelProgram;
  /** Channels first for images: [channels, height, width]. */
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly classNames?: readonly string[];
  /** Absent where nothing says them; `requireBounds` asks for them when they are needed. */
  readonly bounds?: Bounds;
  /** What the logits were made from. */
  readonly outputs: ScoreForm;
  /** Floating-point numbers stored in the file: weights and running statistics. Absent where it is not understood. */
  readonly parameterCount?: number;
  /** The program that wrote the file; '' where it does not say. */
  readonly producer: string;
  /** The opset of an .onnx file, before it was brought to the toolkit's. */
  readonly opset?: number;
  /** (x − mean) / std, put before the model; absent where the file has its own, or none is needed. */
  readonly normalization?: ImageNormalization;
  /** The order of the axes of the file's own image input. */
  readonly layout: Layout;
  /** How the gradient departs from the exact one, where it was asked to. */
  readonly approximateGradient?: ApproximateGradient;
  /** What opening the file changed or took for granted, one sentence each, for the record and the reader. */
  readonly notes: readonly string[];
  readonly card?: ModelCard;
  /** What the card says the model is to be measured on, its path made relative to the working folder. */
  readonly data?: { readonly specification: string; readonly split: string };
}

export type ModelProgram = GraphProgram | FileProgram;

/** A graph of operators that the toolkit knows. */
export interface GraphProgram {
  readonly kind: 'graph';
  /**
   * One input, [N, ...inputShape] float32 within the bounds, and one output, logits [N, classCount]. Normalisation
   * is inside. N is a number where the file's batch size could not be opened up.
   */
  readonly graph: Graph;
  /** The batch size that the graph insists on; absent where any goes. */
  readonly fixedBatch?: number;
  /** The graph as the file has it, where its batch was opened: the two must agree. */
  readonly exported?: ExportedBatch;
  /**
   * What the gradient is taken of: absent where it is the graph, 'none' where the image is rounded before the file
   * takes it, and a graph in which it is not, where an approximate gradient was asked for.
   */
  readonly gradient?: Graph | 'none';
}

/** A file that the runtime runs as it is, one example at a time. */
export interface FileProgram {
  readonly kind: 'file';
  readonly path: string;
  readonly frame: Frame;
  /** The output with the scores. */
  readonly output: string;
  /** The size of the file's own batch, 1 where it is open. */
  readonly batch: number;
  /** What the output is said to hold. */
  readonly declared: 'logits' | 'probabilities' | undefined;
  /** Why the toolkit itself does not run it. */
  readonly obstacle: string;
}

/** What opening takes from around it. */
export type OpeningMeans = Pick<SpecializeOptions, 'evaluate'>;

/**
 * Opens an .onnx file, a tfjs model.json, or a model card, told apart by content. A card beside the file with the same
 * base name, ending in .card.json, is found by itself. Options go before what the card says.
 *
 * @throws InputError when a file is missing, damaged or of an unknown format, or when what is needed to run the model
 * contradicts itself or can't be known
 */
export async function openModel(
  path: string,
  options: ModelOptions = {},
  means: OpeningMeans = {},
): Promise<ModelDescription> {
  return describeLocated(await locateModel(path, options), options, means);
}

/**
 * Describes a model that was read.
 *
 * @throws InputError as openModel
 */
export async function describeLocated(
  located: LocatedModel,
  options: ModelOptions,
  means: OpeningMeans = {},
): Promise<ModelDescription> {
  const { file } = located;
  const card = located.card?.content;
  const name = options.name ?? card?.name ?? nameFromPath(located.path);
  assertName(name, located.path);
  const settings = settingsOf(options, card);
  if (options.layout !== undefined && file.format !== 'onnx') {
    throw new InputError(
      `${name}: a tfjs model is channels last and is read as such; leave --model-layout out, or write the layout of other models into their cards`,
    );
  }
  // What an importer makes is channels first already; the layout speaks of .onnx files.
  const forFile = file.format === 'onnx' ? settings : { ...settings, layout: 'channels-first' as const };
  const input = imageInput(name, file.needed);
  const image = imageShape(name, input, forFile);
  const frame: Frame = { input, image, normalization: settings.normalization, whole: 'rounded' };
  const opened = await programOf(name, located, frame, { settings, options, means });
  const classCount = classCountOf(name, opened.scoreCount, card);
  const data = located.card === undefined ? undefined : cardData(located.card.path, located.card.content);
  return {
    name,
    file: file.file,
    sha256: file.sha256,
    format: file.format,
    program: opened.program,
    inputShape: image.shape,
    classCount,
    ...(card?.classNames === undefined ? {} : { classNames: card.classNames }),
    ...(settings.bounds === undefined ? {} : { bounds: settings.bounds }),
    outputs: opened.outputs,
    ...(file.graph === undefined ? {} : { parameterCount: parameterCountOf(file.graph) }),
    producer: file.producer,
    ...(file.opset === undefined ? {} : { opset: file.opset }),
    ...(settings.normalization === undefined ? {} : { normalization: settings.normalization }),
    layout: file.format === 'onnx' ? image.layout : 'channels-last',
    ...(options.approximateGradient === undefined
      ? {}
      : { approximateGradient: options.approximateGradient }),
    notes: [...(file.notes ?? []), ...leftOut(file), ...image.notes, ...opened.notes].map(printable),
    ...(card === undefined ? {} : { card }),
    ...(data === undefined ? {} : { data }),
  };
}

/** Inputs beside the image, which the scores do not need. */
function leftOut({ inputs, needed }: ModelFile): readonly string[] {
  const names = inputs.filter((input) => !needed.includes(input)).map(({ name }) => name);
  if (names.length === 0) return [];
  return [`the scores do not depend on its input${names.length > 1 ? 's' : ''} ${names.join(', ')}`];
}

interface OpenedProgram {
  readonly program: ModelProgram;
  readonly outputs: ScoreForm;
  /** Undefined where the file does not tell. */
  readonly scoreCount: number | undefined;
  readonly notes: readonly string[];
}

interface ProgramSettings {
  readonly settings: ModelSettings;
  readonly options: ModelOptions;
  readonly means: OpeningMeans;
}

async function programOf(
  name: string,
  located: LocatedModel,
  frame: Frame,
  { settings, options, means }: ProgramSettings,
): Promise<OpenedProgram> {
  const { file } = located;
  if (file.graph === undefined) return fileProgram(name, located, frame, settings, file.obstacle);
  const common = { name, source: file.graph, declared: settings.outputs, evaluate: means.evaluate };
  try {
    const prepared = await prepareGraph({ ...common, frame });
    const asFloat =
      frame.input.whole && options.approximateGradient !== undefined
        ? await prepareGraph({ ...common, frame: { ...frame, whole: 'float' } })
        : undefined;
    return graphProgram(prepared, frame, asFloat);
  } catch (error) {
    if (!(error instanceof NotUnderstoodError) || file.format !== 'onnx') throw error;
    return fileProgram(name, located, frame, settings, error);
  }
}

function graphProgram(
  { graph, outputs, fixedBatch, exported, notes }: PreparedGraph,
  { input }: Frame,
  asFloat: PreparedGraph | undefined,
): OpenedProgram {
  return {
    program: {
      kind: 'graph',
      graph,
      ...(fixedBatch === undefined ? {} : { fixedBatch }),
      ...(exported === undefined ? {} : { exported }),
      ...(input.whole ? { gradient: asFloat?.graph ?? ('none' as const) } : {}),
    },
    outputs,
    scoreCount: Number(graph.outputs[0]?.dims.at(-1)),
    notes: input.whole
      ? [...notes, `its input takes whole numbers (${input.dataType}): values are rounded`]
      : notes,
  };
}

/** A file that is not understood runs as a black box, if it is an ONNX file. */
function fileProgram(
  name: string,
  { path, file }: LocatedModel,
  frame: Frame,
  settings: ModelSettings,
  obstacle: InputError | undefined,
): OpenedProgram {
  const chance = [...file.operators.keys()].find((operator) => definitionOf(operator)?.isRandom === true);
  if (chance !== undefined) {
    throw new InputError(
      `${name}: its operator ${chance} draws random numbers, so that no outcome is the same twice; export the model in evaluation mode, or without it`,
    );
  }
  if (file.inputs.length > 1) {
    // The runtime wants all of them, whether the scores need them or not.
    throw obstacle ?? new InputError(`${name}: it has several inputs; export the model with the image alone`);
  }
  const [batch] = frame.input.dims;
  const size = typeof batch === 'number' ? batch : 1;
  const dims = file.output.dims?.map((dim, axis) => (axis === 0 && typeof dim === 'string' ? size : dim));
  const count = dims === undefined ? undefined : scoreCountOf(dims, size);
  const why = obstacle?.message ?? `${name} is beyond what the toolkit understands`;
  return {
    program: {
      kind: 'file',
      path,
      frame,
      output: file.output.name,
      batch: size,
      declared: settings.outputs,
      obstacle: why,
    },
    outputs:
      count === 1 ? 'binary' : settings.outputs === 'probabilities' ? 'logarithm of probabilities' : 'logits',
    scoreCount: count === 1 ? 2 : count,
    notes: [`the runtime runs the file as it is, one example at a time, without a gradient, because ${why}`],
  };
}

/** A result names its models; what it cannot hold is refused before any work. */
function assertName(name: string, path: string): void {
  const wrong =
    name.length > LONGEST_NAME
      ? `is of ${String(name.length)} characters, and a result holds at most ${String(LONGEST_NAME)}`
      : /[\p{Cc}\u2028\u2029]/u.test(name)
        ? 'holds a line break or another control character'
        : name === ''
          ? 'is empty'
          : undefined;
  if (wrong === undefined) return;
  throw new InputError(
    `the name of the model ${path} ${wrong}: rename the file, or write a name into its card`,
  );
}

function classCountOf(name: string, found: number | undefined, card: ModelCard | undefined): number {
  const classCount = found ?? card?.classCount;
  if (classCount === undefined) {
    throw new InputError(
      `${name}: the file does not tell how many scores it gives; write a model card with classCount beside it`,
    );
  }
  if (card !== undefined && card.classCount !== classCount) {
    throw new InputError(
      `${name}: its output has ${String(classCount)} classes, and its card says ${String(card.classCount)}; correct the card`,
    );
  }
  return classCount;
}

/** The file's name without its ending; the folder's where the file is called model, as many are. */
function nameFromPath(path: string): string {
  const base = basename(path).replace(/\.[^.]+$/, '');
  return base === 'model' ? basename(dirname(resolve(path))) : base;
}

/** The floating-point numbers that a graph stores. */
export function parameterCountOf(graph: Pick<SourceGraph, 'initializers'>): number {
  let count = 0;
  for (const value of graph.initializers.values()) {
    if (value.dataType.startsWith('float')) count += sizeOf(value.dims);
  }
  return count;
}
