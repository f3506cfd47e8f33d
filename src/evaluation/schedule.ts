/** Hands units of work to runners, in order, as they become free. */
import { interruptionPoint } from '../core/interruption.ts';
import { attackRunOf, type EvaluationPlan } from './plan.ts';
import type { UnitRecord } from './records.ts';
import type { MadeExamples, UnitInputs, UnitRunner } from './unit-runner.ts';
import type { Unit } from './units.ts';
import { assertBatch } from './verify.ts';

export interface Schedule {
  readonly plan: EvaluationPlan;
  /** Ranges behind one another, all units of a range together. */
  readonly units: readonly Unit[];
  readonly runners: readonly UnitRunner[];
  /** Records of units that need not be done again. */
  readonly done: ReadonlyMap<string, UnitRecord>;
  /** By `performance.now()`: no unit is begun later. */
  readonly deadline: number;
  /** Whether what a unit waits for is there. */
  readonly isReady: (unit: Unit) => boolean;
  readonly onRecord: (unit: Unit, record: UnitRecord, isNew: boolean) => Promise<void>;
}

/** Units ahead of the oldest unfinished one that may be begun, for each runner: bounds what waits in memory. */
const AHEAD = 4;

/**
 * Does all units, or those that are begun before the deadline. Made examples are handed on in the order of the units.
 *
 * @throws what a runner throws first; no further unit is begun then
 */
export async function runUnits(schedule: Schedule): Promise<void> {
  const { plan, units, runners, done, deadline, isReady, onRecord } = schedule;
  const inputs = createRangeReader(plan, units);
  const waiting = new Map<number, { readonly unit: Unit; readonly examples: MadeExamples | undefined }>();
  let next = 0;
  let oldest = 0;
  let failed = false;
  let wake = createSignal();

  /** Hands examples on as far as no earlier unit is missing; one at a time, for their order. */
  let handing = Promise.resolve();
  const handOn = (): Promise<void> => {
    handing = handing.then(async () => {
      for (;;) {
        const entry = waiting.get(oldest);
        if (entry === undefined) return;
        waiting.delete(oldest);
        oldest += 1;
        if (entry.examples !== undefined)
          await giveExamples(plan, entry.unit, entry.examples, await inputs.of(entry.unit));
        inputs.release(entry.unit);
      }
    });
    return handing;
  };

  const finish = async (
    place: number,
    unit: Unit,
    record: UnitRecord,
    isNew: boolean,
    examples?: MadeExamples,
  ): Promise<void> => {
    await onRecord(unit, record, isNew);
    waiting.set(place, { unit, examples });
    await handOn();
    wake.fire();
  };

  const serve = async (runner: UnitRunner): Promise<void> => {
    while (next < units.length && !failed) {
      await interruptionPoint(plan.signal);
      const unit = units[next];
      if (unit === undefined) return;
      const known = done.get(unit.key);
      if (known !== undefined) {
        next += 1;
        await finish(next - 1, unit, known, false);
        continue;
      }
      if (performance.now() > deadline) return;
      if (next - oldest > AHEAD * runners.length || !isReady(unit)) {
        wake = wake.isFired() ? createSignal() : wake;
        await wake.promise;
        continue;
      }
      const place = next;
      next += 1;
      const { record, examples } = await runner.run(unit, await inputs.of(unit));
      await finish(place, unit, record, true, examples);
    }
  };

  await Promise.all(
    runners.map(async (runner) => {
      try {
        await serve(runner);
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        wake.fire();
      }
    }),
  );
}

/** Lets those who wait go on, once. */
function createSignal(): { readonly promise: Promise<void>; fire(): void; isFired(): boolean } {
  let resolve: () => void = () => undefined;
  let fired = false;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    promise,
    fire() {
      fired = true;
      resolve();
    },
    isFired: () => fired,
  };
}

/** Reads each range once, and lets go of it when all its units are done. */
function createRangeReader(
  plan: EvaluationPlan,
  units: readonly Unit[],
): { of(unit: Unit): Promise<UnitInputs>; release(unit: Unit): void } {
  const left = new Map<number, number>();
  for (const { range } of units) left.set(range.start, (left.get(range.start) ?? 0) + 1);
  const read = new Map<number, Promise<UnitInputs>>();
  return {
    of({ range }) {
      const known = read.get(range.start);
      if (known !== undefined) return known;
      const indices = plan.indices.slice(range.start, range.end);
      const reading = plan.dataset.read(indices).then((examples) => {
        const batch = { indices, ...examples };
        assertBatch(batch, plan.dataset);
        return batch;
      });
      read.set(range.start, reading);
      return reading;
    },
    release({ range }) {
      const rest = (left.get(range.start) ?? 1) - 1;
      left.set(range.start, rest);
      if (rest === 0) read.delete(range.start);
    },
  };
}

async function giveExamples(
  plan: EvaluationPlan,
  { work }: Unit,
  examples: MadeExamples,
  { indices, labels }: UnitInputs,
): Promise<void> {
  if (work.kind === 'clean') return;
  const run = attackRunOf(plan, work.attack);
  if (run === undefined) return;
  const { shape } = plan.dataset;
  await plan.onExamples?.({ run, source: work.source, shape, indices, labels, ...examples });
}
