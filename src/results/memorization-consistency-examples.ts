/**
 * The checks of memorization-consistency.ts on the lists of examples: whether each was right after each epoch makes
 * the curves of training errors, when it was learned and how often it was forgotten.
 */
import { decodeBits } from '../core/bits.ts';
import type { MarginSummary, MemorizationRun } from './memorization.ts';

/** Half a unit of the fourth decimal, and what float32 loses. */
const marginRounding = 0.5001e-4;

/** The bits of one run, 0 or 1 for each training example. */
interface Flags {
  readonly corrupted: Uint8Array;
  readonly changed: Uint8Array;
  /** One entry for each epoch. */
  readonly correct: readonly Uint8Array[];
}

export function* exampleProblems(run: MemorizationRun, at: string): Iterable<string> {
  const { perExample, groups, curves } = run;
  let broken = false;
  for (const name of ['firstLearned', 'forgettingEvents', 'areaUnderMargin'] as const) {
    if (perExample[name].length !== groups.train) {
      broken = true;
      yield `${at}/${name} has ${String(perExample[name].length)} entries, expected one for each of the ${String(groups.train)} training examples`;
    }
  }
  if (perExample.correct.length !== curves.epoch.length) {
    broken = true;
    yield `${at}/correct has ${String(perExample.correct.length)} entries, but there are ${String(curves.epoch.length)} epochs`;
  }
  const texts = [
    ['corrupted', perExample.corrupted],
    ['changed', perExample.changed],
    ...perExample.correct.map((text, index) => [`correct/${String(index)}`, text] as const),
  ] as const;
  const decoded = texts.map(([, text]) => decodeBits(text, groups.train));
  for (const [index, bits] of decoded.entries()) {
    if (bits !== null) continue;
    broken = true;
    yield `${at}/${texts[index]?.[0] ?? ''} does not hold one bit for each of the ${String(groups.train)} training examples`;
  }
  const [corrupted, changed, ...correct] = decoded.filter((bits) => bits !== null);
  if (broken || corrupted === undefined || changed === undefined) return;
  const flags = { corrupted, changed, correct };
  yield* groupProblems(flags, run, at);
  yield* errorCountProblems(flags, run, at);
  yield* learningProblems(flags, run, at);
  yield* marginProblems(flags, run, at);
}

function* groupProblems(
  { corrupted, changed }: Flags,
  { groups }: MemorizationRun,
  at: string,
): Iterable<string> {
  for (const [name, bits] of Object.entries({ corrupted, changed } as const)) {
    const size = groups[name as 'corrupted' | 'changed'];
    const set = countOf(bits);
    if (set !== size) {
      yield `${at}/${name} marks ${String(set)} examples, but there are ${String(size)} ${name} ones`;
    }
  }
  const uncalled = changed.findIndex((bit, index) => bit > (corrupted[index] ?? 0));
  if (uncalled >= 0) {
    yield `${at}/changed marks example ${String(uncalled)}, whose label was not chosen for replacement`;
  }
}

function* errorCountProblems(
  { corrupted, changed, correct }: Flags,
  { curves }: MemorizationRun,
  at: string,
): Iterable<string> {
  for (const [epoch, bits] of correct.entries()) {
    const counted = { realErrors: 0, corruptedErrors: 0, changedErrors: 0 };
    bits.forEach((right, index) => {
      if (right === 1) return;
      counted[corrupted[index] === 1 ? 'corruptedErrors' : 'realErrors'] += 1;
      if (changed[index] === 1) counted.changedErrors += 1;
    });
    for (const [name, errors] of Object.entries(counted)) {
      const expected = curves[name as keyof typeof counted][epoch] ?? 0;
      if (errors !== expected) {
        yield `${at}/correct/${String(epoch)} makes ${String(errors)} ${name}, but the curves say ${String(expected)}`;
      }
    }
  }
}

function* learningProblems(flags: Flags, run: MemorizationRun, at: string): Iterable<string> {
  const { perExample, curves } = run;
  const count = flags.corrupted.length;
  const firstLearned = new Int32Array(count);
  const forgettingEvents = new Int32Array(count);
  let before: Uint8Array = new Uint8Array(count);
  for (const [epoch, bits] of flags.correct.entries()) {
    for (let i = 0; i < count; i++) {
      const right = bits[i] === 1;
      if (right && firstLearned[i] === 0) firstLearned[i] = curves.epoch[epoch] ?? 0;
      if (!right && before[i] === 1) forgettingEvents[i] = (forgettingEvents[i] ?? 0) + 1;
    }
    before = bits;
  }
  for (const [name, values] of Object.entries({ firstLearned, forgettingEvents })) {
    const listed = perExample[name as 'firstLearned' | 'forgettingEvents'];
    const other = listed.findIndex((value, index) => value !== values[index]);
    if (other >= 0) {
      yield `${at}/${name}/${String(other)} is ${String(listed[other])}, but correct says ${String(values[other])}`;
    }
  }
  for (const [name, members] of groupsOf(flags)) {
    const summary = run.learning[name];
    if (summary === null) continue;
    const counted = {
      neverLearned: members.filter((i) => firstLearned[i] === 0).length,
      everForgotten: members.filter((i) => (forgettingEvents[i] ?? 0) > 0).length,
      forgettingEvents: members.reduce((total, i) => total + (forgettingEvents[i] ?? 0), 0),
    };
    for (const [field, value] of Object.entries(counted)) {
      const given = summary[field as keyof typeof counted];
      if (given !== value) {
        yield `${at.replace(/perExample$/, 'learning')}/${name}/${field} is ${String(given)}, but the examples say ${String(value)}`;
      }
    }
  }
}

function* marginProblems(flags: Flags, run: MemorizationRun, at: string): Iterable<string> {
  const { areaUnderMargin: margins } = run.perExample;
  for (const [name, members] of groupsOf(flags)) {
    const summary = run.areaUnderMargin[name];
    if (summary === null || members.length === 0) continue;
    const values = members.map((i) => margins[i] ?? 0);
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const rounding = marginRounding + 1e-6 * greatest(values.map(Math.abs));
    if (Math.abs(summary.mean - mean) > rounding) {
      yield `${placeOf(at, name)}/mean is ${String(summary.mean)}, but the examples make ${String(mean)}`;
    }
    yield* extremeProblems(summary, values, rounding, placeOf(at, name));
  }
}

function* extremeProblems(
  { quartiles }: MarginSummary,
  values: readonly number[],
  rounding: number,
  at: string,
): Iterable<string> {
  const extremes = { minimum: least(values), maximum: greatest(values) };
  for (const [name, value] of Object.entries(extremes)) {
    const given = quartiles[name as keyof typeof extremes];
    if (Math.abs(given - value) > rounding) {
      yield `${at}/quartiles/${name} is ${String(given)}, but the examples make ${String(value)}`;
    }
  }
}

function placeOf(at: string, group: string): string {
  return `${at.replace(/perExample$/, 'areaUnderMargin')}/${group}`;
}

/** The positions of the examples of each group. */
function groupsOf({ corrupted, changed }: Flags): (readonly ['real' | 'corrupted' | 'changed', number[]])[] {
  const positions = (bits: Uint8Array, bit: 0 | 1): number[] =>
    [...bits.keys()].filter((index) => bits[index] === bit);
  return [
    ['real', positions(corrupted, 0)],
    ['corrupted', positions(corrupted, 1)],
    ['changed', positions(changed, 1)],
  ];
}

function countOf(bits: Uint8Array): number {
  return bits.reduce((total, bit) => total + bit, 0);
}

/** Without the spread of `Math.max`, which a million arguments overflow. */
function greatest(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), -Infinity);
}

function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
}
