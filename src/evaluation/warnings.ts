/** Named checks of an evaluation, one per pitfall: signs that a number does not mean what it seems to. */
import type { AttackOutcome, Evaluation } from './outcomes.ts';
import { describeFinding } from '../core/probability-finding.ts';

export interface Warning {
  /** The name of the check. */
  readonly check: string;
  /** One line: what was seen, and what to look at. */
  readonly text: string;
}

type Evidence = Omit<Evaluation, 'warnings'>;

/** A difference in error counts below this share of the examples is no sign of anything. */
const noise = 0.01;
/** A fault on this share of the examples or more distorts the error noticeably. */
const noticeable = 0.1;
/** Fewer examples than this say nothing about a clean error. */
const leastExamples = 10;

const checks: Readonly<Record<string, (evidence: Evidence) => readonly string[]>> = {
  'clean-error-near-chance': ({ clean, indices }) =>
    clean
      .filter(({ score, classCount }) => nearChance(score.top1Errors / indices.length, classCount))
      .filter(() => indices.length >= leastExamples)
      .map(
        ({ model, classCount, score }) =>
          `the clean error of ${model} is ${percent(score.top1Errors / indices.length)}, near the ` +
          `${percent(1 - 1 / classCount)} of chance: check the bounds, the normalisation (missing or applied twice), ` +
          'the layout (channels first or last, RGB or BGR) and the order of the labels',
      ),

  'outputs-look-like-probabilities': ({ clean, attacks }) =>
    clean.flatMap(({ model, probabilities, declaredLogits }) => {
      const attacked = attacks.some(
        ({ source, run }) => source === model && run.attack.needs !== 'decisions',
      );
      if (probabilities === null || !attacked) return [];
      return [
        `${describeFinding(model, probabilities, declaredLogits)}; attacks on them follow a gradient that vanishes where ` +
          'the model is sure, so that it looks more robust than it is',
      ];
    }),

  'labels-never-predicted': ({ clean, indices }) =>
    clean.flatMap(({ model, score }) => {
      const count = score.losses.filter((loss) => loss === Infinity).length;
      if (count === 0) return [];
      return [
        `${model} gives the label of ${percent(count / indices.length)} of the examples the logit -Infinity, so that it is wrong ` +
          'there whatever it sees: check that its masked classes are those that the data does not have',
      ];
    }),

  'zero-gradients': ({ attacks, indices }) =>
    attacks
      .filter(({ source }, position) => attacks.findIndex((other) => other.source === source) === position)
      .filter(({ zeroGradients }) => zeroGradients >= noticeable * indices.length)
      .map(
        ({ run, source, zeroGradients }) =>
          `the gradient of ${source} under ${run.attack.title} is zero on ${percent(zeroGradients / indices.length)} of the ` +
          'examples: its gradients are masked, and a low adversarial error is no robustness; ' +
          'attack it from another model (black box)',
      ),

  'saturated-logits': ({ clean, attacks, indices }) =>
    clean
      .filter(({ model }) => attacks.some(({ source }) => source === model))
      .filter(({ score }) => score.saturated >= noticeable * indices.length)
      .map(
        ({ model, score }) =>
          `${model} gives a probability that rounds to 1 on ${percent(score.saturated / indices.length)} of the clean ` +
          'examples: the gradient of its loss is tiny there and may be lost to rounding, so its adversarial error may be too low',
      ),

  'more-gradients-less-error': ({ attacks, indices }) =>
    pairs(whiteBox(attacks))
      .filter(([few, many]) => sameTask(few, many) && total(few) < total(many))
      .filter(([few, many]) => few.score.top1Errors - many.score.top1Errors > noise * indices.length)
      .map(
        ([few, many]) =>
          `${many.run.attack.title} is weaker than ${few.run.attack.title} on ${few.target} ` +
          `(${percent(many.score.top1Errors / indices.length)} against ${percent(few.score.top1Errors / indices.length)} error) ` +
          'though it takes more gradients: its steps are too few or too small, or the gradients are masked',
      ),

  'black-box-beats-white-box': ({ attacks, indices }) =>
    pairs(attacks)
      .filter(([white, black]) => white.box === 'white' && black.box === 'black')
      .filter(([white, black]) => white.run === black.run && white.target === black.target)
      .filter(([white]) => white.run.settings.target === null)
      .filter(([white, black]) => black.score.top1Errors - white.score.top1Errors > noise * indices.length)
      .map(
        ([white, black]) =>
          `${white.run.attack.title} on ${white.target} does worse by its own gradients ` +
          `(${percent(white.score.top1Errors / indices.length)} error) than by those of ${black.source} ` +
          `(${percent(black.score.top1Errors / indices.length)}): its gradients are masked, and the white-box error is too low`,
      ),
};

/** All warnings, in the order of the checks. */
export function warningsOf(evidence: Evidence): readonly Warning[] {
  return Object.entries(checks).flatMap(([check, find]) => find(evidence).map((text) => ({ check, text })));
}

/** At most a tenth of the way from chance to perfection. */
function nearChance(error: number, classCount: number): boolean {
  return classCount > 1 && error >= 0.9 * (1 - 1 / classCount);
}

function whiteBox(attacks: readonly AttackOutcome[]): readonly AttackOutcome[] {
  return attacks.filter(({ box }) => box === 'white');
}

function pairs(attacks: readonly AttackOutcome[]): readonly (readonly [AttackOutcome, AttackOutcome])[] {
  return attacks.flatMap((first) => attacks.map((second) => [first, second] as const));
}

/** Untargeted attacks on the same model with the same ball and label, so that their errors may be compared. */
function sameTask(first: AttackOutcome, second: AttackOutcome): boolean {
  const [a, b] = [first.run.settings, second.run.settings];
  return (
    first.target === second.target &&
    first.run.attack.norm === second.run.attack.norm &&
    a.epsilon === b.epsilon &&
    a.label === b.label &&
    a.target === null &&
    b.target === null
  );
}

function total({ gradientCounts }: AttackOutcome): number {
  return gradientCounts.reduce((sum, count) => sum + count, 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
