/**
 * Loss-based membership inference: how well an example's loss tells whether it was trained on.
 *
 * The attack is that of S. Yeom et al., Privacy Risk in Machine Learning: Analyzing the Connection to Overfitting (CSF
 * 2018): an example is taken for a member where its loss is at most the mean training loss, and its advantage is its
 * true positive rate less its false positive rate. The area under the curve says the same of all thresholds together.
 *
 * Members come with the labels they were trained on, non-members are the test examples. Corrupted labels are not drawn
 * as test labels are: a model that ignores them has a high loss there, and its advantage can be negative. Among real
 * labels alone members and non-members differ in nothing but the training.
 */
import { areaUnderCurve } from '../../statistics/auc.ts';
import { independentDifference } from '../../statistics/independent-difference.ts';
import { meanOf } from '../../statistics/mean.ts';
import type { MembershipScores } from './scores.ts';

/**
 * Scores the attack. The interval of the advantage treats the threshold as given.
 *
 * @param members losses of training examples, finite, at least one
 * @param nonMembers losses of test examples, finite, at least one
 */
export function membershipScores(members: Float64Array, nonMembers: Float64Array): MembershipScores {
  const threshold = meanOf(members);
  const truePositives = countAtMost(members, threshold);
  const falsePositives = countAtMost(nonMembers, threshold);
  const { difference, interval } = independentDifference(
    { part: truePositives, whole: members.length },
    { part: falsePositives, whole: nonMembers.length },
  );
  return {
    threshold,
    truePositives,
    members: members.length,
    falsePositives,
    nonMembers: nonMembers.length,
    advantage: difference,
    interval,
    bestAdvantage: bestAdvantage(members, nonMembers),
    // A non-member's loss should be the higher one.
    curve: areaUnderCurve(nonMembers, members),
  };
}

function countAtMost(losses: Float64Array, threshold: number): number {
  return losses.reduce((count, loss) => (loss <= threshold ? count + 1 : count), 0);
}

/**
 * The greatest difference of the two empirical distributions, members above: the one-sided Kolmogorov–Smirnov
 * statistic. As the threshold is chosen on the very examples that are judged, it is above 0 even for equal
 * distributions.
 */
function bestAdvantage(members: Float64Array, nonMembers: Float64Array): number {
  const own = members.toSorted();
  const foreign = nonMembers.toSorted();
  let best = 0;
  let taken = 0;
  // Only thresholds at a member's loss can be best.
  own.forEach((loss, index) => {
    if (own[index + 1] === loss) return;
    while (taken < foreign.length && (foreign[taken] ?? NaN) <= loss) taken++;
    best = Math.max(best, (index + 1) / own.length - taken / foreign.length);
  });
  return best;
}
