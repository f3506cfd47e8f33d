/**
 * Makes a classifier's graph of a file's: logits behind the image, and as many examples at a time as provably keep
 * apart. A file that was exported for one example is opened for any number; what cannot be runs one at a time.
 */
import { InputError } from '../core/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { openBatch } from '../graph/rows/open-batch.ts';
import { MixingError } from '../graph/rows/site.ts';
import { assertRowsApart } from '../graph/rows/track.ts';
import { simplify } from '../graph/simplify/simplify.ts';
import { specialize, type SpecializedGraph, type SpecializeOptions } from '../graph/specialize/specialize.ts';
import { BATCH } from '../graph/types.ts';
import type { Dimension, Graph, SourceGraph } from '../graph/types.ts';
import { framed, type Frame } from './frame.ts';
import { logitsOf, scoreCountOf, type ScoreForm } from './logits.ts';

/** A graph of a fixed batch that an opened one has to agree with. */
export interface ExportedBatch {
  readonly graph: Graph;
  readonly batch: number;
}

export interface PreparedGraph {
  /** One input, [N, ...] float32, and one output, logits [N, K] float32; N a number where `fixedBatch` says so. */
  readonly graph: Graph;
  readonly outputs: ScoreForm;
  /** The batch size that the graph insists on; absent where any goes. */
  readonly fixedBatch?: number;
  /** The graph as the file has it, where its batch was opened. */
  readonly exported?: ExportedBatch;
  readonly notes: readonly string[];
}

export interface Preparation {
  readonly name: string;
  readonly source: SourceGraph;
  readonly frame: Frame;
  /** What the file's output is said to hold. */
  readonly declared: 'logits' | 'probabilities' | undefined;
  readonly evaluate: SpecializeOptions['evaluate'];
}

/**
 * Prepares a file's graph.
 *
 * @throws InputError when the graph cannot be understood, or surely mixes the examples of a batch
 */
export async function prepareGraph(preparation: Preparation): Promise<PreparedGraph> {
  const [batch = BATCH] = preparation.frame.input.dims;
  return typeof batch === 'number' ? fixedFile(preparation, batch) : openFile(preparation);
}

/** A file for any number of examples: it keeps them apart as it stands, or is read for one and opened from there. */
async function openFile(preparation: Preparation): Promise<PreparedGraph> {
  let obstacle: InputError;
  try {
    return await preparedFor(preparation, BATCH);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    obstacle = error;
  }
  const one = await preparedFor(preparation, 1).catch(() => undefined);
  if (one === undefined) throw obstacle;
  const opened = opening(one, 1);
  if (!(opened instanceof InputError)) return opened;
  if (isCertain(obstacle) && isCertain(opened)) {
    throw new InputError(
      `${preparation.name}: ${obstacle.message}, so the outcome of an example would depend on the others of its batch; export the model in evaluation mode (model.eval()), or without that node`,
    );
  }
  return oneAtATime(one, 1, isCertain(obstacle) ? opened : obstacle);
}

/** A file for a batch of one size. Whatever it does, it does as it was exported to, if its batch holds one example. */
async function fixedFile(preparation: Preparation, batch: number): Promise<PreparedGraph> {
  const prepared = await preparedFor(preparation, batch);
  const opened = opening(prepared, batch);
  return opened instanceof InputError ? oneAtATime(prepared, batch, opened) : opened;
}

const isCertain = (error: InputError): boolean => error instanceof MixingError && error.certain;

function opening(prepared: PreparedGraph, batch: number): PreparedGraph | InputError {
  try {
    const graph = simplify(openBatch(prepared.graph));
    return {
      ...prepared,
      graph,
      exported: { graph: prepared.graph, batch },
      notes: [...prepared.notes, `its batch, fixed to ${String(batch)} in the file, was opened`],
    };
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function oneAtATime(prepared: PreparedGraph, batch: number, obstacle: InputError): PreparedGraph {
  const why = `it runs one example at a time, because ${obstacle.message}`;
  return { ...prepared, fixedBatch: batch, notes: [...prepared.notes, why] };
}

async function preparedFor(
  { name, source, frame, declared, evaluate }: Preparation,
  batch: Dimension,
): Promise<PreparedGraph> {
  const { graph, notes } = await understood(framed(name, source, frame, batch), evaluate);
  const scores = scored(name, graph, batch);
  // Before a softmax is taken off: over the batch it is part of what mixes.
  if (typeof batch === 'string') assertRowsApart(scores);
  const logits = logitsOf(name, scores, declared);
  return { graph: simplify(logits.graph), outputs: logits.outputs, notes: [...notes, ...logits.notes] };
}

/** The graph is beyond what the toolkit knows; a runtime that knows more may still run its file. */
export class NotUnderstoodError extends InputError {
  override name = 'NotUnderstoodError';
}

async function understood(
  graph: SourceGraph,
  evaluate: SpecializeOptions['evaluate'],
): Promise<SpecializedGraph> {
  try {
    return await specialize(graph, evaluate === undefined ? {} : { evaluate });
  } catch (error) {
    if (error instanceof InputError) throw new NotUnderstoodError(error.message);
    throw error;
  }
}

/** The scores as float32 [N, K]. */
function scored(name: string, graph: Graph, batch: Dimension): Graph {
  const [output] = graph.outputs;
  if (output === undefined) throw new InputError(`${name}: its graph has no output`);
  const count = scoreCountOf(output.dims, batch);
  if (count === undefined) {
    throw new InputError(
      `${name}: its output ${output.name} is of shape [${output.dims.join(', ')}], expected [${String(batch)}, number of classes]`,
    );
  }
  const builder = GraphBuilder.from(graph);
  const flat = output.dims.length === 2 ? output.name : builder.reshape(output.name, [-1, count]);
  builder.output(output.dataType === 'float32' ? flat : builder.cast(flat, 'float32'));
  return builder.build();
}
