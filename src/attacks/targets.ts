/** Which class a targeted attack aims at. */
import { InputError } from '../core/errors.ts';
import { randomStream, type Seed } from '../core/random.ts';

/**
 * `next`: the class after the label, modulo their number; `least-likely`: the class of the least clean logit
 * (Kurakin et al. 2017), the label itself excepted; `random`: any other class, drawn per example; or a given class.
 */
export type TargetRule = 'next' | 'least-likely' | 'random' | number;

/**
 * Reads a target rule as written on the command line.
 *
 * @throws InputError when it is none
 */
export function parseTargetRule(text: string): TargetRule {
  if (text === 'next' || text === 'least-likely' || text === 'random') return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InputError(
    `the target "${text}" is unknown: write next, least-likely, random, or a class such as 3`,
  );
}

export interface TargetChoice {
  readonly rule: TargetRule;
  readonly seed: Seed;
  readonly classCount: number;
  /** The class each example is to be led away from, [n]. */
  readonly labels: Int32Array;
  /** Each example's place in the data set, [n]: names its random stream. */
  readonly indices: ArrayLike<number>;
  /** Clean logits, [n, classCount]; a class of logit −∞ can never be chosen, and is no target. */
  readonly logits: Float32Array;
}

/**
 * The target class of each example, [n]. A given class that is an example's own label stays: such an example has
 * nowhere to be led. Where a rule comes upon a class of logit −∞, it goes on to the next class that can be chosen.
 *
 * @throws InputError when the given class does not exist or can never be chosen, or there is no second class
 */
export function chooseTargets(choice: TargetChoice): Int32Array {
  const { rule, labels, classCount, logits, indices } = choice;
  const targets = ruledTargets(choice);
  return targets.map((target, example) => {
    const label = labels[example] ?? 0;
    const row = logits.subarray(example * classCount, (example + 1) * classCount);
    if (target === label || row[target] !== -Infinity) return target;
    const other = typeof rule === 'number' ? undefined : choosableAfter(target, row, label);
    if (other !== undefined) return other;
    throw new InputError(
      `example ${String(indices[example])} cannot be led to ${typeof rule === 'number' ? `the target class ${String(rule)}` : 'any other class'}: ` +
        'the model gives it the logit -Infinity, so that it is never predicted; ' +
        (typeof rule === 'number' ? 'name another target class' : 'attack it without a target'),
    );
  });
}

/** The first class after the target, cyclically, that is not the label and can be chosen. */
function choosableAfter(target: number, logits: Float32Array, label: number): number | undefined {
  const following = logits.map((_, step) => (target + step) % logits.length);
  return following.find((index) => index !== label && logits[index] !== -Infinity);
}

function ruledTargets({ rule, seed, classCount, labels, indices, logits }: TargetChoice): Int32Array {
  if (classCount < 2)
    throw new InputError('a targeted attack needs at least two classes; this model has one');
  if (typeof rule === 'number') {
    if (!Number.isInteger(rule) || rule < 0 || rule >= classCount) {
      throw new InputError(
        `the target class ${String(rule)} does not exist: the model has the classes 0 to ${String(classCount - 1)}`,
      );
    }
    return new Int32Array(labels.length).fill(rule);
  }
  if (rule === 'next') return labels.map((label) => (label + 1) % classCount);
  if (rule === 'random') {
    return labels.map((label, example) => {
      const step = randomStream(seed, 'attack-target', indices[example] ?? 0).integer(classCount - 1) + 1;
      return (label + step) % classCount;
    });
  }
  return labels.map((label, example) =>
    leastLikely(logits.subarray(example * classCount, (example + 1) * classCount), label),
  );
}

/** The class of the least logit other than the label and −∞; the first of equals. */
function leastLikely(logits: Float32Array, label: number): number {
  let least = Infinity;
  let chosen = label === 0 ? 1 : 0;
  logits.forEach((logit, index) => {
    if (index !== label && logit < least && logit !== -Infinity) {
      least = logit;
      chosen = index;
    }
  });
  return chosen;
}
