/** The expansion of each operator that has one, by family. */
import type { Expansion, Expansions, ExpansionSite, Form } from '../expansion.ts';
import { isDense } from '../pool-windows.ts';
import { quantizedType } from '../quantization.ts';
import { activationExpansions } from './activation.ts';
import { attentionExpansions } from './attention.ts';
import { einsumExpansions } from './einsum.ts';
import { indexingExpansions } from './indexing.ts';
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
  ...indexingExpansions,
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

/** Forms that no graph holds of operators that graphs hold otherwise: they are written out. */
const unheld: Readonly<Record<string, Form>> = {
  AveragePool: (site) => !isDense(site.node),
  // Runtimes take an odd number of channels only.
  LRN: (site) => site.int('size') % 2 === 0,
  Pad: (site) => site.text('mode') === 'wrap',
};

/** Forms that graphs hold, because the straight-through gradient is told by the name, and files of OPSET do not. */
const unwritable: Readonly<Record<string, Form>> = {
  DequantizeLinear: (site) =>
    isExtended(site) || !['int8', 'uint8', 'int32'].includes(site.builder.type(site.input(0)).dataType),
  QuantizeLinear: (site) => isExtended(site) || !['int8', 'uint8'].includes(quantizedType(site)),
};

/** By blocks, or to a type that an attribute names. */
const isExtended = (site: ExpansionSite): boolean =>
  site.int('block_size') !== 0 || site.int('output_dtype') !== 0;

/** Tells the forms of an operator that are written out in a file; undefined where all stand in it. */
export function unwritableFormOf(operator: string): Form | undefined {
  return Object.hasOwn(unwritable, operator) ? unwritable[operator] : undefined;
}

/** Tells the forms of an operator that are written out; undefined where all are held, or none. */
export function unheldFormOf(operator: string): Form | undefined {
  return Object.hasOwn(unheld, operator) ? unheld[operator] : undefined;
}
