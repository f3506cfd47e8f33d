/** The checks of memorization-consistency.ts on errors: best, last, training, restored, and the memorization gap. */
import { close, type Counted, intervalProblems, rateProblems, shareProblems } from './consistency-rates.ts';
import type { EpochError, MemorizationRun } from './memorization.ts';

export function* errorProblems(run: MemorizationRun, at: string): Iterable<string> {
  const { curves, groups, trainingError, restored } = run;
  const { testErrors } = curves;
  const least = Math.min(...testErrors);
  const { best, last } = run.testError;
  yield* epochErrorProblems(run, best, testErrors.indexOf(least), `${at}/testError/best`);
  yield* epochErrorProblems(run, last, testErrors.length - 1, `${at}/testError/last`);
  for (const [name, list] of [
    ['real', curves.realErrors],
    ['corrupted', curves.corruptedErrors],
    ['changed', curves.changedErrors],
  ] as const) {
    const place = `${at}/trainingError/${name}`;
    const error = trainingError[name];
    yield* presenceProblems(error, groups[name], name, place);
    if (error !== null) yield* rateProblems(error, groups[name], place, lastOf(list));
  }
  for (const [name, list] of [
    ['corrupted', curves.corruptedRestored],
    ['changed', curves.changedRestored],
  ] as const) {
    const place = `${at}/restored/${name}`;
    const share = restored[name];
    yield* presenceProblems(share, groups[name], name, place);
    if (share !== null) {
      const { examples: value, rate, interval } = share;
      yield* shareProblems({ name: 'examples', value, rate, interval }, groups[name], place, lastOf(list));
    }
  }
  yield* gapProblems(run, `${at}/memorizationGap`);
}

function* epochErrorProblems(
  { curves, groups }: MemorizationRun,
  { epoch, error }: EpochError,
  index: number,
  at: string,
): Iterable<string> {
  if (epoch !== curves.epoch[index]) {
    yield `${at}/epoch is ${String(epoch)}, but the curves say ${String(curves.epoch[index])}`;
  }
  const counted = { by: 'the curves say', count: curves.testErrors[index] ?? 0 };
  yield* rateProblems(error, groups.test, `${at}/error`, counted);
}

function* gapProblems({ memorizationGap, curves, groups }: MemorizationRun, at: string): Iterable<string> {
  if ((memorizationGap === null) !== (curves.chance === null)) {
    yield `${at} is ${memorizationGap === null ? 'null' : 'given'}, but the chance level of the curves is ${curves.chance === null ? 'null' : 'given'}`;
  }
  if (memorizationGap === null) return;
  const { hits, count, chance, gap, interval } = memorizationGap;
  if (count !== groups.corrupted) {
    yield `${at}/count is ${String(count)}, but ${String(groups.corrupted)} examples are corrupted`;
  }
  const errors = curves.corruptedErrors.at(-1) ?? 0;
  if (hits !== groups.corrupted - errors) {
    yield `${at}/hits is ${String(hits)}, but the curves say ${String(groups.corrupted - errors)}`;
  }
  if (chance !== curves.chance?.at(-1)) {
    yield `${at}/chance is ${String(chance)}, but the curves say ${String(curves.chance?.at(-1))}`;
  }
  if (!close(gap, hits / count - chance)) {
    yield `${at}/gap is ${String(gap)}, but ${String(hits)} hits of ${String(count)} less ${String(chance)} make ${String(hits / count - chance)}`;
  }
  yield* intervalProblems(interval, gap, 'gap', `${at}/interval`);
}

/** A summary of a group is there exactly where the group has examples. */
export function* presenceProblems(
  summary: object | null,
  size: number,
  group: string,
  at: string,
): Iterable<string> {
  if ((summary === null) !== (size === 0)) {
    yield `${at} is ${summary === null ? 'null' : 'given'}, but there are ${String(size)} ${group} examples`;
  }
}

function lastOf(list: readonly number[]): Counted {
  return { by: 'the curves say', count: list.at(-1) ?? 0 };
}
