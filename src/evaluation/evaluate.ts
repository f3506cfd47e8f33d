/**
 * Evaluates models on clean and on adversarial inputs, a unit of work at a time: each source makes its examples once,
 * and every target scores them. Who does the units, in which order, and in how many sittings makes no difference.
 */
import { exampleSizeOf } from '../attacks/balls/ball.ts';
import { collectAttacks, collectClean } from './collect.ts';
import type { Journal } from './journal.ts';
import type { Evaluation } from './outcomes.ts';
import { assertPlan, modelsOf, transfersOf, type EvaluationPlan } from './plan.ts';
import { assertLogitsNotProbabilities, joinRanges } from './probability-check.ts';
import type { CleanRecord, UnitRecord } from './records.ts';
import { runUnits } from './schedule.ts';
import { createUnitRunner, type UnitPlan, type UnitRunner } from './unit-runner.ts';
import { chooseUnitSize, rangesOf, shardRange, unitsOf, type Range, type Shard, type Unit } from './units.ts';
import { InputError } from '../core/errors.ts';

export interface EvaluationOptions {
  /** Keeps what is done; units that it holds are not done again. */
  readonly journal?: Journal;
  /** The part of the plan's examples to do. */
  readonly shard?: Shard;
  /** No unit is begun after so much time. */
  readonly budgetMs?: number;
  /** Who does the units: this thread where absent. */
  readonly runners?: readonly UnitRunner[];
  /** Examples in a unit; chosen by size and number where absent. */
  readonly unitSize?: number;
}

/**
 * Runs the plan. The outcome of an example depends on that example, the models, the attacks and their seeds, and on
 * nothing else: not on the batch or unit size, the other examples, the runners, or having been resumed.
 *
 * @throws InputError when the plan, the data or a model's outputs are not fit to be evaluated, or the budget ends before
 * the first unit is done
 * @throws the reason of the plan's signal when it is aborted, between two calls of a model
 */
export async function evaluate(plan: EvaluationPlan, options: EvaluationOptions = {}): Promise<Evaluation> {
  assertPlan(plan);
  const count = plan.indices.length;
  const { journal, runners = [createUnitRunner(unitPlan(plan))] } = options;
  const within = shardRange(count, options.shard);
  if (within.start === within.end) {
    throw new InputError(`the shard holds none of the ${String(count)} examples: take fewer shards`);
  }
  const exampleSize = exampleSizeOf(plan.dataset.shape);
  const unitSize =
    journal?.unitSize ??
    options.unitSize ??
    chooseUnitSize(within.end - within.start, exampleSize, runners.length);
  const ranges = rangesOf(within, unitSize);
  const units = ranges.flatMap((range) => unitsOf(plan, range));
  const records = new Map<string, UnitRecord>();
  const progress = createProgress(plan, units);
  const gate = createGate(plan, within, records);
  await runUnits({
    plan,
    units,
    runners,
    done: journal?.done ?? new Map<string, UnitRecord>(),
    deadline: options.budgetMs === undefined ? Infinity : performance.now() + options.budgetMs,
    isReady: (unit) => gate.isReady(unit),
    async onRecord(unit, record, isNew) {
      records.set(unit.key, record);
      if (isNew) await journal?.append(unit.key, record);
      progress(unit);
    },
  });
  gate.assertAll();
  return collect(plan, completed(plan, ranges, records), records, count);
}

/** The time that was given did not suffice for anything; what was begun may be gone on with. */
export class BudgetError extends InputError {}

/** What the runner of this thread, or of a worker with the same models, needs of a plan. */
export function unitPlan(plan: EvaluationPlan): UnitPlan {
  return { ...plan, dataRange: plan.dataset.range, keepsExamples: plan.onExamples !== undefined };
}

/** So many rows tell probabilities from logits. */
const ENOUGH_ROWS = 64;

interface Gate {
  /** Whether a unit may be begun: an attack only once clean outputs of its source were seen. */
  isReady(unit: Unit): boolean;
  /** What units that were begun early did not see. */
  assertAll(): void;
}

/**
 * Refuses sources of attacks whose clean outputs are probabilities, by the first of them in the plan's order: so units
 * and runners decide when a model is refused, not whether.
 */
function createGate(plan: EvaluationPlan, within: Range, records: ReadonlyMap<string, UnitRecord>): Gate {
  const asksForScores = plan.attacks.some(({ attack }) => attack.access !== 'decisions');
  const cleared = new Set(asksForScores ? plan.declaredLogits : modelsOf(plan).map(({ name }) => name));
  /** Whether outputs of the model are there, from the first of the range on. */
  const isSeen = (name: string): boolean => {
    const starts = new Map(
      [...records.values()]
        .filter((record): record is CleanRecord => record.kind === 'clean' && record.model === name)
        .map((record) => [record.start, record.outputs]),
    );
    let outputs = starts.get(within.start);
    if (outputs === undefined || cleared.has(name)) return outputs !== undefined;
    for (;;) {
      const next = starts.get(within.start + outputs.rows);
      if (next === undefined) break;
      outputs = joinRanges(outputs, next);
    }
    assertLogitsNotProbabilities({ name }, outputs, within.end - within.start);
    if (outputs.rows >= ENOUGH_ROWS) cleared.add(name);
    return true;
  };
  return {
    isReady: ({ work }) => work.kind === 'clean' || isSeen(work.source),
    assertAll() {
      if (plan.attacks.length > 0) for (const { source } of transfersOf(plan)) isSeen(source.name);
    },
  };
}

function createProgress(plan: EvaluationPlan, units: readonly Unit[]): (unit: Unit) => void {
  const size = ({ range }: Unit): number => range.end - range.start;
  const total = units.reduce((sum, unit) => sum + size(unit), 0);
  let finished = 0;
  return (unit) => {
    finished += size(unit);
    plan.onProgress?.({ completed: finished, total, task: unit.task });
  };
}

/** The ranges of which every unit is done, from the first on: a budget may end before the others. */
function completed(
  plan: EvaluationPlan,
  ranges: readonly Range[],
  records: ReadonlyMap<string, UnitRecord>,
): Range {
  const isDone = (range: Range): boolean => unitsOf(plan, range).every(({ key }) => records.has(key));
  const missing = ranges.findIndex((range) => !isDone(range));
  const last = missing < 0 ? ranges.length : missing;
  const [first] = ranges;
  const end = ranges[last - 1]?.end;
  if (first === undefined || end === undefined) {
    throw new BudgetError(
      'the budget ended before the first unit of examples was done: give more time, or go on with --resume',
    );
  }
  return { start: first.start, end };
}

function collect(
  plan: EvaluationPlan,
  done: Range,
  records: ReadonlyMap<string, UnitRecord>,
  planned: number,
): Evaluation {
  const own = [...records.values()].filter(({ start }) => start >= done.start && start < done.end);
  const indices = plan.indices.slice(done.start, done.end);
  const clean = modelsOf(plan).map((model) => collectClean(model, own));
  const labels = indices.map((index) => plan.dataset.labels[index] ?? -1);
  return { indices, labels, clean, attacks: collectAttacks(plan, own), done: { ...done, planned } };
}
