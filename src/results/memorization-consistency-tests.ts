/**
 * The checks of memorization-consistency.ts on the outcomes of test examples: their lists agree in length, make the
 * curves of test errors, and say the same of the last epoch.
 */
import { decodeBits } from '../core/bits.ts';
import { decodeColumn } from './column.ts';
import { rangeProblems } from './consistency-columns.ts';
import type { MemorizationRun } from './memorization.ts';

/** A label is right in the top 5 where fewer classes than this stand before it. */
const TOP = 5;

type TestOutcomes = NonNullable<MemorizationRun['testOutcomes']>;

/** @param classes how many classes the data have */
export function* testOutcomeProblems(run: MemorizationRun, classes: number, at: string): Iterable<string> {
  const { testOutcomes, groups } = run;
  if (testOutcomes === null) return;
  const { predictions, ranks, losses, rightTop5 } = testOutcomes;
  const broken = [
    ...rangeProblems(predictions, 'int32', { least: 0, below: classes }, `${at}/predictions`, groups.test),
    ...rangeProblems(ranks, 'int32', { least: 0, below: classes }, `${at}/ranks`, groups.test),
    ...rangeProblems(losses, 'float32', { least: 0 }, `${at}/losses`, groups.test),
  ];
  yield* broken;
  if ((rightTop5 === null) !== classes <= TOP) {
    yield `${at}/rightTop5 is ${rightTop5 === null ? 'null' : 'given'}, but there are ${String(classes)} classes`;
  }
  for (const [name, curve, top] of [
    ['right', 'testErrors', 1],
    ['rightTop5', 'testTop5Errors', TOP],
  ] as const) {
    yield* epochProblems(run, testOutcomes, { name, curve, top, ranked: broken.length === 0 }, at);
  }
}

interface Listed {
  readonly name: 'right' | 'rightTop5';
  readonly curve: 'testErrors' | 'testTop5Errors';
  readonly top: number;
  /** Whether the ranks can be read. */
  readonly ranked: boolean;
}

function* epochProblems(
  { curves, groups }: MemorizationRun,
  outcomes: TestOutcomes,
  { name, curve, top, ranked }: Listed,
  at: string,
): Iterable<string> {
  const [texts, errors] = [outcomes[name], curves[curve]];
  if ((texts === null) !== (errors === null)) {
    yield `${at}/${name} is ${texts === null ? 'null' : 'given'}, but ${curve} of the curves is ${errors === null ? 'null' : 'given'}`;
  }
  if (texts === null || errors === null) return;
  if (texts.length !== curves.epoch.length) {
    yield `${at}/${name} has ${String(texts.length)} entries, but there are ${String(curves.epoch.length)} epochs`;
    return;
  }
  const rights = texts.map((text) => decodeBits(text, groups.test));
  for (const [epoch, bits] of rights.entries()) {
    const place = `${at}/${name}/${String(epoch)}`;
    const wrong = bits?.reduce((count, bit) => count + 1 - bit, 0);
    if (wrong === undefined) {
      yield `${place} does not hold one bit for each of the ${String(groups.test)} test examples`;
    } else if (wrong !== errors[epoch]) {
      yield `${place} makes ${String(wrong)} errors, but ${curve} of the curves says ${String(errors[epoch])}`;
    }
  }
  const last = rights.at(-1) ?? null;
  if (!ranked || last === null) return;
  const other = decodeColumn(outcomes.ranks, 'int32').findIndex(
    (rank, index) => rank < top !== (last[index] === 1),
  );
  if (other >= 0) {
    yield `${at}/ranks/${String(other)} contradicts ${name} of the last epoch`;
  }
}
