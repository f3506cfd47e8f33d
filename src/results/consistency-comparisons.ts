/** The checks of consistency.ts on comparisons: both evaluations exist, and the ratio is theirs. */
import { tolerance } from './consistency-rates.ts';
import type { Result, ResultComparison } from './result.ts';

export function* comparisonProblems(result: Result): Iterable<string> {
  for (const [index, comparison] of result.comparisons.entries()) {
    const at = `/comparisons/${String(index)}`;
    const { baseline, model, accuracyRatio, interval, setting, source } = comparison;
    if ((setting === 'black-box') !== (source !== null)) {
      yield `${at}/source is ${source === null ? 'null' : `"${source}"`}, but the setting is ${setting}`;
      continue;
    }
    const first = accuracyOf(result, comparison, baseline);
    const second = accuracyOf(result, comparison, model);
    if (first === null || second === null) {
      const [name, id] = first === null ? ['baseline', baseline] : ['model', model];
      yield `${at}/${name} is "${id}", of which /evaluations has no such ${comparison.metric} error`;
      continue;
    }
    const expected = first === 0 ? null : second / first;
    const agrees =
      expected === null || accuracyRatio === null
        ? expected === accuracyRatio
        : Math.abs(accuracyRatio - expected) <= tolerance * Math.max(1, expected);
    if (!agrees) {
      yield `${at}/accuracyRatio is ${String(accuracyRatio)}, but the evaluations make ${String(expected)}`;
    }
    if ((interval === null) !== (accuracyRatio === null)) {
      yield `${at}/interval is ${interval === null ? 'null' : 'given'}, but accuracyRatio is ${String(accuracyRatio)}`;
    } else if (
      interval !== null &&
      accuracyRatio !== null &&
      (interval.lower > accuracyRatio + tolerance || interval.upper < accuracyRatio - tolerance)
    ) {
      yield `${at}/interval is ${String(interval.lower)} to ${String(interval.upper)}, which does not hold the ratio ${String(accuracyRatio)}`;
    }
  }
}

/** Correct examples of a model in the setting of a comparison, as a fraction; null where it was not evaluated. */
function accuracyOf(
  { evaluations }: Result,
  { setting, attack, source, metric }: ResultComparison,
  target: string,
): number | null {
  const evaluation = evaluations.find(
    (candidate) =>
      candidate.setting === setting &&
      candidate.attack === attack &&
      candidate.target === target &&
      candidate.source === (source ?? target),
  );
  const rate = evaluation?.[metric];
  return evaluation === undefined || !rate ? null : (evaluation.count - rate.errors) / evaluation.count;
}
