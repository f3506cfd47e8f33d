/** Named checks of a result, one per pitfall: signs that a number does not mean what it seems to. */
import { describeFinding, probabilityFinding } from '../core/probability-finding.ts';
import { decodeColumn } from './column.ts';
import { derive } from './derive.ts';
import type { Derived, DerivedEvaluation } from './derived.ts';
import type { Result, ResultAttack, ResultClean, ResultModel, ResultWarning } from './result.ts';

/** A difference in error rates below this is no sign of anything. */
const noise = 0.01;
/** A fault on this share of the examples or more distorts the error noticeably. */
const noticeable = 0.1;
/** Fewer examples than this say nothing about a clean error. */
const leastExamples = 10;

/** What a check looks at. */
interface Evidence {
  readonly result: Result;
  readonly derived: Derived;
  readonly clean: readonly DerivedEvaluation[];
  readonly attacked: readonly DerivedEvaluation[];
  readonly nameOf: (id: string | null) => string;
  readonly attackOf: (evaluation: DerivedEvaluation) => ResultAttack | undefined;
}

const checks: Readonly<Record<string, (evidence: Evidence) => readonly string[]>> = {
  'clean-error-near-chance': ({ clean, result, nameOf }) =>
    clean.flatMap(({ model, top1, count }) => {
      const classCount = modelOf(result, model)?.classCount ?? 0;
      if (count < leastExamples || !nearChance(top1.rate, classCount)) return [];
      return [
        `the clean error of ${nameOf(model)} is ${percent(top1.rate)}, near the ` +
          `${percent(1 - 1 / classCount)} of chance: check the bounds, the normalisation (missing or applied twice), ` +
          'the layout (channels first or last, RGB or BGR) and the order of the labels',
      ];
    }),

  'outputs-look-like-probabilities': ({ result, derived, attacked, nameOf }) =>
    result.clean.flatMap(({ model, logits }) => {
      const followed = attacked.some(({ source, access }) => source === model && access !== 'decisions');
      const finding = logits === undefined ? null : findingOf(logits, derived.examples.count);
      if (finding === null || !followed) return [];
      const declared = modelOf(result, model)?.declaredLogits === true;
      return [
        `${describeFinding(nameOf(model), finding, declared)}; attacks on them follow a gradient that vanishes where ` +
          'the model is sure, so that it looks more robust than it is',
      ];
    }),

  'labels-never-predicted': ({ clean, nameOf }) =>
    clean.flatMap(({ model, outcomes, count }) => {
      const never = outcomes.losses?.filter((loss) => loss === Infinity).length ?? 0;
      if (never === 0) return [];
      return [
        `${nameOf(model)} gives the label of ${percent(never / count)} of the examples the logit -Infinity, so that it is wrong ` +
          'there whatever it sees: check that its masked classes are those that the data does not have',
      ];
    }),

  'zero-gradients': ({ derived, attacked, nameOf, attackOf }) =>
    attacked
      .filter(({ source }, position) => attacked.findIndex((other) => other.source === source) === position)
      .filter(({ zeroGradients, count }) => (zeroGradients ?? 0) >= noticeable * count)
      .map(
        (evaluation) =>
          `the gradient of ${nameOf(evaluation.source)} under ${attackOf(evaluation)?.title ?? ''} is zero on ` +
          `${percent((evaluation.zeroGradients ?? 0) / derived.examples.count)} of the examples: its gradients are masked, ` +
          'and a low adversarial error is no robustness; attack it from another model (black box)',
      ),

  'saturated-logits': ({ result, derived, attacked, nameOf }) =>
    result.clean.flatMap(({ model, saturated }) => {
      const share = saturated === undefined ? 0 : flagged(saturated) / derived.examples.count;
      if (share < noticeable || !attacked.some(({ source }) => source === model)) return [];
      return [
        `${nameOf(model)} gives a probability that rounds to 1 on ${percent(share)} of the clean ` +
          'examples: the gradient of its loss is tiny there and may be lost to rounding, so its adversarial error may be too low',
      ];
    }),

  'more-gradients-less-error': (evidence) =>
    pairs(evidence.attacked.filter(({ transfer }) => !transfer))
      .filter(([few, many]) => sameTask(evidence, few, many))
      .filter(([few, many]) => (few.gradients ?? 0) < (many.gradients ?? 0))
      .filter(([few, many]) => few.top1.errors - many.top1.errors > noise * few.count)
      .map(
        ([few, many]) =>
          `${evidence.attackOf(many)?.title ?? ''} is weaker than ${evidence.attackOf(few)?.title ?? ''} on ${evidence.nameOf(few.model)} ` +
          `(${percent(many.top1.rate)} against ${percent(few.top1.rate)} error) ` +
          'though it takes more gradients: its steps are too few or too small, or the gradients are masked',
      ),

  'black-box-beats-white-box': ({ attacked, nameOf, attackOf }) =>
    pairs(attacked)
      .filter(([white, black]) => !white.transfer && black.transfer && white.access === 'gradient')
      .filter(([white, black]) => white.attack === black.attack && white.model === black.model)
      .filter(([white]) => attackOf(white)?.target === null)
      .filter(([white, black]) => black.top1.errors - white.top1.errors > noise * white.count)
      .map(
        ([white, black]) =>
          `${attackOf(white)?.title ?? ''} on ${nameOf(white.model)} does worse by its own gradients ` +
          `(${percent(white.top1.rate)} error) than by those of ${nameOf(black.source)} ` +
          `(${percent(black.top1.rate)}): its gradients are masked, and the white-box error is too low`,
      ),
};

/**
 * All warnings that a result's own numbers give, in the order of the checks. A check whose numbers the result lacks
 * finds nothing.
 */
export function warningsOf(result: Result): ResultWarning[] {
  const derived = derive(result);
  const evidence: Evidence = {
    result,
    derived,
    clean: derived.evaluations.filter(({ attack }) => attack === null),
    attacked: derived.evaluations.filter(({ attack }) => attack !== null),
    nameOf: (id) => (id === null ? '' : (modelOf(result, id)?.name ?? id)),
    attackOf: ({ attack }) => result.attacks.find(({ id }) => id === attack),
  };
  return Object.entries(checks).flatMap(([check, find]) => find(evidence).map((text) => ({ check, text })));
}

function modelOf({ models }: Result, id: string): ResultModel | undefined {
  return models.find((model) => model.id === id);
}

function findingOf(
  { least, greatest, leastSum, greatestSum }: NonNullable<ResultClean['logits']>,
  rows: number,
): ReturnType<typeof probabilityFinding> {
  return probabilityFinding({
    rows,
    least: decodeColumn(least, 'float32'),
    greatest: decodeColumn(greatest, 'float32'),
    leastSum: leastSum ?? -Infinity,
    greatestSum: greatestSum ?? -Infinity,
  });
}

/** At most a tenth of the way from chance to perfection. */
function nearChance(error: number, classCount: number): boolean {
  return classCount > 1 && error >= 0.9 * (1 - 1 / classCount);
}

function pairs(
  evaluations: readonly DerivedEvaluation[],
): readonly (readonly [DerivedEvaluation, DerivedEvaluation])[] {
  return evaluations.flatMap((first) => evaluations.map((second) => [first, second] as const));
}

/** Untargeted attacks on the same model with the same ball and label, so that their errors may be compared. */
function sameTask({ attackOf }: Evidence, first: DerivedEvaluation, second: DerivedEvaluation): boolean {
  const [a, b] = [attackOf(first), attackOf(second)];
  return (
    first.model === second.model &&
    a?.radius != null &&
    a.norm === b?.norm &&
    a.radius.value === b.radius?.value &&
    a.radius.unit === b.radius.unit &&
    a.label === b.label &&
    a.target === null &&
    b.target === null
  );
}

function flagged(flags: NonNullable<ResultClean['saturated']>): number {
  return decodeColumn(flags, 'uint8').reduce((sum, flag) => sum + flag, 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
