/** Does units of work with models at hand: here, or in a worker thread that has its own. */
import { attackId } from '../attacks/identity.ts';
import type { Bounds, Classifier } from '../classifier/classifier.ts';
import type { Examples } from '../data/dataset.ts';
import { scaleToBounds } from '../data/scale.ts';
import { inBatches, type Batching } from '../classifier/batched.ts';
import { levelRange, levelsWithinBall } from './eight-bit.ts';
import { attackRunOf, modelsOf, transfersOf, type AttackRun, type EvaluationPlan } from './plan.ts';
import { outputRanges } from './probability-check.ts';
import type { AttackRecord, CleanRecord, SizeColumns, UnitRecord } from './records.ts';
import { scoreRows, type ScoreColumns } from './score.ts';
import type { Unit } from './units.ts';
import { measuredSizes, verifiedSizes } from './verify.ts';

/** A unit's examples as read from the data. */
export interface UnitInputs extends Examples {
  /** Places in the data set, [n]. */
  readonly indices: Int32Array;
}

/** What a unit of an attack made, in the units of the source's bounds; the arrays are to be read only. */
export interface MadeExamples {
  readonly bounds: Bounds;
  readonly clean: Float32Array;
  readonly adversarial: Float32Array;
  /** The adversarial examples as 8-bit pixels within the ball, 0 for the lower bound and 255 for the upper. */
  readonly levels: Uint8Array;
}

export interface UnitResult {
  readonly record: UnitRecord;
  /** Only where they were asked for. */
  readonly examples?: MadeExamples;
}

/** Does one unit at a time. */
export interface UnitRunner {
  run(unit: Unit, inputs: UnitInputs): Promise<UnitResult>;
}

/** What of a plan its units are done by. */
export interface UnitPlan
  extends Pick<EvaluationPlan, 'whiteBox' | 'blackBox' | 'attacks' | 'eightBit'>, Batching {
  readonly dataRange: Bounds;
  /** Whether adversarial examples are wanted back, not their outcomes alone. */
  readonly keepsExamples: boolean;
}

/** A runner in this thread. */
export function createUnitRunner(plan: UnitPlan): UnitRunner {
  const models = new Map(modelsOf(plan).map((model) => [model.name, inBatches(model, plan)]));
  const modelOf = (name: string): Classifier => {
    const model = models.get(name);
    if (model === undefined) throw new RangeError(`the plan has no model ${name}`);
    return model;
  };
  // Units of a range follow one another: the clean logits of the last one serve its attacks.
  const kept = new Map<string, { readonly start: number; readonly logits: Float32Array }>();
  return {
    async run({ work, range }, inputs) {
      if (work.kind === 'clean') {
        const model = modelOf(work.model);
        const logits = await model.logits(scaleToBounds(inputs.inputs, plan.dataRange, model.bounds));
        kept.set(work.model, { start: range.start, logits });
        return { record: cleanRecord(model, logits, range.start, inputs) };
      }
      const run = attackRunOf(plan, work.attack);
      const transfer = transfersOf(plan).find(({ source }) => source.name === work.source);
      if (run === undefined || transfer === undefined) throw new RangeError(`the plan has no ${work.attack}`);
      const known = kept.get(work.source);
      return attackUnit({
        plan,
        run,
        source: modelOf(work.source),
        targets: transfer.targets.map(({ name }) => modelOf(name)),
        inputs,
        start: range.start,
        cleanLogits: known?.start === range.start ? known.logits : undefined,
      });
    },
  };
}

function cleanRecord(
  model: Classifier,
  logits: Float32Array,
  start: number,
  { labels, indices }: UnitInputs,
): CleanRecord {
  return {
    kind: 'clean',
    model: model.name,
    start,
    score: scoreRows(model, logits, labels, indices),
    outputs: outputRanges(logits, model.classCount),
  };
}

interface AttackUnit {
  readonly plan: UnitPlan;
  readonly run: AttackRun;
  readonly source: Classifier;
  readonly targets: readonly Classifier[];
  readonly inputs: UnitInputs;
  readonly start: number;
  readonly cleanLogits: Float32Array | undefined;
}

async function attackUnit(unit: AttackUnit): Promise<UnitResult> {
  const { plan, run, source, targets, inputs, start } = unit;
  const { labels, indices } = inputs;
  const { bounds } = source;
  const { settings } = run;
  const clean = scaleToBounds(inputs.inputs, plan.dataRange, bounds);
  const batch = { inputs: clean, labels, indices };
  const output = await run.attack.perturb(
    source,
    unit.cleanLogits === undefined ? batch : { ...batch, cleanLogits: unit.cleanLogits },
    settings,
  );
  const sizes = verifiedSizes(run, source, clean, output.inputs);
  const eightBit = plan.eightBit === true;
  const epsilon = settings.norm === 'linf' ? (settings.radius?.value ?? null) : null;
  const levels =
    eightBit || plan.keepsExamples
      ? levelsWithinBall({ clean, adversarial: output.inputs, bounds, epsilon })
      : null;
  const rounded: SizeColumns | null =
    eightBit && levels !== null
      ? measuredSizes(settings, source, clean, scaleToBounds(levels, levelRange, bounds))
      : null;
  const scored: AttackRecord['scored'][number][] = [];
  for (const target of targets) {
    const score = async (points: Float32Array | Uint8Array, from: Bounds): Promise<ScoreColumns> =>
      scoreRows(target, await target.logits(scaleToBounds(points, from, target.bounds)), labels, indices);
    const exact = await score(output.inputs, bounds);
    const pixels = eightBit && levels !== null ? await score(levels, levelRange) : null;
    scored.push({
      model: target.name,
      score: exact,
      rounded: pixels && { predictions: pixels.predictions, ranks: pixels.ranks },
    });
  }
  const record: AttackRecord = {
    kind: 'attack',
    attack: attackId(run.attack, settings),
    source: source.name,
    start,
    sizes,
    gradients: output.gradientCounts,
    queries: output.queryCounts,
    zeroGradients: output.zeroGradients,
    targets: output.targets,
    led: output.led,
    rounded,
    scored,
  };
  if (!plan.keepsExamples || levels === null) return { record };
  return { record, examples: { bounds, clean, adversarial: output.inputs, levels } };
}
