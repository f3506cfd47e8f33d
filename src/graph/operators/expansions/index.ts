/** The expansion of each operator that has one, by family. */
import type { Expansion, Expansions } from '../expansion.ts';
import { activationExpansions } from './activation.ts';
import { attentionExpansions } from './attention.ts';
import { einsumExpansions } from './einsum.ts';
import { normalizationExpansions } from './normalization.ts';
import { quantizationExpansions } from './quantization.ts';

const expansions: Expansions = {
  ...activationExpansions,
  ...attentionExpansions,
  ...einsumExpansions,
  ...normalizationExpansions,
  ...quantizationExpansions,
};

/** The operator's expansion, or undefined where it has none. */
export function expansionOf(operator: string): Expansion | undefined {
  return Object.hasOwn(expansions, operator) ? expansions[operator] : undefined;
}
