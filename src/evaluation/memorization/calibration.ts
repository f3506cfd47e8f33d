/**
 * Expected calibration error (ECE): M. P. Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning
 * (AAAI 2015), in the form of C. Guo et al., On Calibration of Modern Neural Networks (ICML 2017): examples are put
 * into 15 bins of equal width by the greatest softmax probability, and
 *
 *   ECE = Σ over bins  (examples in the bin / all examples) · |accuracy in the bin − mean confidence in the bin|
 *
 * It is biased upwards where bins hold few examples.
 */
import type { CalibrationScores } from './scores.ts';

const BIN_COUNT = 15;

/**
 * @param confidences greatest softmax probability of each example, in (0, 1], [n], n ≥ 1
 * @param correct 1 where the predicted class is the label, [n]
 */
export function calibrationScores(confidences: Float64Array, correct: Uint8Array): CalibrationScores {
  const bins = Array.from({ length: BIN_COUNT }, () => ({ count: 0, confidence: 0, hits: 0 }));
  confidences.forEach((confidence, example) => {
    const bin = bins[Math.max(0, Math.ceil(confidence * BIN_COUNT) - 1)];
    if (bin === undefined) throw new RangeError(`the confidence ${String(confidence)} is no probability`);
    bin.count += 1;
    bin.confidence += confidence;
    bin.hits += correct[example] ?? 0;
  });
  const total = bins.reduce((sum, { confidence, hits }) => sum + Math.abs(hits - confidence), 0);
  return {
    error: total / confidences.length,
    bins: bins.map(({ count, confidence, hits }, index) => ({
      lower: index / BIN_COUNT,
      upper: (index + 1) / BIN_COUNT,
      count,
      confidence: count === 0 ? null : confidence / count,
      accuracy: count === 0 ? null : hits / count,
    })),
  };
}
