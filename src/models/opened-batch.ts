/**
 * A model whose file holds a batch of one size, opened for any. Its logits were compared with the file's own when it was
 * opened; its gradients are when one is first asked for, so that a model which only scores pays for none.
 */
import type { Bounds, Classifier, LossGradient, ModelCheck } from '../classifier/classifier.ts';
import type { LossName, Objective } from '../classifier/objective.ts';
import { InputError } from '../core/errors.ts';

/** A way to run a model that can be compared with another. */
export interface Comparable extends Required<Omit<Classifier, 'check'>> {
  readonly check: ModelCheck;
  /** Whether this way has the gradients of the other, where both have any. */
  hasGradientsOf(other: this): Promise<boolean>;
}

/** What is noted where the opened batch is given up. */
export function whyOneAtATime(obstacle: string): string {
  return `it runs one example at a time, because its opened batch ${obstacle}`;
}

/** Why an opened batch is given up that computes something else. */
export const NOT_THE_FILE = 'does not give what the file itself gives';

/**
 * The classifier of an opened batch. Where its gradients turn out not to be the file's, the file as it was exported
 * takes over, and a note says so.
 */
export class OpenedBatch<Way extends Comparable> implements Required<Classifier> {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classCount: number;
  readonly bounds: Bounds;
  readonly losses: ReadonlySet<LossName>;
  readonly #asExported: () => Promise<Way>;
  #current: Way;
  #obstacle: string | undefined;
  #compared: Promise<void> | undefined;

  /**
   * @param opened has the logits of the file
   * @param asExported makes the classifier of the file's own batch
   */
  constructor(opened: Way, asExported: () => Promise<Way>) {
    this.name = opened.name;
    this.inputShape = opened.inputShape;
    this.classCount = opened.classCount;
    this.bounds = opened.bounds;
    this.losses = opened.losses;
    this.#current = opened;
    this.#asExported = asExported;
  }

  get check(): ModelCheck {
    const { check } = this.#current;
    return this.#obstacle === undefined ? { ...check, batchOpened: true } : check;
  }

  get notes(): readonly string[] {
    const { notes } = this.#current;
    return this.#obstacle === undefined ? notes : [...notes, whyOneAtATime(this.#obstacle)];
  }

  logits(inputs: Float32Array): Promise<Float32Array> {
    return this.#current.logits(inputs);
  }

  async gradient(inputs: Float32Array, objective: Objective): Promise<LossGradient> {
    this.#compared ??= this.#compareGradients();
    await this.#compared;
    return this.#current.gradient(inputs, objective);
  }

  dispose(): Promise<void> {
    return this.#current.dispose();
  }

  async #compareGradients(): Promise<void> {
    const opened = this.#current;
    const exported = await this.#asExported();
    const obstacle = await gradientObstacle(opened, exported);
    if (obstacle === undefined) {
      await exported.dispose();
      return;
    }
    this.#current = exported;
    this.#obstacle = obstacle;
    await opened.dispose();
  }
}

/** What keeps the gradients of an opened batch from standing for the file's; undefined where nothing does. */
async function gradientObstacle<Way extends Comparable>(
  opened: Way,
  exported: Way,
): Promise<string | undefined> {
  try {
    return (await opened.hasGradientsOf(exported)) ? undefined : NOT_THE_FILE;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `does not run: ${error.message}`;
  }
}
