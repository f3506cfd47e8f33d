/**
 * The memorization gap: how much better a model predicts the given labels of corrupted examples than it could without
 * having been taught those very labels.
 *
 *   gap = (1/k) Σ [prediction i = given label i]  −  (1/k) Σ q(prediction i | true label i)
 *
 * over the k corrupted examples, where q(c | t) is the probability that the corruption gives an example of class t the
 * label c. The second mean is the chance level: the expected accuracy of these predictions were the given labels drawn
 * anew. A model that no given label has influenced has a gap of 0 in expectation; one that memorized them all has
 * 1 − chance. With labels drawn uniformly from C classes the chance level is 1 / C whatever is predicted, and an
 * accuracy on given labels is judged against it as random labels are in C. Zhang et al., Understanding deep learning
 * requires rethinking generalization (ICLR 2017). Where the given label follows from the true one (pair flip), it can
 * be known without being memorized: the gap is then 0 by construction and says nothing.
 */
import { defaultLevel } from '../../statistics/interval.ts';
import { meanOf } from '../../statistics/mean.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';
import type { MemorizationGap } from './scores.ts';

/** q: the probability that the corruption gives a chosen example of class `trueLabel` the label `label`. */
export type LabelNoise = (label: number, trueLabel: number) => number;

/**
 * The chance level of predictions, in [0, 1].
 *
 * @param corrupted places of the corrupted examples, at least one
 * @param predicted [n]
 * @param trueLabels [n]
 */
export function chanceLevel(
  corrupted: Int32Array,
  predicted: Int32Array,
  trueLabels: Int32Array,
  noise: LabelNoise,
): number {
  return meanOf(
    Float64Array.from(corrupted, (place) => noise(predicted[place] ?? NaN, trueLabels[place] ?? NaN)),
  );
}

/**
 * The gap with an interval: Wilson's of the accuracy, less the chance level, which is a constant given the
 * predictions. Where the given labels had no influence, the hits are independent Bernoulli(q) draws, of which no
 * mixture with the same mean varies more than the binomial: the coverage of 0 is not below that of Wilson's interval.
 *
 * @param hits corrupted examples predicted as their given label
 * @param count corrupted examples, at least 1
 * @param level nominal coverage, in (0, 1)
 */
export function memorizationGap(
  hits: number,
  count: number,
  chance: number,
  level: number = defaultLevel,
): MemorizationGap {
  const { lower, upper } = wilsonInterval(hits, count, level);
  return {
    hits,
    count,
    chance,
    gap: hits / count - chance,
    interval: { lower: lower - chance, upper: upper - chance, level, method: 'Wilson less chance' },
  };
}
