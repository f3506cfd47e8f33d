/** Collects, batch by batch, the outcomes of one attack on one source, scored on each of the source's targets. */
import type { AttackOutput } from '../attacks/attack.ts';
import type { PerturbationSizes } from '../attacks/ball.ts';
import type { Classifier } from '../classifier/classifier.ts';
import type { AttackOutcome } from './outcomes.ts';
import type { AttackRun, Transfer } from './plan.ts';
import { createScoreCollector } from './score.ts';

export interface TargetLogits {
  /** Logits of the examples as made, [n, classCount]. */
  readonly exact: Float32Array;
  /** Logits of the examples rounded to 8-bit pixels, [n, classCount]. */
  readonly rounded: Float32Array;
  /** True labels, [n]. */
  readonly labels: Int32Array;
}

export interface TransferCollector {
  /**
   * Takes what the attack made of a batch.
   *
   * @param offset place of the batch's first example among the outcomes
   * @param sizes in the units of the source's bounds
   */
  recordSource(offset: number, output: AttackOutput, sizes: PerturbationSizes): void;
  recordTarget(offset: number, target: Classifier, logits: TargetLogits): void;
  /** One outcome per target. */
  outcomes(): readonly AttackOutcome[];
}

export function createTransferCollector(
  { source, targets: models }: Transfer,
  run: AttackRun,
  count: number,
): TransferCollector {
  const range = source.bounds.upper - source.bounds.lower;
  const perturbation = { linf: new Float64Array(count), l2: new Float64Array(count) };
  const targets = run.settings.target === null ? null : new Int32Array(count);
  const gradientCounts = new Int32Array(count);
  let zeroGradients = 0;
  const scores = models.map((model) => ({
    model,
    exact: createScoreCollector(model, count),
    rounded: createScoreCollector(model, count),
  }));
  return {
    recordSource(offset, output, sizes) {
      perturbation.linf.set(
        sizes.linf.map((size) => size / range),
        offset,
      );
      perturbation.l2.set(
        sizes.l2.map((size) => size / range),
        offset,
      );
      gradientCounts.set(output.gradientCounts, offset);
      zeroGradients += output.zeroGradients.filter((zero) => zero === 1).length;
      if (output.targets) targets?.set(output.targets, offset);
    },
    recordTarget(offset, target, logits) {
      const found = scores.find(({ model }) => model === target);
      found?.exact.record(offset, logits.exact, logits.labels);
      found?.rounded.record(offset, logits.rounded, logits.labels);
    },
    outcomes: () =>
      scores.map(({ model, exact, rounded }) => {
        const score = exact.score();
        return {
          run,
          box: model === source ? 'white' : 'black',
          source: source.name,
          target: model.name,
          score,
          rounded: rounded.score(),
          perturbation,
          targets,
          targetsReached:
            targets && score.predictions.filter((label, example) => label === targets[example]).length,
          gradientCounts,
          zeroGradients,
        };
      }),
  };
}
