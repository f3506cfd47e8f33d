/** Puts the records of units together to the outcomes of a plan. */
import { attackId } from '../attacks/identity.ts';
import type { Classifier } from '../classifier/classifier.ts';
import type { AttackOutcome, CleanOutcome, TargetCounts } from './outcomes.ts';
import { transfersOf, type AttackRun, type EvaluationPlan } from './plan.ts';
import { joinRanges } from './probability-check.ts';
import type { AttackRecord, CleanRecord, RoundedColumns, SizeColumns, UnitRecord } from './records.ts';
import { summarize, type ScoreColumns } from './score.ts';

type Column = Int32Array | Float64Array | Uint8Array;

/** Columns behind one another. */
function joinColumns<C extends Column>(parts: readonly C[]): C {
  const [first] = parts;
  if (first === undefined) throw new RangeError('there is no part to join');
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new (first.constructor as new (length: number) => C)(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function joinScores(parts: readonly ScoreColumns[]): ScoreColumns {
  return {
    predictions: joinColumns(parts.map(({ predictions }) => predictions)),
    ranks: joinColumns(parts.map(({ ranks }) => ranks)),
    losses: joinColumns(parts.map(({ losses }) => losses)),
    saturated: joinColumns(parts.map(({ saturated }) => saturated)),
  };
}

function joinSizes(parts: readonly SizeColumns[]): SizeColumns {
  const whole: Partial<Record<keyof SizeColumns, Float64Array>> = {};
  for (const norm of ['linf', 'l2', 'l1', 'l0'] as const) {
    const own = parts.map((part) => part[norm]).filter((column) => column !== undefined);
    if (own.length > 0) whole[norm] = joinColumns(own);
  }
  return whole as SizeColumns;
}

/** The columns, or null where one of them is missing. */
function all<T>(parts: readonly (T | null)[]): readonly T[] | null {
  const present = parts.filter((part) => part !== null);
  return present.length === parts.length && present.length > 0 ? present : null;
}

/** Records in the order of the plan's examples. */
function ordered<R extends UnitRecord>(records: readonly R[]): readonly R[] {
  return [...records].sort((a, b) => a.start - b.start);
}

export function collectClean({ name, classCount }: Classifier, records: readonly UnitRecord[]): CleanOutcome {
  const own = ordered(
    records.filter((record): record is CleanRecord => record.kind === 'clean' && record.model === name),
  );
  const outputs = own.map((record) => record.outputs).reduce(joinRanges);
  return {
    model: name,
    classCount,
    score: summarize(joinScores(own.map(({ score }) => score))),
    outputs,
  };
}

/** White box before black box; within each by source, attack, target, in the order of the plan. */
export function collectAttacks(plan: EvaluationPlan, records: readonly UnitRecord[]): AttackOutcome[] {
  const outcomes = transfersOf(plan).flatMap(({ source, targets }) =>
    plan.attacks.flatMap((run) => {
      const id = attackId(run.attack, run.settings);
      const own = ordered(
        records.filter(
          (record): record is AttackRecord =>
            record.kind === 'attack' && record.attack === id && record.source === source.name,
        ),
      );
      return targets.map((target) => collectAttack(run, source, target, own));
    }),
  );
  return (['white', 'black'] as const).flatMap((box) => outcomes.filter((outcome) => outcome.box === box));
}

function collectAttack(
  run: AttackRun,
  source: Classifier,
  target: Classifier,
  records: readonly AttackRecord[],
): AttackOutcome {
  const scored = records.map((record) => {
    const found = record.scored.find(({ model }) => model === target.name);
    if (found === undefined) throw new RangeError(`a record of ${record.attack} lacks ${target.name}`);
    return found;
  });
  const score = summarize(joinScores(scored.map((each) => each.score)));
  const targets = all(records.map((record) => record.targets));
  const led = all(records.map((record) => record.led));
  const rounded = all(scored.map((each) => each.rounded));
  const roundedSizes = all(records.map((record) => record.rounded));
  const [allTargets, allLed] = [targets && joinColumns(targets), led && joinColumns(led)];
  const zeroGradientFlags = joinColumns(records.map(({ zeroGradients }) => zeroGradients));
  return {
    run,
    box: target.name === source.name ? 'white' : 'black',
    source: source.name,
    target: target.name,
    score,
    rounded: rounded && joinRounded(rounded),
    perturbation: joinSizes(records.map(({ sizes }) => sizes)),
    roundedPerturbation: roundedSizes && joinSizes(roundedSizes),
    targets: allTargets,
    led: allLed,
    targetCounts: allTargets && allLed && countTargets(score.predictions, allTargets, allLed),
    gradientCounts: joinColumns(records.map(({ gradients }) => gradients)),
    queryCounts: joinColumns(records.map(({ queries }) => queries)),
    zeroGradients: zeroGradientFlags.filter((flag) => flag === 1).length,
    zeroGradientFlags,
  };
}

function joinRounded(parts: readonly RoundedColumns[]): RoundedColumns {
  return {
    predictions: joinColumns(parts.map(({ predictions }) => predictions)),
    ranks: joinColumns(parts.map(({ ranks }) => ranks)),
  };
}

function countTargets(predictions: Int32Array, targets: Int32Array, led: Uint8Array): TargetCounts {
  const hits = predictions.map((label, example) => (label === targets[example] ? 1 : 0));
  return {
    possible: led.filter((isLed) => isLed === 1).length,
    reached: hits.filter((hit, example) => hit === 1 && led[example] === 1).length,
    predicted: hits.filter((hit) => hit === 1).length,
  };
}
