/**
 * Units of work: one model on clean inputs, or one attack on one source, over a range of the plan's examples. Workers,
 * the journal, shards and budgets know no other measure.
 */
import { attackId } from '../attacks/identity.ts';
import { modelsOf, transfersOf, type EvaluationPlan } from './plan.ts';

/** Positions in the plan's indices, from start to before end. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Unit {
  /** Names the unit in the journal. */
  readonly key: string;
  readonly range: Range;
  /** What tables and progress call it. */
  readonly task: string;
  readonly work:
    | { readonly kind: 'clean'; readonly model: string }
    | { readonly kind: 'attack'; readonly attack: string; readonly source: string };
}

/**
 * The ranges of a plan.
 *
 * @param within the part that is to be done: all, or a shard
 */
export function rangesOf(within: Range, unitSize: number): Range[] {
  const ranges: Range[] = [];
  for (let start = within.start; start < within.end; start += unitSize) {
    ranges.push({ start, end: Math.min(within.end, start + unitSize) });
  }
  return ranges;
}

/** The units of a range, clean inputs first: what an attack needs to know of a model is known before. */
export function unitsOf(plan: EvaluationPlan, range: Range): Unit[] {
  const place = `${String(range.start)}-${String(range.end)}`;
  const clean = modelsOf(plan).map(({ name }): Unit => ({
    key: JSON.stringify(['clean', name, place]),
    range,
    task: `clean inputs on ${name}`,
    work: { kind: 'clean', model: name },
  }));
  const attacks = transfersOf(plan).flatMap(({ source }) =>
    plan.attacks.map(({ attack, settings }): Unit => {
      const id = attackId(attack, settings);
      return {
        key: JSON.stringify([id, source.name, place]),
        range,
        task: `${attack.title} on ${source.name}`,
        work: { kind: 'attack', attack: id, source: source.name },
      };
    }),
  );
  return [...clean, ...attacks];
}

/** As many elements of inputs are at hand at a time, about: 16 MiB of them. */
const ELEMENTS = 2 ** 22;
const MOST = 256;
const LEAST = 8;
/** So many units for each runner, so that none is left alone with a long one at the end. */
const UNITS_PER_RUNNER = 4;

/** The number of examples in a unit; has no influence on the outcomes. */
export function chooseUnitSize(count: number, exampleSize: number, runners: number): number {
  const bySize = Math.min(MOST, Math.max(LEAST, Math.floor(ELEMENTS / exampleSize)));
  const byRunners = runners < 2 ? bySize : Math.ceil(count / (UNITS_PER_RUNNER * runners));
  return Math.max(1, Math.min(bySize, Math.max(LEAST, byRunners), Math.max(1, count)));
}

/** A part of a plan's examples, the same for everyone who asks: `index` of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The positions of a shard: as even as can be, in the plan's order. */
export function shardRange(count: number, shard: Shard | undefined): Range {
  if (shard === undefined) return { start: 0, end: count };
  return {
    start: Math.floor(((shard.index - 1) * count) / shard.count),
    end: Math.floor((shard.index * count) / shard.count),
  };
}
