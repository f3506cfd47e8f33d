/** Operators of texts, signals and losses, which graphs do not hold. */
import type { Definitions } from '../definition.ts';

export const otherDefinitions = {
  BitCast: { since: 26, inputs: [1, 1] },
  BlackmanWindow: { since: 17, inputs: [1, 1], attributes: { output_datatype: 1, periodic: 1 } },
  CumProd: { since: 26, inputs: [2, 2], attributes: { exclusive: 0, reverse: 0 } },
  DFT: { since: 17, inputs: [1, 2], attributes: { axis: 1, inverse: 0, onesided: 0 } },
  HammingWindow: { since: 17, inputs: [1, 1], attributes: { output_datatype: 1, periodic: 1 } },
  HannWindow: { since: 17, inputs: [1, 1], attributes: { output_datatype: 1, periodic: 1 } },
  ImageDecoder: { since: 20, inputs: [1, 1], attributes: { pixel_format: 'RGB' } },
  MelWeightMatrix: { since: 17, inputs: [5, 5], attributes: { output_datatype: 1 } },
  NegativeLogLikelihoodLoss: { since: 12, inputs: [2, 3], attributes: { reduction: 'mean' } },
  RegexFullMatch: { since: 20, inputs: [1, 1] },
  STFT: { since: 17, inputs: [2, 4], attributes: { onesided: 1 } },
  SoftmaxCrossEntropyLoss: { since: 12, inputs: [2, 3], attributes: { reduction: 'mean' } },
  StringConcat: { since: 20, inputs: [2, 2] },
  StringNormalizer: {
    since: 10,
    inputs: [1, 1],
    attributes: { case_change_action: 'NONE', is_case_sensitive: 0 },
  },
  StringSplit: { since: 20, inputs: [1, 1] },
  TfIdfVectorizer: { since: 9, inputs: [1, 1] },
} satisfies Definitions;
