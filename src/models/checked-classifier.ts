/** A graph that an engine runs as a classifier, and its checks by other ways to the same numbers. */
import type { Bounds, Classifier, LossGradient, ModelCheck } from '../classifier/classifier.ts';
import { crossEntropyOf, lossesOf, type LossName, type Objective } from '../classifier/objective.ts';
import { assertNoNaN, assertObjective, exampleCount } from '../classifier/wrap.ts';
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

export interface Making {
  readonly bounds: Bounds;
  readonly rows: Rows;
  readonly engine: Engine;
  readonly forward: CompiledGraph;
  /** Examples that ways are compared on. */
  readonly probe: Float32Array;
}

/** A gradient graph, compiled. */
interface Backward {
  readonly compiled: CompiledGraph;
  readonly names: GradientNames;
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
  /** Compiled when the gradient of a loss is first asked for. */
  readonly #backward = new Map<LossName, Promise<Backward>>();

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

  get losses(): ReadonlySet<LossName> {
    return lossesOf(this.classCount);
  }

  async gradient(inputs: Float32Array, objective: Objective): Promise<LossGradient> {
    const count = exampleCount(this.name, inputs, sizeOf(this.inputShape));
    assertObjective(this.name, objective, count, this.classCount);
    const { loss } = objective;
    const backward = this.#backward.get(loss) ?? this.#checkedBackward(loss);
    this.#backward.set(loss, backward);
    const results = await this.#differentiate(await backward, inputs, objective);
    assertNoNaN(this.name, 'logits', results.logits);
    assertNoNaN(this.name, 'losses', results.losses);
    assertNoNaN(this.name, 'input gradient', results.gradients);
    return results;
  }

  async #differentiate(
    { compiled, names }: Backward,
    inputs: Float32Array,
    objective: Objective,
  ): Promise<LossGradient> {
    const count = inputs.length / sizeOf(this.inputShape);
    const results = {
      losses: new Float32Array(count),
      gradients: new Float32Array(inputs.length),
      logits: new Float32Array(count * this.classCount),
    };
    for (const chunk of this.#chunks(count)) {
      const outputs = await compiled.run({
        ...this.#images(inputs, chunk),
        ...fed(objective, names.feeds, chunk, this.classCount),
      });
      this.#collect(outputs, names.losses, chunk, results.losses);
      this.#collect(outputs, names.gradients, chunk, results.gradients);
      this.#collect(outputs, names.logits, chunk, results.logits);
    }
    return results;
  }

  async dispose(): Promise<void> {
    await this.#forward.dispose();
    for (const pending of this.#backward.values()) {
      const backward = await pending.catch(() => undefined);
      await backward?.compiled.dispose();
    }
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

  /** Logits of the examples that ways are compared on. */
  probeLogits(): Promise<Float32Array> {
    return this.logits(this.probe);
  }

  /** Whether this model has the logits of another way to run it. */
  async hasLogitsOf(other: CheckedClassifier): Promise<boolean> {
    const difference = greatestDifference(await this.probeLogits(), await other.probeLogits());
    return difference <= this.#check.tolerance || difference <= (await other.#roundingEffect());
  }

  /** Whether this model has the gradients of another way to run it, where both have any. */
  async hasGradientsOf(other: CheckedClassifier): Promise<boolean> {
    const labels = leastLikely(await other.probeLogits(), PROBE_COUNT);
    const own = await this.#gradientsAt(this.probe, labels);
    const its = own === undefined ? undefined : await other.#gradientsAt(this.probe, labels);
    // Where one has a gradient and the other has none, the wider form decides.
    if (own === undefined || its === undefined) return true;
    const moves = async (): Promise<readonly Float32Array[]> => {
      const moved: Float32Array[] = [];
      for (const steps of NEIGHBOURS) {
        const values = await other.#gradientsAt(nextFloats(this.probe, steps), labels);
        if (values !== undefined) moved.push(values);
      }
      return moved;
    };
    const { tolerance } = this.#check;
    return areSameGradients(own, its, { count: PROBE_COUNT, tolerance, moves });
  }

  /**
   * A batch of one size that runs copies of one example must give for it what it gives beside others.
   *
   * @throws InputError when it does not: no outcome of an example would be its own
   */
  async assertExamplesApart(): Promise<void> {
    const { fixedBatch: size = 1, graph } = this.#source;
    if (size === 1) return;
    const chunk = { start: 0, size: PROBE_COUNT, rows: size };
    const outputs = await this.#forward.run(this.#images(this.probe, chunk));
    const beside = new Float32Array(PROBE_COUNT * this.classCount);
    this.#collect(outputs, graph.outputs[0]?.name ?? '', chunk, beside);
    const copies = await this.logits(this.probe);
    const [first, alone] = [beside, copies].map((logits) => logits.subarray(0, this.classCount));
    const difference = greatestDifference(first ?? beside, alone ?? copies);
    if (difference <= this.#check.tolerance) return;
    throw new InputError(
      `${this.name}: what it gives for an example depends on the others of its batch of ${String(size)}; export the model in evaluation mode (model.eval()), or for a batch of 1`,
    );
  }

  async #gradientsAt(images: Float32Array, labels: Int32Array): Promise<Float32Array | undefined> {
    try {
      return (await this.gradient(images, crossEntropyOf(labels))).gradients;
    } catch (error) {
      if (error instanceof UnsupportedOperatorError) return undefined;
      throw error;
    }
  }

  #making(): Making {
    const { bounds, probe } = this;
    return { bounds, probe, rows: this.#rows, engine: this.#engine, forward: this.#forward };
  }

  async #checkedBackward(loss: LossName): Promise<Backward> {
    const { graph, names } = this.#lossGradientGraph(loss);
    const compiled = await this.#engine.compile(graph);
    const probed = probeObjective(loss, this.classCount);
    const { logits } = await this.#differentiate({ compiled, names }, this.probe, probed);
    const difference = greatestDifference(await this.logits(this.probe), logits);
    await this.#assertRounding(difference, 'its forward and its gradient graph');
    const before = this.#check.forwardAgainstGradientGraph ?? 0;
    this.#check = { ...this.#check, forwardAgainstGradientGraph: Math.max(before, difference) };
    return { compiled, names };
  }

  #lossGradientGraph(loss: LossName): ReturnType<typeof lossGradientGraph> {
    const { graph, gradient = graph, approximateGradient } = this.#source;
    if (gradient === 'none') {
      throw new UnsupportedOperatorError(
        'Cast',
        '',
        `${this.name}: its input takes whole numbers, through which no gradient comes; write --approximate-gradient straight-through for that of the values before they are rounded, or attack it in the black box (--source MODEL)`,
      );
    }
    try {
      return lossGradientGraph(gradient, loss, approximateGradient);
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

/** What a loss is fed for a chunk of examples. */
function fed(objective: Objective, feeds: GradientNames['feeds'], chunk: Chunk, classCount: number): Tensors {
  const whole = (values: Int32Array): BigInt64Array => BigInt64Array.from(padded(values, 1, chunk), BigInt);
  return Object.fromEntries(
    feeds.map(([feed, name]) => {
      if (objective.loss === 'weighted-logits') {
        return [name, float32([chunk.rows, classCount], padded(objective.weights, classCount, chunk))];
      }
      const values =
        feed === 'targets' && objective.loss === 'targeted-dlr' ? objective.targets : objective.labels;
      return [name, tensor('int64', [chunk.rows], whole(values))];
    }),
  );
}

/** An objective for the probe: class 0, led towards class 1. */
function probeObjective(loss: LossName, classCount: number): Objective {
  const labels = new Int32Array(PROBE_COUNT);
  if (loss === 'weighted-logits')
    return { loss, weights: new Float32Array(PROBE_COUNT * classCount).fill(1) };
  if (loss === 'targeted-dlr') return { loss, labels, targets: new Int32Array(PROBE_COUNT).fill(1) };
  return { loss, labels };
}
