/**
 * Parts of one plan as one result. What was measured of an example depends on that example alone, so that the parts
 * make the very bytes, circumstances aside, that the whole would have had.
 */
import { InputError } from '../core/errors.ts';
import { decodeColumn } from './column.ts';
import { mergeValues, type Placement } from './merge-columns.ts';
import { mergedPart } from './part.ts';
import { differingFacts } from './plan.ts';
import type { Result, ResultRun } from './result.ts';
import { warningsOf } from './warnings.ts';

/** A part, and what messages call it, such as its path. */
export interface NamedPart {
  readonly name: string;
  readonly result: Result;
}

/**
 * Puts parts together. A union that lacks examples of the plan is itself a part, which says what it lacks.
 *
 * @param parts valid results of the same plan, in any order
 * @throws InputError when there is none, when they are of different plans (naming what differs), when an example is in
 *   two of them, or when one is of version 1, which has no plan
 */
export function merge(parts: readonly NamedPart[]): Result {
  const [first] = parts;
  if (first === undefined) throw new InputError('there is no part to merge: name at least one result');
  for (const part of parts) assertSamePlan(first, part);
  const placement = placed(parts);
  const results = parts.map(({ result }) => result);
  const { indices, labels } = mergeValues(
    results.map(({ examples }) => ({ indices: examples.indices, labels: examples.labels })),
    placement,
    '/examples',
  );
  const { count } = placement;
  const merged: Result = {
    ...first.result,
    examples: { ...first.result.examples, count, indices, labels },
    part: mergedPart(results, count),
    clean: mergeValues(
      results.map(({ clean }) => clean),
      placement,
      '/clean',
    ),
    runs: mergeValues(
      results.map(({ runs }) => runs),
      placement,
      '/runs',
    ),
    run: mergedRun(results),
  };
  // Of the whole: a fault on a tenth of one part may be one of a hundredth of all.
  return { ...merged, warnings: warningsOf(merged) };
}

function assertSamePlan(first: NamedPart, { name, result }: NamedPart): void {
  if (result.plan === null) {
    throw new InputError(`${name} is of version 1, which knows no plan: run the attack again`);
  }
  if (result.plan === first.result.plan) return;
  const facts = differingFacts(first.result, result);
  throw new InputError(
    `${name} is of another plan than ${first.name}: they differ in ${facts.length > 0 ? facts.join(', ') : 'the examples that were planned'}`,
  );
}

/** Every example's place among all of them, by its position in the data set. */
function placed(parts: readonly NamedPart[]): Placement {
  const owners = new Map<number, string>();
  const positions = parts.map(({ name, result }) => {
    const indices = decodeColumn(result.examples.indices, 'int32');
    for (const index of indices) {
      const owner = owners.get(index);
      if (owner !== undefined) {
        throw new InputError(
          `${owner} and ${name} overlap: both have example ${String(index)}; name each part once`,
        );
      }
      owners.set(index, name);
    }
    return indices;
  });
  const order = new Map([...owners.keys()].sort((a, b) => a - b).map((index, place) => [index, place]));
  return {
    count: owners.size,
    places: positions.map((indices) => indices.map((index) => order.get(index) ?? -1)),
  };
}

/** The circumstances of all parts together: the first start, and the time that they took in all. */
function mergedRun(results: readonly Result[]): ResultRun {
  const runs = results.map(({ run }) => run);
  const [first] = [...runs].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  if (first === undefined) throw new RangeError('there is no part');
  const stages = new Map<string, { durationMs: number; examples: number | null }>();
  for (const { timings } of runs) {
    for (const { stage, durationMs, examplesPerSecond } of timings) {
      const known = stages.get(stage) ?? { durationMs: 0, examples: 0 };
      const examples = examplesPerSecond === null ? null : (examplesPerSecond * durationMs) / 1000;
      stages.set(stage, {
        durationMs: known.durationMs + durationMs,
        examples: known.examples === null || examples === null ? null : known.examples + examples,
      });
    }
  }
  return {
    ...first,
    durationMs: runs.reduce((sum, { durationMs }) => sum + durationMs, 0),
    timings: [...stages].map(([stage, { durationMs, examples }]) => ({
      stage,
      durationMs,
      examplesPerSecond: examples === null || durationMs === 0 ? null : (1000 * examples) / durationMs,
    })),
  };
}
