/**
 * Evaluates models on clean and on adversarial inputs, a batch at a time: each source makes its examples once, and
 * every target scores them, as made and rounded to 8-bit pixels.
 */
import type { Bounds, Classifier } from '../classifier/classifier.ts';
import { batches, type Batch } from '../data/batches.ts';
import { levelsOf, scaleToBounds } from '../data/scale.ts';
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
import { type ScoreCollector, createScoreCollector } from './score.ts';
import { type TransferCollector, createTransferCollector } from './transfer-collector.ts';
import { assertBatch, assertLogitsNotProbabilities, verifiedSizes } from './verify.ts';
import { warningsOf } from './warnings.ts';

const levelRange: Bounds = { lower: 0, upper: 255 };

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
  const clean = modelsOf(plan).map((model) => ({ model, scores: createScoreCollector(model, count) }));
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
    for (const { model, scores } of clean) {
      await work.scoreClean(model, scores);
      finish(`clean inputs on ${model.name}`);
    }
    for (const { transfer, run, collector } of attacked) {
      await work.attack(transfer, run, collector);
      finish(`${run.attack.title} on ${transfer.source.name}`);
    }
    offset += batch.labels.length;
  }
  const cleanOutcomes = clean.map(({ model, scores }): CleanOutcome => ({
    model: model.name,
    classCount: model.classCount,
    score: scores.score(),
  }));
  const outcomes = attacked.flatMap(({ collector }) => collector.outcomes());
  const evidence = { indices: plan.indices, labels, clean: cleanOutcomes, attacks: whiteFirst(outcomes) };
  return { ...evidence, warnings: warningsOf(evidence) };
}

interface BatchWork {
  scoreClean(model: Classifier, scores: ScoreCollector): Promise<void>;
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
    },
    async attack({ source, targets }, run, collector) {
      const clean = inputsFor(source);
      const logits = cleanLogits.get(source);
      if (offset === 0 && logits && run.attack.needs !== 'decisions')
        assertLogitsNotProbabilities(source, logits);
      const output = await run.attack.perturb(
        source,
        { inputs: clean, labels, indices, ...(logits ? { cleanLogits: logits } : {}) },
        run.settings,
      );
      const sizes = verifiedSizes(run, source, clean, output.inputs);
      collector.recordSource(offset, output, sizes);
      await plan.onExamples?.({
        run,
        source: source.name,
        shape: dataset.shape,
        bounds: source.bounds,
        indices,
        labels,
        clean,
        adversarial: output.inputs,
      });
      const pixels = new Uint8Array(levelsOf(output.inputs, source.bounds).buffer);
      for (const target of targets) {
        const exact = await target.logits(scaleToBounds(output.inputs, source.bounds, target.bounds));
        const rounded = await target.logits(scaleToBounds(pixels, levelRange, target.bounds));
        collector.recordTarget(offset, target, { exact, rounded, labels });
      }
    },
  };
}

function whiteFirst(outcomes: readonly AttackOutcome[]): readonly AttackOutcome[] {
  return (['white', 'black'] as const).flatMap((box) => outcomes.filter((outcome) => outcome.box === box));
}
