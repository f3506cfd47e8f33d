/** What a reader must know before trusting the scores of a run, one sentence each. */
import type { MemorizationRun } from '../results/memorization.ts';

export function memorizationWarnings({
  name,
  corruption,
  curves,
  testError,
  trainingError,
}: MemorizationRun): string[] {
  return [...warnings()];

  function* warnings(): Iterable<string> {
    const { real } = trainingError;
    if (real !== null && real.interval.lower > testError.last.error.interval.upper) {
      yield `${name} errs more on training examples with real labels (${percent(real.rate)}) than on test examples (${percent(testError.last.error.rate)}): are its predictions in the order of the training examples, and of the labels it was trained on?`;
    }
    if (corruption?.mode === 'pair-flip') {
      yield `${name}: with pair-flip corruption the given label follows from the true one, so that the memorization gap is 0 whatever was memorized`;
    }
    const gap = curves.epoch.findIndex((epoch, index) => epoch !== index + 1);
    if (gap >= 0) {
      yield `${name} has no predictions of epoch ${String(gap + 1)} and perhaps others: forgetting events are too few and examples were learned no later than stated`;
    }
  }
}

function percent(rate: number): string {
  return `${(100 * rate).toFixed(1)} %`;
}
