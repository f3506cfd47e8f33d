/**
 * A model whose file holds a batch of one size, opened for any. Its logits were compared with the file's own when it was
 * opened; its gradients are when one is first asked for, so that a model which only scores pays for none.
 */
import type { Bounds, Classifier, LossGradient, ModelCheck } from '../classifier/classifier.ts';

/** A way to run a model that can be compared with another. */
export interface Comparable extends Required<Classifier> {
  readonly check: ModelCheck | undefined;
  /** The gradients of the examples that ways are compared on; undefined where the graph has none. */
  probeGradients(): Promise<Float32Array | undefined>;
}

/**
 * The classifier of an opened batch. Where its gradients turn out not to be the file's, the file as it was exported
 * takes over, and a note says so.
 *
 * @param opened has the logits of the file
 * @param asExported makes the classifier of the file's own batch
 * @param tolerance how far the two may be apart
 */
export function openedBatch(
  opened: Comparable,
  asExported: () => Promise<Comparable>,
  tolerance: number,
): Required<Classifier> {
  return new OpenedBatch(opened, asExported, tolerance);
}

/** What is noted where the opened batch is given up. */
export const NOT_THE_FILE =
  'it runs one example at a time, because its opened batch does not give what the file itself gives';

class OpenedBatch implements Required<Classifier> {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly bounds: Bounds;
  readonly #asExported: () => Promise<Comparable>;
  readonly #tolerance: number;
  #current: Comparable;
  #isOpen = true;
  #compared: Promise<void> | undefined;

  constructor(opened: Comparable, asExported: () => Promise<Comparable>, tolerance: number) {
    this.name = opened.name;
    this.inputShape = opened.inputShape;
    this.classCount = opened.classCount;
    this.bounds = opened.bounds;
    this.#current = opened;
    this.#asExported = asExported;
    this.#tolerance = tolerance;
  }

  get check(): ModelCheck | undefined {
    const { check } = this.#current;
    return check === undefined || !this.#isOpen ? check : { ...check, batchOpened: true };
  }

  get notes(): readonly string[] {
    return this.#isOpen ? this.#current.notes : [...this.#current.notes, NOT_THE_FILE];
  }

  logits(inputs: Float32Array): Promise<Float32Array> {
    return this.#current.logits(inputs);
  }

  async lossGradient(inputs: Float32Array, labels: Int32Array): Promise<LossGradient> {
    this.#compared ??= this.#compareGradients();
    await this.#compared;
    return this.#current.lossGradient(inputs, labels);
  }

  dispose(): Promise<void> {
    return this.#current.dispose();
  }

  async #compareGradients(): Promise<void> {
    const opened = this.#current;
    const own = await opened.probeGradients();
    if (own === undefined) return;
    const exported = await this.#asExported();
    const theirs = await exported.probeGradients();
    // Where the file's own form has none, the wider form decides.
    if (theirs === undefined || alike(own, theirs, this.#tolerance)) {
      await exported.dispose();
      return;
    }
    this.#current = exported;
    this.#isOpen = false;
    await opened.dispose();
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
