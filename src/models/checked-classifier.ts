/** A graph that an engine runs as a classifier, and its checks by other ways to the same numbers. */
import type { Bounds, Classifier, LossGradient, ModelCheck } from '../classifier/classifier.ts';
import { assertLabels, assertNoNaN, exampleCount } from '../classifier/wrap.ts';
import { InputError, UnsupportedOperatorError } from '../core/errors.ts';
import type { CompiledGraph, Engine, Tensors } from '../engine/engine.ts';
import { float32, sizeOf, tensor } from '../graph/tensor.ts';
import { lossGradientGraph, type GradientNames } from './loss-gradient.ts';
import type { GraphProgram, ModelDescription } from './open.ts';
import {
  areSameGradients,
  assertAgreement,
  greatestDifference,
  leastLikely,
  NEIGHBOURS,
  nextFloats,
  SENSITIVITY,
  toleranceOf,
} from './self-check.ts';

/** What of a model's description a classifier is made from. */
export interface ClassifierSource
  extends
    Pick<ModelDescription, 'name' | 'inputShape' | 'classCount' | 'bounds' | 'approximateGradient'>,
    Omit<GraphProgram, 'kind'> {}

/** The classifier of a model file. */
export type ModelClassifier = Required<Classifier>;

/** So many examples are enough to tell a wrong graph, and cost one batch. */
export const PROBE_COUNT = 2;

/** How many examples a run takes. */
export interface Rows {
  /** A run is filled up to this with copies of its last example. */
  readonly least: number;
  /** Different examples of a run. */
  readonly most: number;
}

/** A run: `size` examples from `start`, the last one repeated up to `rows`. */
interface Chunk {
  readonly start: number;
  readonly size: number;
  readonly rows: number;
}

export interface Behaviour {
  readonly logits: Float32Array;
  /** Absent where the graph has none. */
  readonly gradients: Float32Array | undefined;
}

export interface Making {
  readonly bounds: Bounds;
  readonly rows: Rows;
  readonly engine: Engine;
  readonly forward: CompiledGraph;
  /** Examples that ways are compared on. */
  readonly probe: Float32Array;
}

export class CheckedClassifier implements ModelClassifier {
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
      const unoptimized = await new CheckedClassifier(this.#source, making).logits(this.probe);
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
      const tolerance = Math.max(this.#check.tolerance, await this.#roundingEffect());
      this.#check = { ...this.#check, tolerance };
    }
    assertAgreement(this.name, difference, this.#check.tolerance, ways);
  }

  /** How far apart rounding may bring logits on the probe. */
  async #roundingEffect(): Promise<number> {
    const moved = await this.logits(nextFloats(this.probe));
    return SENSITIVITY * greatestDifference(await this.logits(this.probe), moved);
  }

  /** Logits and gradients on the probe. */
  async behaviour(): Promise<Behaviour> {
    const logits = await this.logits(this.probe);
    return { logits, gradients: await this.#gradientsAt(this.probe, leastLikely(logits, PROBE_COUNT)) };
  }

  /** Whether this model behaves as another way to run it: the same logits and, where both have them, gradients. */
  async agrees(own: Behaviour, its: Behaviour, other: CheckedClassifier): Promise<boolean> {
    const { tolerance } = this.#check;
    const difference = greatestDifference(own.logits, its.logits);
    if (!(difference <= tolerance) && !(difference <= (await other.#roundingEffect()))) return false;
    // Where one has a gradient and the other has none, the wider form decides.
    const { gradients } = its;
    if (own.gradients !== undefined && gradients !== undefined) {
      const labels = leastLikely(its.logits, PROBE_COUNT);
      const moves = async (): Promise<readonly Float32Array[]> => {
        const moved: Float32Array[] = [];
        for (const steps of NEIGHBOURS) {
          const values = await other.#gradientsAt(nextFloats(this.probe, steps), labels);
          if (values !== undefined) moved.push(values);
        }
        return moved;
      };
      if (!(await areSameGradients(own.gradients, gradients, { count: PROBE_COUNT, tolerance, moves })))
        return false;
    }
    this.#check = { ...this.#check, batchOpened: true };
    return true;
  }

  async #gradientsAt(images: Float32Array, labels: Int32Array): Promise<Float32Array | undefined> {
    try {
      return (await this.lossGradient(images, labels)).gradients;
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
