/** A model that was opened, run by an engine: the classifier that attacks and the evaluator see. */
import { appendCrossEntropy } from '../autodiff/cross-entropy.ts';
import { appendGradients } from '../autodiff/gradient.ts';
import type { Bounds, Classifier, LossGradient } from '../classifier/classifier.ts';
import { assertLabels, assertNoNaN, exampleCount } from '../classifier/wrap.ts';
import { InputError, UnsupportedOperatorError } from '../core/errors.ts';
import type { CompiledGraph, Engine, Tensors } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { simplify } from '../graph/simplify/simplify.ts';
import { float32, sizeOf, tensor } from '../graph/tensor.ts';
import { BATCH } from '../graph/types.ts';
import type { Graph } from '../graph/types.ts';
import type { ModelDescription } from './open.ts';
import { requireBounds } from './options.ts';

/** What of a model's description a classifier is made from. */
export type ClassifierSource = Pick<
  ModelDescription,
  'name' | 'graph' | 'inputShape' | 'classCount' | 'bounds' | 'fixedBatch'
>;

export interface GraphClassifierOptions {
  /** The most examples that run at once; a larger batch is split. Bounds memory. 64 where absent. */
  readonly chunkSize?: number;
}

const CHUNK_SIZE = 64;

/**
 * A matrix product of one row takes a way of its own through the runtime, which rounds otherwise than that of
 * several rows. No run has fewer examples than this, so an example's result never depends on its batch.
 */
const LEAST_ROWS = 2;

/**
 * Makes a classifier of a model. An example's logits and gradient are the same bits whatever batch it comes in.
 *
 * @param engine stays the caller's to dispose of
 * @throws InputError when nothing says the model's bounds, the chunk size is malformed, or the engine cannot run
 * the graph; from `lossGradient`, UnsupportedOperatorError when the graph has no gradient
 */
export async function createGraphClassifier(
  description: ClassifierSource,
  engine: Engine,
  options: GraphClassifierOptions = {},
): Promise<Required<Classifier>> {
  const bounds = requireBounds(description.name, description.bounds);
  const rows = rowsOf(description, options.chunkSize ?? CHUNK_SIZE);
  const forward = await engine.compile(description.graph);
  return new GraphClassifier(description, bounds, rows, engine, forward);
}

/** How many examples a run takes: a fixed number, or from the least to the most. */
interface Rows {
  readonly least: number;
  readonly most: number;
}

function rowsOf({ name, fixedBatch }: ClassifierSource, chunkSize: number): Rows {
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new InputError(`${name}: the chunk size is ${String(chunkSize)}, expected a whole number above 0`);
  }
  if (fixedBatch !== undefined) return { least: fixedBatch, most: fixedBatch };
  return { least: LEAST_ROWS, most: Math.max(chunkSize, LEAST_ROWS) };
}

/** A run: `size` examples from `start`, the last one repeated up to `rows`. */
interface Chunk {
  readonly start: number;
  readonly size: number;
  readonly rows: number;
}

class GraphClassifier implements Classifier {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly bounds: Bounds;
  readonly #graph: Graph;
  readonly #engine: Engine;
  readonly #rows: Rows;
  readonly #forward: CompiledGraph;
  /** Compiled when a gradient is first asked for. */
  #backward: Promise<{ compiled: CompiledGraph; names: GradientNames }> | undefined;

  constructor(
    description: ClassifierSource,
    bounds: Bounds,
    rows: Rows,
    engine: Engine,
    forward: CompiledGraph,
  ) {
    this.name = description.name;
    this.inputShape = description.inputShape;
    this.classCount = description.classCount;
    this.bounds = bounds;
    this.#graph = description.graph;
    this.#rows = rows;
    this.#engine = engine;
    this.#forward = forward;
  }

  async logits(inputs: Float32Array): Promise<Float32Array> {
    const count = exampleCount(this.name, inputs, sizeOf(this.inputShape));
    const logits = new Float32Array(count * this.classCount);
    for (const chunk of this.#chunks(count)) {
      const outputs = await this.#forward.run(this.#images(inputs, chunk));
      this.#collect(outputs, this.#graph.outputs[0]?.name ?? '', chunk, logits);
    }
    assertNoNaN(this.name, 'logits', logits);
    return logits;
  }

  async lossGradient(inputs: Float32Array, labels: Int32Array): Promise<LossGradient> {
    const count = exampleCount(this.name, inputs, sizeOf(this.inputShape));
    assertLabels(this.name, labels, count, this.classCount);
    this.#backward ??= this.#compileBackward();
    const { compiled, names } = await this.#backward;
    const results = {
      losses: new Float32Array(count),
      gradients: new Float32Array(inputs.length),
      logits: new Float32Array(count * this.classCount),
    };
    for (const chunk of this.#chunks(count)) {
      const outputs = await compiled.run({
        ...this.#images(inputs, chunk),
        [names.labels]: tensor('int64', [chunk.rows], BigInt64Array.from(padded(labels, 1, chunk), BigInt)),
      });
      this.#collect(outputs, names.losses, chunk, results.losses);
      this.#collect(outputs, names.gradients, chunk, results.gradients);
      this.#collect(outputs, names.logits, chunk, results.logits);
    }
    assertNoNaN(this.name, 'logits', results.logits);
    assertNoNaN(this.name, 'losses', results.losses);
    assertNoNaN(this.name, 'input gradient', results.gradients);
    return results;
  }

  async dispose(): Promise<void> {
    await this.#forward.dispose();
    const backward = await this.#backward?.catch(() => undefined);
    await backward?.compiled.dispose();
  }

  async #compileBackward(): Promise<{ compiled: CompiledGraph; names: GradientNames }> {
    const { graph, names } = this.#lossGradientGraph();
    return { compiled: await this.#engine.compile(graph), names };
  }

  #lossGradientGraph(): ReturnType<typeof lossGradientGraph> {
    try {
      return lossGradientGraph(this.#graph);
    } catch (error) {
      if (!(error instanceof UnsupportedOperatorError)) throw error;
      // Among several models the user must learn which one it is.
      const { operator, node, message } = error;
      throw new UnsupportedOperatorError(operator, node, `${this.name}: ${message}`);
    }
  }

  #chunks(count: number): Chunk[] {
    const { least, most } = this.#rows;
    return Array.from({ length: Math.ceil(count / most) }, (_, index) => {
      const start = index * most;
      const size = Math.min(most, count - start);
      return { start, size, rows: Math.max(size, least) };
    });
  }

  #images(inputs: Float32Array, chunk: Chunk): Tensors {
    const data = padded(inputs, sizeOf(this.inputShape), chunk);
    return { [this.#graph.inputs[0]?.name ?? '']: float32([chunk.rows, ...this.inputShape], data) };
  }

  /** Copies an output's rows, without the repeated ones, to the place of the chunk. */
  #collect(outputs: Tensors, name: string, { start, size, rows }: Chunk, into: Float32Array): void {
    const output = outputs[name];
    if (!(output?.data instanceof Float32Array) || output.data.length % rows !== 0) {
      throw new InputError(`${this.name}: the engine gave no float32 rows for ${name}`);
    }
    const width = output.data.length / rows;
    into.set(output.data.subarray(0, size * width), start * width);
  }
}

/** The chunk's rows of an array, the last one repeated where it needs more. Not copied where it does not. */
function padded<T extends Float32Array | Int32Array>(values: T, width: number, chunk: Chunk): T {
  const { start, size, rows } = chunk;
  const part = values.subarray(start * width, (start + size) * width) as T;
  if (rows === size) return part;
  const result = new (values.constructor as new (length: number) => T)(rows * width);
  result.set(part);
  const last = part.subarray((size - 1) * width);
  for (let row = size; row < rows; row++) result.set(last, row * width);
  return result;
}

interface GradientNames {
  readonly labels: string;
  readonly losses: string;
  readonly gradients: string;
  readonly logits: string;
}

/**
 * The graph of cross-entropy and its gradient by the image.
 *
 * @param logitsGraph one input, the image [N, …], and one output, logits [N, K]
 * @returns a graph of the inputs image and labels, int64 [N], and the outputs losses [N], gradients, and logits
 * @throws UnsupportedOperatorError when an operator between image and logits has no gradient
 */
export function lossGradientGraph(logitsGraph: Graph): { graph: Graph; names: GradientNames } {
  const builder = GraphBuilder.from(logitsGraph);
  const [image] = logitsGraph.inputs;
  const [logits] = logitsGraph.outputs;
  if (image === undefined || logits === undefined) {
    throw new InputError(`the graph ${logitsGraph.name} has no image input or no logits output`);
  }
  const labels = builder.input(builder.fresh('labels'), 'int64', [image.dims[0] ?? BATCH]);
  const losses = appendCrossEntropy(builder, logits.name, labels);
  const [gradients = ''] = appendGradients(builder, losses, [image.name]);
  for (const output of [losses, gradients, logits.name]) builder.output(output);
  return { graph: simplify(builder.build()), names: { labels, losses, gradients, logits: logits.name } };
}
