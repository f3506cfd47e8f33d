/** The expansion of each operator that has one, by family. */
import type { Expansion, Expansions } from '../expansion.ts';
import { activationExpansions } from './activation.ts';
import { attentionExpansions } from './attention.ts';
import { einsumExpansions } from './einsum.ts';
import { integerProductExpansions } from './integer-products.ts';
import { movementExpansions } from './movement.ts';
import { normalizationExpansions } from './normalization.ts';
import { poolingExpansions } from './pooling.ts';
import { quantizationExpansions } from './quantization.ts';
import { recurrentExpansions } from './recurrent.ts';
import { samplingExpansions } from './sampling.ts';

const expansions: Expansions = {
  ...activationExpansions,
  ...attentionExpansions,
  ...einsumExpansions,
  ...integerProductExpansions,
  ...movementExpansions,
  ...normalizationExpansions,
  ...poolingExpansions,
  ...quantizationExpansions,
  ...recurrentExpansions,
  ...samplingExpansions,
};

/** The operator's expansion, or undefined where it has none. */
export function expansionOf(operator: string): Expansion | undefined {
  return Object.hasOwn(expansions, operator) ? expansions[operator] : undefined;
}
