/** Collects, batch by batch, the outcomes of one attack on one source, scored on each of the source's targets. */
import type { AttackOutput } from '../attacks/attack.ts';
import type { PerturbationSizes } from '../attacks/ball.ts';
import type { Classifier } from '../classifier/classifier.ts';
import type { AttackOutcome, TargetCounts } from './outcomes.ts';
import type { AttackRun, Transfer } from './plan.ts';
import { createScoreCollector } from './score.ts';

export interface TargetLogits {
  /** Logits of the examples as made, [n, classCount]. */
  readonly exact: Float32Array;
  /** Logits of the examples as 8-bit pixels, [n, classCount]. */
  readonly rounded: Float32Array;
  /** True labels, [n]. */
  readonly labels: Int32Array;
}

/** Sizes of a batch's perturbations in the units of the source's bounds. */
export interface MeasuredSizes {
  readonly exact: PerturbationSizes;
  /** Of the examples as 8-bit pixels. */
  readonly rounded: PerturbationSizes;
}

export interface TransferCollector {
  /**
   * Takes what the attack made of a batch.
   *
   * @param offset place of the batch's first example among the outcomes
   */
  recordSource(offset: number, output: AttackOutput, sizes: MeasuredSizes): void;
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
  const perturbation = emptySizes(count);
  const roundedPerturbation = emptySizes(count);
  const targeted = run.settings.target !== null;
  const targets = targeted ? new Int32Array(count) : null;
  const led = targeted ? new Uint8Array(count) : null;
  const gradientCounts = new Int32Array(count);
  let zeroGradients = 0;
  const scores = models.map((model) => ({
    model,
    exact: createScoreCollector(model, count),
    rounded: createScoreCollector(model, count),
  }));
  return {
    recordSource(offset, output, sizes) {
      for (const [into, measured] of [
        [perturbation, sizes.exact],
        [roundedPerturbation, sizes.rounded],
      ] as const) {
        for (const norm of ['linf', 'l2'] as const) {
          into[norm].set(
            measured[norm].map((size) => size / range),
            offset,
          );
        }
      }
      gradientCounts.set(output.gradientCounts, offset);
      zeroGradients += output.zeroGradients.filter((zero) => zero === 1).length;
      if (output.targets) targets?.set(output.targets, offset);
      if (output.led) led?.set(output.led, offset);
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
          roundedPerturbation,
          targets,
          led,
          targetCounts: targets && led && countTargets(score.predictions, targets, led),
          gradientCounts,
          zeroGradients,
        };
      }),
  };
}

function emptySizes(count: number): PerturbationSizes {
  return { linf: new Float64Array(count), l2: new Float64Array(count) };
}

function countTargets(predictions: Int32Array, targets: Int32Array, led: Uint8Array): TargetCounts {
  const hits = predictions.map((label, example) => (label === targets[example] ? 1 : 0));
  return {
    possible: led.filter((isLed) => isLed === 1).length,
    reached: hits.filter((hit, example) => hit === 1 && led[example] === 1).length,
    predicted: hits.filter((hit) => hit === 1).length,
  };
}
