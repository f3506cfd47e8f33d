/** Forms of operators that graphs, or files of OPSET, do not hold. */
import type { Form } from './expansion.ts';
import { isDense } from './dilation.ts';
import { quantizedType } from './quantization.ts';

/** A pool whose windows skip elements. */
export const isDilated: Form = (site) => !isDense(site.node);

/** LRN over an even number of channels: runtimes take an odd one only. */
export const isOfEvenSize: Form = (site) => site.int('size') % 2 === 0;

/** A recurrent layer with the batch first: runtimes take the steps first only. */
export const isBatchFirst: Form = (site) => site.int('layout') !== 0;

/** Padding with the other side. */
export const isWrapped: Form = (site) => site.text('mode') === 'wrap';

/** By blocks, or between types that an attribute names. */
const isExtended: Form = (site) => site.int('block_size') !== 0 || site.int('output_dtype') !== 0;

/** Dequantisation of other types than OPSET has it for. */
export const isWideDequantization: Form = (site) =>
  isExtended(site) || !['int8', 'uint8', 'int32'].includes(site.builder.type(site.input(0)).dataType);

/** Quantisation to other types than OPSET has it for. */
export const isWideQuantization: Form = (site) =>
  isExtended(site) || !['int8', 'uint8'].includes(quantizedType(site));
