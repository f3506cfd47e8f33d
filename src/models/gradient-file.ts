/** The gradient of what a model file computes, any file of the graph language: not classifiers of images alone. */
import { chooseOutput, createGradientGraph } from '../autodiff/gradient-graph.ts';
import type { GradientGraphOptions } from '../autodiff/gradient-graph.ts';
import { InputError, UnsupportedOperatorError } from '../core/errors.ts';
import { externalDataBeside } from '../graph/onnx/external-data.ts';
import { decodeModel } from '../graph/onnx/read.ts';
import { writableGraph } from '../graph/operators/expand.ts';
import { specialize } from '../graph/specialize/specialize.ts';
import type { SpecializedGraph, SpecializeOptions } from '../graph/specialize/specialize.ts';
import type { Graph, SourceGraph } from '../graph/types.ts';
import { checkModelCard, confinedWeightsPath, isModelCard } from './card/model-card-file.ts';
import { openFile, readModelFile } from './file.ts';

export interface GradientModelOptions extends GradientGraphOptions {
  /** Numbers for sizes that the file names, where a gradient, or a branch of the file, needs to know them. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Channels first, for a tfjs model that leaves its input's size open. */
  readonly inputShape?: readonly number[];
}

export interface GradientModel {
  /** See `createGradientGraph`; of the file's graph before softmax, normalisation or layout are seen to. */
  readonly graph: Graph;
  /** The output that is differentiated. */
  readonly output: string;
  /** What was changed or taken for granted, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads an .onnx file, a tfjs model.json or the file that a model card names, and makes the graph of its gradient.
 *
 * @param means computes constants that the graph language has no rule for
 * @throws InputError naming the file and what in it is missing, damaged or has no gradient
 */
export async function createGradientModel(
  path: string,
  options: GradientModelOptions,
  means: Pick<SpecializeOptions, 'evaluate'>,
): Promise<GradientModel> {
  const read = await readSource(path, options);
  const refused = (problem: string): InputError => new InputError(`${read.path}: ${problem}`);
  const source = sized(read, options.sizes ?? {});
  try {
    const { graph, notes } = await understood(source, means);
    const { name: output } = chooseOutput(graph.outputs, options.output);
    return {
      graph: writableGraph(createGradientGraph(graph, options)),
      output,
      notes: [...read.notes, ...notes, ...normalizedOutput(graph, output, options)],
    };
  } catch (error) {
    if (error instanceof UnsupportedOperatorError) {
      const advice = 'choose other inputs or another output';
      throw refused(
        `${error.problem}, so what lies before it has no gradient; ${advice}${sizeAdvice(sizeNames(source))}`,
      );
    }
    throw error instanceof InputError ? refused(error.message) : error;
  }
}

interface Source {
  readonly path: string;
  readonly graph: SourceGraph;
  readonly notes: readonly string[];
}

async function readSource(path: string, options: GradientModelOptions): Promise<Source> {
  const opened = await openFile(path);
  if (opened.kind === 'binary') {
    // Only what is needed is read, so that an operator beside the way is no obstacle.
    const only = {
      chooseOutputs: (outputs: Parameters<typeof chooseOutput>[0]) => [
        chooseOutput(outputs, options.output).name,
      ],
    };
    const choice = options.withOutputs === true ? {} : only;
    const { graph, notes } = decodeModel(opened.bytes, path, externalDataBeside(path), choice);
    return { path, graph, notes };
  }
  if (isModelCard(opened.json)) {
    const card = await checkModelCard(path, opened.json);
    const read = await readSource(confinedWeightsPath(path, card), {
      inputShape: card.input.shape,
      ...options,
    });
    const beside = card.input.normalization === undefined ? [] : [normalizationNote];
    return { ...read, notes: [...read.notes, ...beside] };
  }
  const { graph, obstacle, notes } = await readModelFile(path, opened, options);
  if (graph === undefined) throw obstacle ?? new InputError(`${path} holds no graph`);
  return { path, graph, notes: notes ?? [] };
}

const normalizationNote =
  'the card says a normalisation, which the file does not hold: the gradient is by the file’s own input, behind it';

/** The names of the sizes that the inputs leave open. */
function sizeNames({ inputs }: SourceGraph): readonly string[] {
  return [...new Set(inputs.flatMap(({ dims }) => dims.filter((dim) => typeof dim === 'string')))];
}

function sizeAdvice(open: readonly string[]): string {
  const written = open.map((name) => `--size ${name}=NUMBER`).join(', ');
  return open.length === 0 ? '' : `; where a size has to be known, write it: ${written}`;
}

async function understood(
  source: SourceGraph,
  means: Pick<SpecializeOptions, 'evaluate'>,
): Promise<SpecializedGraph> {
  try {
    return await specialize(source, means);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${error.message}${sizeAdvice(sizeNames(source))}`);
  }
}

/** The graph with sizes in the place of their names. */
function sized({ path, graph }: Source, sizes: Readonly<Record<string, number>>): SourceGraph {
  const names = sizeNames(graph);
  const unknown = Object.keys(sizes).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `${path}: no input has a size named ${unknown}: ${names.length === 0 ? 'all are fixed' : `the names are ${names.join(', ')}`}`,
    );
  }
  const inputs = graph.inputs.map((input) => ({
    ...input,
    dims: input.dims.map((dim) => (Object.hasOwn(sizes, dim) ? (sizes[dim] ?? dim) : dim)),
  }));
  return { ...graph, inputs };
}

/** A loss of logits is taken of what the file gives, whatever it is. */
function normalizedOutput(graph: Graph, output: string, { of }: GradientModelOptions): readonly string[] {
  const last = graph.nodes.find((node) => node.outputs.includes(output));
  if (of === 'cotangent' || (last?.operator !== 'Softmax' && last?.operator !== 'Sigmoid')) return [];
  return [
    `the output ${output} comes out of a ${last.operator}, and the ${of} takes it for logits: differentiate an output before it, or export the file without it`,
  ];
}
