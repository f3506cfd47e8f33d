/** The checks of memorization-consistency.ts on curves: common length, ascending epochs, counts within groups. */
import type { MemorizationCurves, MemorizationRun } from './memorization.ts';

/** A list of the curves, null where it was not measured. */
type Curve = readonly number[] | null;

export function* curveProblems({ curves, groups }: MemorizationRun, at: string): Iterable<string> {
  const { epoch } = curves;
  for (const [name, list] of Object.entries(curves) as [keyof MemorizationCurves, Curve][]) {
    if (list !== null && list.length !== epoch.length) {
      yield `${at}/${name} has ${String(list.length)} entries, but there are ${String(epoch.length)} epochs`;
    }
  }
  const unordered = epoch.findIndex((value, index) => index > 0 && value <= (epoch[index - 1] ?? 0));
  if (unordered >= 0) {
    yield `${at}/epoch/${String(unordered)} is ${String(epoch[unordered])}, but epochs must ascend`;
  }
  if (curves.chance !== null && groups.corrupted === 0)
    yield `${at}/chance is given, but nothing is corrupted`;
  for (const [name, size] of [
    ['testErrors', groups.test],
    ['testTop5Errors', groups.test],
    ['trainErrors', groups.train],
    ['realErrors', groups.real],
    ['corruptedErrors', groups.corrupted],
    ['changedErrors', groups.changed],
    ['corruptedRestored', groups.corrupted],
    ['changedRestored', groups.changed],
  ] as const) {
    const curve = curves[name] ?? [];
    const beyond = curve.findIndex((value) => value > size);
    if (beyond >= 0) {
      yield `${at}/${name}/${String(beyond)} is ${String(curve[beyond])}, more than the ${String(size)} examples`;
    }
  }
  const top5 =
    curves.testTop5Errors?.findIndex((value, index) => value > (curves.testErrors[index] ?? 0)) ?? -1;
  if (top5 >= 0) {
    yield `${at}/testTop5Errors/${String(top5)} is ${String(curves.testTop5Errors?.[top5])}, more than the ${String(curves.testErrors[top5])} of testErrors`;
  }
  for (const name of ['membershipRealAdvantage', 'membershipRealAuc'] as const) {
    if (curves[name] !== null && groups.real === 0) yield `${at}/${name} is given, but no example is real`;
  }
  for (let index = 0; index < epoch.length; index++) yield* epochProblems({ curves, groups }, index, at);
}

/** Counts of one epoch that contradict each other. */
function* epochProblems(
  { curves, groups }: Pick<MemorizationRun, 'curves' | 'groups'>,
  index: number,
  at: string,
): Iterable<string> {
  const of = (list: readonly number[]): number => list[index] ?? 0;
  const place = (name: keyof MemorizationCurves): string => `${at}/${name}/${String(index)}`;
  const { trainErrors, realErrors, corruptedErrors, changedErrors, corruptedRestored, changedRestored } =
    curves;
  if (of(trainErrors) !== of(realErrors) + of(corruptedErrors)) {
    yield `${place('trainErrors')} is ${String(of(trainErrors))}, but ${String(of(realErrors))} real and ${String(of(corruptedErrors))} corrupted ones do not make that`;
  }
  // An example predicted as its true label contradicts the label that changed.
  if (of(changedRestored) > of(changedErrors)) {
    yield `${place('changedRestored')} is ${String(of(changedRestored))}, more than the ${String(of(changedErrors))} errors on changed labels`;
  }
  const unchanged = groups.corrupted - groups.changed;
  const unchangedErrors = of(corruptedErrors) - of(changedErrors);
  if (unchangedErrors < 0 || unchangedErrors > unchanged) {
    yield `${place('changedErrors')} is ${String(of(changedErrors))}, but there are ${String(of(corruptedErrors))} errors on all corrupted labels, ${String(unchanged)} of which did not change`;
  }
  // Where a corrupted label did not change, the true label is predicted exactly where the given one is.
  if (of(corruptedRestored) - of(changedRestored) !== unchanged - unchangedErrors) {
    yield `${place('corruptedRestored')} is ${String(of(corruptedRestored))}, but ${String(of(changedRestored))} changed and ${String(unchanged - unchangedErrors)} unchanged examples are predicted as their true label`;
  }
}
