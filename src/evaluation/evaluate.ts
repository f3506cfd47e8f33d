/**
 * Evaluates models on clean and on adversarial inputs, a batch at a time: each source makes its examples once, and
 * every target scores them, as made and as 8-bit pixels.
 */
import { perturbationSizes } from '../attacks/ball.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { batches, type Batch } from '../data/batches.ts';
import { scaleToBounds } from '../data/scale.ts';
import { levelRange, levelsWithinBall } from './eight-bit.ts';
import { interruptible } from './interruptible.ts';
import type { AttackOutcome, CleanOutcome, Evaluation } from './outcomes.ts';
import {
  type AttackRun,
  type EvaluationPlan,
  type Transfer,
  assertPlan,
  modelsOf,
  transfersOf,
} from './plan.ts';
import { assertLogitsNotProbabilities, createProbabilityCheck } from './probability-check.ts';
import { type ScoreCollector, createScoreCollector } from './score.ts';
import { type TransferCollector, createTransferCollector } from './transfer-collector.ts';
import { assertBatch, verifiedSizes } from './verify.ts';
import { warningsOf } from './warnings.ts';

/**
 * Runs the plan. The outcome of an example depends on that example, the models, the attacks and their seeds, and on
 * nothing else: not on the batch size, nor on the other examples.
 *
 * @throws InputError when the plan, the data or a model's outputs are not fit to be evaluated
 * @throws the reason of the plan's signal when it is aborted, between two calls of a model
 */
export async function evaluate(given: EvaluationPlan): Promise<Evaluation> {
  assertPlan(given);
  const plan = interruptible(given);
  const count = plan.indices.length;
  const clean = modelsOf(plan).map((model) => ({
    model,
    scores: createScoreCollector(model, count),
    check: createProbabilityCheck(model.classCount),
    declaredLogits: plan.declaredLogits?.includes(model.name) === true,
  }));
  const undeclared = new Map(
    clean.flatMap(({ model, check, declaredLogits }) => (declaredLogits ? [] : [[model, check] as const])),
  );
  const attacked = transfersOf(plan).flatMap((transfer) =>
    plan.attacks.map((run) => ({ transfer, run, collector: createTransferCollector(transfer, run, count) })),
  );
  const labels = new Int32Array(count);
  const total = count * (clean.length + attacked.length);
  let completed = 0;
  let offset = 0;
  for await (const batch of batches(plan.dataset, plan.indices, plan.batchSize)) {
    assertBatch(batch, plan.dataset);
    labels.set(batch.labels, offset);
    const finish = (task: string): void => {
      completed += batch.labels.length;
      plan.onProgress?.({ completed, total, task });
    };
    const work = createBatchWork(plan, batch, offset);
    for (const { model, scores, check } of clean) {
      check.record(await work.scoreClean(model, scores));
      finish(`clean inputs on ${model.name}`);
    }
    for (const { transfer, run, collector } of attacked) {
      const check = run.attack.needs === 'decisions' ? undefined : undeclared.get(transfer.source);
      if (check !== undefined) assertLogitsNotProbabilities(transfer.source, check, count);
      await work.attack(transfer, run, collector);
      finish(`${run.attack.title} on ${transfer.source.name}`);
    }
    offset += batch.labels.length;
  }
  const cleanOutcomes = clean.map(({ model, scores, check, declaredLogits }): CleanOutcome => ({
    model: model.name,
    classCount: model.classCount,
    score: scores.score(),
    probabilities: check.finding(),
    declaredLogits,
  }));
  const outcomes = attacked.flatMap(({ collector }) => collector.outcomes());
  const evidence = { indices: plan.indices, labels, clean: cleanOutcomes, attacks: whiteFirst(outcomes) };
  return { ...evidence, warnings: warningsOf(evidence) };
}

interface BatchWork {
  /** @returns the clean logits, [n, classCount] */
  scoreClean(model: Classifier, scores: ScoreCollector): Promise<Float32Array>;
  attack(transfer: Transfer, run: AttackRun, collector: TransferCollector): Promise<void>;
}

/** The work on one batch; its inputs are scaled once per bounds, and its clean logits taken once per model. */
function createBatchWork(plan: EvaluationPlan, batch: Batch, offset: number): BatchWork {
  const { dataset } = plan;
  const { labels, indices } = batch;
  const scaled = new Map<string, Float32Array>();
  const cleanLogits = new Map<Classifier, Float32Array>();
  const inputsFor = ({ bounds }: Classifier): Float32Array => {
    const key = `${String(bounds.lower)} ${String(bounds.upper)}`;
    const inputs = scaled.get(key) ?? scaleToBounds(batch.inputs, dataset.range, bounds);
    scaled.set(key, inputs);
    return inputs;
  };
  return {
    async scoreClean(model, scores) {
      const logits = await model.logits(inputsFor(model));
      scores.record(offset, logits, labels);
      cleanLogits.set(model, logits);
      return logits;
    },
    async attack({ source, targets }, run, collector) {
      const clean = inputsFor(source);
      const logits = cleanLogits.get(source);
      const output = await run.attack.perturb(
        source,
        { inputs: clean, labels, indices, ...(logits ? { cleanLogits: logits } : {}) },
        run.settings,
      );
      const exact = verifiedSizes(run, source, clean, output.inputs);
      const { bounds } = source;
      const { epsilon } = run.settings;
      const { norm } = run.attack;
      const levels = levelsWithinBall({ clean, adversarial: output.inputs, bounds, epsilon, norm });
      const pixels = scaleToBounds(levels, levelRange, bounds);
      const rounded = perturbationSizes(clean, pixels, clean.length / labels.length);
      collector.recordSource(offset, output, { exact, rounded });
      await plan.onExamples?.({
        run,
        source: source.name,
        shape: dataset.shape,
        bounds,
        indices,
        labels,
        clean,
        adversarial: output.inputs,
        levels,
      });
      for (const target of targets) {
        const logits = {
          exact: await target.logits(scaleToBounds(output.inputs, bounds, target.bounds)),
          rounded: await target.logits(scaleToBounds(levels, levelRange, target.bounds)),
        };
        collector.recordTarget(offset, target, { ...logits, labels });
      }
    },
  };
}

function whiteFirst(outcomes: readonly AttackOutcome[]): readonly AttackOutcome[] {
  return (['white', 'black'] as const).flatMap((box) => outcomes.filter((outcome) => outcome.box === box));
}
