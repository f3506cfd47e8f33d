/** A model that was opened, run by an engine: the classifier that attacks and the evaluator see. */
import { appendCrossEntropy } from '../autodiff/losses/cross-entropy.ts';
import { unsupported } from '../autodiff/backward.ts';
import { appendGradients, gradientEnd } from '../autodiff/gradient.ts';
import type { Bounds, Classifier, LossGradient, ModelCheck } from '../classifier/classifier.ts';
import { assertLabels, assertNoNaN, exampleCount } from '../classifier/wrap.ts';
import { InputError, UnsupportedOperatorError } from '../core/errors.ts';
import type { CompiledGraph, Engine, Tensors } from '../engine/engine.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { simplify } from '../graph/simplify/simplify.ts';
import { float32, sizeOf, tensor } from '../graph/tensor.ts';
import { BATCH } from '../graph/types.ts';
import type { Graph } from '../graph/types.ts';
import type { GraphProgram, ModelDescription } from './open.ts';
import { requireBounds, type ApproximateGradient } from './options.ts';
import {
  assertAgreement,
  greatestDifference,
  nextFloats,
  probeImages,
  SENSITIVITY,
  toleranceOf,
} from './self-check.ts';

/** What of a model's description a classifier is made from. */
export interface ClassifierSource
  extends
    Pick<ModelDescription, 'name' | 'inputShape' | 'classCount' | 'bounds' | 'approximateGradient'>,
    Omit<GraphProgram, 'kind'> {}

export interface GraphClassifierOptions {
  /** The most examples that run at once; a larger batch is split. Bounds memory. 64 where absent. */
  readonly chunkSize?: number;
  /** Examples to check the model on when it is opened, within its bounds; a few drawn ones where absent. */
  readonly probe?: Float32Array;
}

/** The classifier of a model file. */
export type ModelClassifier = Required<Classifier>;

const CHUNK_SIZE = 64;

/** So many examples are enough to tell a wrong graph, and cost one batch. */
const PROBE_COUNT = 2;

/**
 * A matrix product of one row takes a way of its own through the runtime, which rounds otherwise than that of
 * several rows. No run has fewer examples than this, so an example's result never depends on its batch.
 */
const LEAST_ROWS = 2;

/**
 * Makes a classifier of a model. An example's logits and gradient are the same bits whatever batch it comes in. Its
 * logits are checked against those of the runtime without optimisations and, when a gradient is first taken, against
 * those of the gradient's graph; a batch that was opened, against the file's own.
 *
 * @param engine stays the caller's to dispose of
 * @throws InputError when nothing says the model's bounds, the chunk size is malformed, the engine cannot run the
 * graph, or the logits of two ways differ; from `lossGradient`, UnsupportedOperatorError when the graph has no gradient
 */
export async function createGraphClassifier(
  description: ClassifierSource,
  engine: Engine,
  options: GraphClassifierOptions = {},
): Promise<ModelClassifier> {
  const bounds = requireBounds(description.name, description.bounds);
  const rows = rowsOf(description, options.chunkSize ?? CHUNK_SIZE);
  const elements = sizeOf(description.inputShape);
  const given = options.probe?.subarray(0, PROBE_COUNT * elements);
  const probe =
    given === undefined || given.length < PROBE_COUNT * elements
      ? probeImages(description.inputShape, bounds, PROBE_COUNT)
      : given;
  const forward = await engine.compile(description.graph);
  const classifier = new GraphClassifier(description, { bounds, rows, engine, forward, probe });
  if (await isFaithful(classifier, description, engine)) {
    await classifier.checkUnoptimized();
    return classifier;
  }
  // The opened batch is not what the file computes: as exported, one example at a time.
  await classifier.dispose();
  const { exported, ...others } = description;
  if (exported === undefined) throw new RangeError('only an opened batch can be closed again');
  const closed = { ...others, graph: exported.graph, fixedBatch: exported.batch };
  const asExported = await createGraphClassifier(closed, engine, options);
  return Object.assign(asExported, {
    notes: [
      'it runs one example at a time, because its opened batch does not give what the file itself gives',
    ],
  });
}

/** How many examples a run takes. */
interface Rows {
  /** A run is filled up to this with copies of its last example. */
  readonly least: number;
  /** Different examples of a run. */
  readonly most: number;
}

function rowsOf({ name, fixedBatch }: ClassifierSource, chunkSize: number): Rows {
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new InputError(`${name}: the chunk size is ${String(chunkSize)}, expected a whole number above 0`);
  }
  // What does not provably keep examples apart gets copies of one.
  if (fixedBatch !== undefined) return { least: fixedBatch, most: 1 };
  return { least: LEAST_ROWS, most: Math.max(chunkSize, LEAST_ROWS) };
}

/** Whether a model whose batch was opened computes what its file does, logits and gradients; true of any other. */
async function isFaithful(
  opened: GraphClassifier,
  { exported, ...description }: ClassifierSource,
  engine: Engine,
): Promise<boolean> {
  if (exported === undefined) return true;
  const asExported = new GraphClassifier(
    { ...description, graph: exported.graph, fixedBatch: exported.batch },
    {
      bounds: opened.bounds,
      rows: { least: exported.batch, most: 1 },
      engine,
      forward: await engine.compile(exported.graph),
      probe: opened.probe,
    },
  );
  try {
    return await opened.agreesWith(asExported);
  } finally {
    await asExported.dispose();
  }
}

/** A run: `size` examples from `start`, the last one repeated up to `rows`. */
interface Chunk {
  readonly start: number;
  readonly size: number;
  readonly rows: number;
}

interface Making {
  readonly bounds: Bounds;
  readonly rows: Rows;
  readonly engine: Engine;
  readonly forward: CompiledGraph;
  /** Examples that ways are compared on. */
  readonly probe: Float32Array;
}

class GraphClassifier implements ModelClassifier {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly bounds: Bounds;
  readonly probe: Float32Array;
  readonly notes: readonly string[] = [];
  readonly #source: ClassifierSource;
  readonly #engine: Engine;
  readonly #rows: Rows;
  readonly #forward: CompiledGraph;
  #check: ModelCheck;
  /** Compiled when a gradient is first asked for. */
  #backward: Promise<{ compiled: CompiledGraph; names: GradientNames }> | undefined;

  constructor(source: ClassifierSource, { bounds, rows, engine, forward, probe }: Making) {
    this.name = source.name;
    this.inputShape = source.inputShape;
    this.classCount = source.classCount;
    this.bounds = bounds;
    this.probe = probe;
    this.#source = source;
    this.#rows = rows;
    this.#engine = engine;
    this.#forward = forward;
    this.#check = { examples: PROBE_COUNT, tolerance: toleranceOf(source.graph) };
  }

  get check(): ModelCheck {
    return this.#check;
  }

  async logits(inputs: Float32Array): Promise<Float32Array> {
    const count = exampleCount(this.name, inputs, sizeOf(this.inputShape));
    const logits = new Float32Array(count * this.classCount);
    for (const chunk of this.#chunks(count)) {
      const outputs = await this.#forward.run(this.#images(inputs, chunk));
      this.#collect(outputs, this.#source.graph.outputs[0]?.name ?? '', chunk, logits);
    }
    assertNoNaN(this.name, 'logits', logits);
    return logits;
  }

  async lossGradient(inputs: Float32Array, labels: Int32Array): Promise<LossGradient> {
    const count = exampleCount(this.name, inputs, sizeOf(this.inputShape));
    assertLabels(this.name, labels, count, this.classCount);
    this.#backward ??= this.#checkedBackward();
    const { compiled, names } = await this.#backward;
    const results = await this.#differentiate(compiled, names, inputs, labels);
    assertNoNaN(this.name, 'logits', results.logits);
    assertNoNaN(this.name, 'losses', results.losses);
    assertNoNaN(this.name, 'input gradient', results.gradients);
    return results;
  }

  async #differentiate(
    compiled: CompiledGraph,
    names: GradientNames,
    inputs: Float32Array,
    labels: Int32Array,
  ): Promise<LossGradient> {
    const count = labels.length;
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
    return results;
  }

  async dispose(): Promise<void> {
    await this.#forward.dispose();
    const backward = await this.#backward?.catch(() => undefined);
    await backward?.compiled.dispose();
  }

  /** Compares the logits with those of the runtime without optimisations, on the probe. */
  async checkUnoptimized(): Promise<void> {
    if (this.#engine.optimizes !== true) return;
    const plain = await this.#engine.compile(this.#source.graph, { optimize: false }).catch(() => undefined);
    // Some operators run only in a form that an optimisation makes.
    if (plain === undefined) return;
    try {
      const making = { ...this.#making(), forward: plain };
      const unoptimized = await new GraphClassifier(this.#source, making).logits(this.probe);
      const difference = greatestDifference(await this.logits(this.probe), unoptimized);
      const ways = `the runtime (${this.#engine.runtime}) with and without its optimisations`;
      await this.#assertRounding(difference, ways);
      this.#check = { ...this.#check, optimisedAgainstUnoptimised: difference };
    } finally {
      await plain.dispose();
    }
  }

  /** A network that makes much of little may be further apart than others, as far as its own sensitivity explains. */
  async #assertRounding(difference: number, ways: string): Promise<void> {
    if (difference > this.#check.tolerance) {
      const moved = await this.logits(nextFloats(this.probe));
      const sensitivity = greatestDifference(await this.logits(this.probe), moved);
      const tolerance = Math.max(this.#check.tolerance, SENSITIVITY * sensitivity);
      this.#check = { ...this.#check, tolerance };
    }
    assertAgreement(this.name, difference, this.#check.tolerance, ways);
  }

  /** Whether another way to run the model has the same logits and, where there are any, gradients, on the probe. */
  async agreesWith(other: GraphClassifier): Promise<boolean> {
    const { tolerance } = this.#check;
    const [own, its] = [await this.logits(this.probe), await other.logits(this.probe)];
    if (!(greatestDifference(own, its) <= tolerance)) return false;
    const labels = new Int32Array(PROBE_COUNT);
    const gradients = await this.#gradientsOf(labels);
    const theirs = gradients === undefined ? undefined : await other.#gradientsOf(labels);
    // Where one has a gradient and the other has none, the wider form decides.
    const same = gradients === undefined || theirs === undefined || alike(gradients, theirs, tolerance);
    if (same) this.#check = { ...this.#check, batchOpened: true };
    return same;
  }

  async #gradientsOf(labels: Int32Array): Promise<Float32Array | undefined> {
    try {
      return (await this.lossGradient(this.probe, labels)).gradients;
    } catch (error) {
      if (error instanceof UnsupportedOperatorError) return undefined;
      throw error;
    }
  }

  #making(): Making {
    const { bounds, probe } = this;
    return { bounds, probe, rows: this.#rows, engine: this.#engine, forward: this.#forward };
  }

  async #checkedBackward(): Promise<{ compiled: CompiledGraph; names: GradientNames }> {
    const { graph, names } = this.#lossGradientGraph();
    const compiled = await this.#engine.compile(graph);
    const { logits } = await this.#differentiate(compiled, names, this.probe, new Int32Array(PROBE_COUNT));
    const difference = greatestDifference(await this.logits(this.probe), logits);
    await this.#assertRounding(difference, 'its forward and its gradient graph');
    this.#check = { ...this.#check, forwardAgainstGradientGraph: difference };
    return { compiled, names };
  }

  #lossGradientGraph(): ReturnType<typeof lossGradientGraph> {
    const { graph, gradient = graph, approximateGradient } = this.#source;
    if (gradient === 'none') {
      throw new UnsupportedOperatorError(
        'Cast',
        '',
        `${this.name}: its input takes whole numbers, through which no gradient comes; write --approximate-gradient straight-through for that of the values before they are rounded, or attack it in the black box (--source MODEL)`,
      );
    }
    try {
      return lossGradientGraph(gradient, approximateGradient);
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
    return { [this.#source.graph.inputs[0]?.name ?? '']: float32([chunk.rows, ...this.inputShape], data) };
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

/** Whether two gradients point the same way: their difference is small beside their length. */
function alike(a: Float32Array, b: Float32Array, tolerance: number): boolean {
  let apart = 0;
  let length = 0;
  a.forEach((value, index) => {
    apart += (value - (b[index] ?? NaN)) ** 2;
    length += value ** 2;
  });
  return Math.sqrt(apart) <= 10 * tolerance * Math.sqrt(length);
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

/** Below it exp(z) is 0 beside any finite logit. */
const LEAST_LOGIT = -1e30;

interface GradientNames {
  readonly labels: string;
  readonly losses: string;
  readonly gradients: string;
  readonly logits: string;
}

/**
 * The graph of cross-entropy and its gradient by the image.
 *
 * @param approximate stands in for the gradient where rounding stops it
 * @param logitsGraph one input, the image [N, …], and one output, logits [N, K]
 * @returns a graph of the inputs image and labels, int64 [N], and the outputs losses [N], gradients, and logits
 * @throws UnsupportedOperatorError when an operator between image and logits has no gradient
 */
export function lossGradientGraph(
  logitsGraph: Graph,
  approximate?: ApproximateGradient,
): { graph: Graph; names: GradientNames } {
  const builder = GraphBuilder.from(logitsGraph);
  const [image] = logitsGraph.inputs;
  const [logits] = logitsGraph.outputs;
  if (image === undefined || logits === undefined) {
    throw new InputError(`the graph ${logitsGraph.name} has no image input or no logits output`);
  }
  const labels = builder.input(builder.fresh('labels'), 'int64', [image.dims[0] ?? BATCH]);
  // A logit of −∞, a class that is never chosen, has the probability 0 with this one too, and no NaN in its loss.
  const finite = builder.apply('Clip', [logits.name, builder.scalar(LEAST_LOGIT)]);
  const losses = appendCrossEntropy(builder, finite, labels);
  const options = approximate === undefined ? {} : { approximate };
  const end = gradientEnd(builder, logits.name, image.name, options);
  if (end !== undefined)
    throw unsupported(end, 'the derivative is 0 behind it, and no other way leads to the logits');
  const [gradients = ''] = appendGradients(builder, losses, [image.name], options);
  for (const output of [losses, gradients, logits.name]) builder.output(output);
  return { graph: simplify(builder.build()), names: { labels, losses, gradients, logits: logits.name } };
}
