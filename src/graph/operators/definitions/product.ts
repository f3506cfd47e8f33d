/** Convolutions and products of matrices. */
import { productRows } from '../../rows/products.ts';
import { sampleRows } from '../../rows/samples.ts';
import { convolutionShapes } from '../../shapes/convolution.ts';
import { furtherShapes } from '../../shapes/further.ts';
import { einsumExpansions } from '../expansions/einsum.ts';
import type { Definitions } from '../definition.ts';

export const productDefinitions = {
  Conv: {
    since: 7,
    inputs: [2, 3],
    attributes: { auto_pad: 'NOTSET', group: 1 },
    types: convolutionShapes.Conv,
    rows: sampleRows.Conv,
  },
  ConvTranspose: {
    since: 7,
    inputs: [2, 3],
    attributes: { auto_pad: 'NOTSET', group: 1 },
    types: convolutionShapes.ConvTranspose,
    rows: sampleRows.ConvTranspose,
  },
  Det: { since: 11, inputs: [1, 1], types: furtherShapes.Det },
  Einsum: { since: 12, inputs: [1, Infinity], expansion: einsumExpansions.Einsum },
  Gemm: {
    since: 7,
    inputs: [2, 3],
    attributes: { alpha: 1, beta: 1, transA: 0, transB: 0 },
    types: convolutionShapes.Gemm,
    rows: productRows.Gemm,
  },
  MatMul: { since: 7, inputs: [2, 2], types: convolutionShapes.MatMul, rows: productRows.MatMul },
} satisfies Definitions;
