/**
 * What an attack is: a declaration of what it needs and how it is set, and a function from a batch of clean inputs to
 * adversarial ones. An attack knows of a model only what the classifier interface tells.
 */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { Seed } from '../core/random.ts';
import type { Norm } from './ball.ts';
import { absoluteSize, assertEpsilonFraction, defaultEpsilon } from './epsilon.ts';
import type { TargetRule } from './targets.ts';

/** What an attack asks of a classifier: input gradients, logits, or the predicted class alone. */
export type Needs = 'gradient' | 'scores' | 'decisions';

/** Whose class the attack works from: the data's label, or the model's own prediction on the clean input. */
export type LabelRule = 'true' | 'predicted';

/** Everything that decides what an attack does; plain data, as recorded in results. */
export interface AttackSettings {
  /** Radius of the ball as a part of the range, in [0, 1]. */
  readonly epsilon: number;
  readonly label: LabelRule;
  /** null: away from the label. Otherwise towards the class that the rule chooses. */
  readonly target: TargetRule | null;
  readonly seed: Seed;
  /** The attack's own parameters by name, each one present. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** A number that one attack alone has. */
export interface Parameter {
  readonly description: string;
  /** The value where none is given; it may follow from ε (a part of the range). */
  readonly default: (epsilon: number) => number;
  /** What a given value must be, e.g. `a whole number of at least 1`. */
  readonly requirement: string;
  readonly accepts: (value: number) => boolean;
}

export interface AttackBatch {
  /** [n, ...inputShape] within the classifier's bounds; not changed. */
  readonly inputs: Float32Array;
  /** True labels, [n]. */
  readonly labels: Int32Array;
  /** Each example's place in the data set, [n]: names its random streams. */
  readonly indices: ArrayLike<number>;
  /** The classifier's logits of the inputs, [n, classCount], where the caller has them already. */
  readonly cleanLogits?: Float32Array;
}

export interface AttackOutput {
  /** The adversarial examples, [n, ...inputShape]; a new array. */
  readonly inputs: Float32Array;
  /** The class each example was led towards, [n]; null when untargeted. */
  readonly targets: Int32Array | null;
  /**
   * 0 where the target is the very label (true or predicted, as the settings say) that the example is to be led away
   * from: it stays clean and is no success. Else 1, [n]; null when untargeted.
   */
  readonly led: Uint8Array | null;
  /** Gradients taken for each example, [n]. */
  readonly gradientCounts: Int32Array;
  /** 1 where the gradient at the clean input is zero everywhere, so that the attack had nothing to follow, [n]. */
  readonly zeroGradients: Uint8Array;
}

/** What the body of an attack is given. */
export interface AttackTask<Name extends string> {
  readonly classifier: Classifier;
  readonly batch: AttackBatch;
  readonly settings: AttackSettings;
  readonly parameters: Readonly<Record<Name, number>>;
  /** Radius in the units of the classifier's bounds, a float32 number. */
  readonly epsilon: number;
}

export interface AttackDeclaration<Name extends string> {
  /** What `--method` takes. */
  readonly id: string;
  readonly title: string;
  readonly norm: Norm;
  readonly needs: Needs;
  readonly parameters: Readonly<Record<Name, Parameter>>;
  perturb(task: AttackTask<Name>): Promise<AttackOutput>;
}

export interface Attack extends Omit<AttackDeclaration<string>, 'perturb'> {
  /**
   * Makes an adversarial example of every input of the batch, within ε of it and within the bounds. What becomes of an
   * example depends on no other example of the batch.
   *
   * @throws InputError when the classifier lacks what the attack needs, or batch or settings do not fit it
   */
  perturb(classifier: Classifier, batch: AttackBatch, settings: AttackSettings): Promise<AttackOutput>;
}

/** Completes a declaration with the checks that are the same for every attack. */
export function createAttack<Name extends string>(declaration: AttackDeclaration<Name>): Attack {
  return {
    ...declaration,
    async perturb(classifier, batch, settings) {
      assertApplicable(declaration, classifier);
      assertBatch(batch, classifier);
      // Completing the settings again checks them, whoever made them.
      const { parameters } = attackSettings(declaration, settings);
      return declaration.perturb({
        classifier,
        batch,
        settings,
        parameters,
        epsilon: absoluteSize(settings.epsilon, classifier.bounds),
      });
    },
  };
}

/** Settings as far as they are given; the rest are defaults: ε = 4/255, true labels, untargeted, seed 0. */
export type GivenSettings = Partial<AttackSettings>;

/**
 * Completes and checks the settings of an attack.
 *
 * @throws InputError when ε is no part of the range, or a parameter is unknown to the attack or out of its domain
 */
export function attackSettings(
  attack: Pick<Attack, 'title' | 'parameters'>,
  given: GivenSettings = {},
): AttackSettings {
  const epsilon = given.epsilon ?? defaultEpsilon;
  assertEpsilonFraction(epsilon);
  const values = given.parameters ?? {};
  const known = Object.keys(attack.parameters);
  for (const name of Object.keys(values)) {
    if (!known.includes(name)) {
      throw new InputError(
        `${attack.title} has no parameter ${name}: it has ${known.length > 0 ? known.join(', ') : 'none'}`,
      );
    }
  }
  const parameters: Record<string, number> = {};
  for (const [name, parameter] of Object.entries(attack.parameters)) {
    const value = values[name];
    const fallback = parameter.default(epsilon);
    if (value !== undefined && value !== fallback && !parameter.accepts(value)) {
      throw new InputError(`${attack.title}: ${name} = ${String(value)} must be ${parameter.requirement}`);
    }
    parameters[name] = value ?? fallback;
  }
  return {
    epsilon,
    label: given.label ?? 'true',
    target: given.target ?? null,
    seed: given.seed ?? 0,
    parameters,
  };
}

/** @throws InputError when the classifier lacks what the attack needs */
export function assertApplicable(attack: Pick<Attack, 'title' | 'needs'>, classifier: Classifier): void {
  if (attack.needs === 'gradient' && !classifier.lossGradient) {
    throw new InputError(
      `${attack.title} needs input gradients and the model ${classifier.name} has none: ` +
        'make the examples on another model and use this one as the target of a black-box attack',
    );
  }
}

function assertBatch({ inputs, labels, indices }: AttackBatch, classifier: Classifier): void {
  const exampleSize = classifier.inputShape.reduce((product, dim) => product * dim, 1);
  if (inputs.length !== labels.length * exampleSize || indices.length !== labels.length) {
    throw new InputError(
      `a batch of ${String(labels.length)} labels and ${String(indices.length)} indices for the model ${classifier.name} ` +
        `must have ${String(labels.length)}×[${classifier.inputShape.join(', ')}] input elements; it has ${String(inputs.length)}`,
    );
  }
  const lower = Math.fround(classifier.bounds.lower);
  const upper = Math.fround(classifier.bounds.upper);
  const outside = inputs.findIndex((value) => !(value >= lower && value <= upper));
  if (outside >= 0) {
    const example = indices[Math.floor(outside / exampleSize)] ?? 0;
    throw new InputError(
      `example ${String(example)} has the input value ${String(inputs[outside])} outside the bounds ` +
        `[${String(classifier.bounds.lower)}, ${String(classifier.bounds.upper)}] of the model ${classifier.name}: ` +
        'scale the data to the bounds, or declare the bounds that the data has',
    );
  }
}
