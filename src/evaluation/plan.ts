/** What is to be evaluated: the data, the models, the attacks, and who makes examples for whom. */
import type { AttackSettings } from '../attacks/attack.ts';
import type { Attack } from '../attacks/create-attack.ts';
import { attackId } from '../attacks/identity.ts';
import { assertApplicable } from '../attacks/settings.ts';
import type { Bounds, Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import { countOf, holdSameNumbers } from '../data/same-numbers.ts';

/** One attack with everything that decides what it does. */
export interface AttackRun {
  readonly attack: Attack;
  readonly settings: AttackSettings;
}

export interface EvaluationPlan {
  readonly dataset: Dataset;
  /** The examples to use, each at most once, in the order of the outcomes. */
  readonly indices: Int32Array;
  /** Examples that go through a model at a time; has no influence on the outcomes. */
  readonly batchSize: number;
  /** Models attacked by their own gradients. */
  readonly whiteBox: readonly Classifier[];
  /** One model's examples scored on others that the attack has not seen. */
  readonly blackBox?: { readonly source: Classifier; readonly targets: readonly Classifier[] };
  /**
   * Names of models whose outputs are declared to be logits: where they look like probabilities all the same, that is
   * a warning, and without the declaration an error.
   */
  readonly declaredLogits?: readonly string[];
  /** None scores the clean inputs alone. */
  readonly attacks: readonly AttackRun[];
  /** Whether adversarial examples are scored as 8-bit pixels too. */
  readonly eightBit?: boolean;
  /** Receives the adversarial examples of every batch, attack and source as they are made. */
  readonly onExamples?: (examples: AdversarialExamples) => void | Promise<void>;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the evaluation between two calls of a model by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A batch of adversarial examples, in the units of the source's bounds; the arrays are to be read only. */
export interface AdversarialExamples {
  readonly run: AttackRun;
  readonly source: string;
  readonly shape: readonly number[];
  readonly bounds: Bounds;
  /** Places in the data set, [n]. */
  readonly indices: Int32Array;
  readonly labels: Int32Array;
  readonly clean: Float32Array;
  readonly adversarial: Float32Array;
  /** The adversarial examples as 8-bit pixels within the ball, 0 for the lower bound and 255 for the upper. */
  readonly levels: Uint8Array;
}

export interface Progress {
  /** Work done and in all; a unit is one example under one attack on one source, or clean on one model. */
  readonly completed: number;
  readonly total: number;
  /** What was just done, e.g. `I-FGSM on erm-1`. */
  readonly task: string;
}

/** A model that makes examples, and all the models they are scored on. */
export interface Transfer {
  readonly source: Classifier;
  readonly targets: readonly Classifier[];
}

/** The attack of an id. */
export function attackRunOf({ attacks }: Pick<EvaluationPlan, 'attacks'>, id: string): AttackRun | undefined {
  return attacks.find(({ attack, settings }) => attackId(attack, settings) === id);
}

/** Which models a plan attacks, and how. */
export type Roles = Pick<EvaluationPlan, 'whiteBox' | 'blackBox'>;

/** Who makes examples for whom. A source is listed once, so that no example is made twice. */
export function transfersOf({ whiteBox, blackBox }: Roles): readonly Transfer[] {
  const targets = new Map<Classifier, Classifier[]>(whiteBox.map((model) => [model, [model]]));
  if (blackBox) {
    targets.set(blackBox.source, [...(targets.get(blackBox.source) ?? []), ...blackBox.targets]);
  }
  return [...targets].map(([source, own]) => ({ source, targets: own }));
}

/** Every model of the plan, once. */
export function modelsOf({ whiteBox, blackBox }: Roles): readonly Classifier[] {
  return [...new Set([...whiteBox, ...(blackBox ? [blackBox.source, ...blackBox.targets] : [])])];
}

/**
 * Checks all that can be known before a model runs.
 *
 * @throws InputError for a subset, model, attack or combination that cannot be evaluated
 */
export function assertPlan(plan: EvaluationPlan): void {
  assertIndices(plan.indices, plan.dataset);
  if (!Number.isSafeInteger(plan.batchSize) || plan.batchSize < 1) {
    throw new InputError(`the batch size ${String(plan.batchSize)} must be a whole number of at least 1`);
  }
  const models = modelsOf(plan);
  if (models.length === 0) throw new InputError('there is no model to evaluate: name at least one');
  const names = models.map((model) => model.name);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) {
    throw new InputError(
      `two models are named ${twice}: give each a name of its own, results tell them apart by it`,
    );
  }
  const ids = plan.attacks.map(({ attack, settings }) => attackId(attack, settings));
  const again = ids.find((id, position) => ids.indexOf(id) !== position);
  if (again !== undefined) throw new InputError(`the attack ${again} is asked for twice: name it once`);
  for (const model of models) assertFits(model, plan.dataset);
  assertBlackBox(plan);
  for (const { source } of transfersOf(plan)) {
    for (const { attack } of plan.attacks) assertApplicable(attack, source);
  }
}

function assertBlackBox({ blackBox, attacks }: EvaluationPlan): void {
  if (!blackBox) return;
  const { source, targets } = blackBox;
  if (targets.length === 0) {
    throw new InputError(`the black-box source ${source.name} has no target: name at least one other model`);
  }
  if (targets.includes(source)) {
    throw new InputError(
      `the model ${source.name} is its own black-box target: name another, or attack it in the white box`,
    );
  }
  if (new Set(targets).size < targets.length) {
    throw new InputError('a black-box target is named twice: name each once');
  }
  if (attacks.length === 0) throw new InputError('a black-box evaluation needs an attack: name at least one');
}

function assertFits(model: Classifier, dataset: Dataset): void {
  if (!holdSameNumbers(model.inputShape, dataset.shape)) {
    throw new InputError(
      `the model ${model.name} takes inputs of shape [${model.inputShape.join(', ')}] and the data ${dataset.name} has ` +
        `[${dataset.shape.join(', ')}]: ${
          countOf(model.inputShape) === countOf(dataset.shape) && dataset.shape.length === 3
            ? `as many numbers, in an order that shapes do not tell; write --input-shape ${dataset.shape.join()} to give it these images`
            : "choose data of the model's shape, or declare the model's layout"
        }`,
    );
  }
  if (model.classCount < dataset.classCount) {
    throw new InputError(
      `the model ${model.name} has ${String(model.classCount)} classes and the data ${dataset.name} has ` +
        `${String(dataset.classCount)}: choose data with the model's classes`,
    );
  }
}

function assertIndices(indices: Int32Array, { name, size }: Dataset): void {
  if (indices.length === 0) throw new InputError(`no example of ${name} is chosen: choose at least one`);
  const wrong = indices.find((index) => index < 0 || index >= size);
  if (wrong !== undefined) {
    throw new InputError(
      `there is no example ${String(wrong)} in ${name}: it has the examples 0 to ${String(size - 1)}`,
    );
  }
  if (new Set(indices).size < indices.length) {
    throw new InputError(`an example of ${name} is chosen twice: choose each at most once`);
  }
}
