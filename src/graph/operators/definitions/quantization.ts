/** Quantisation, and products of quantised values. */
import { productRows } from '../../rows/products.ts';
import { quantizationRows } from '../../rows/quantization.ts';
import { sampleRows } from '../../rows/samples.ts';
import { quantizationShapes } from '../../shapes/quantization.ts';
import { integerProductExpansions } from '../expansions/integer-products.ts';
import { quantizationExpansions } from '../expansions/quantization.ts';
import { isWideDequantization, isWideQuantization } from '../forms.ts';
import type { Definitions } from '../definition.ts';

export const quantizationDefinitions = {
  ConvInteger: {
    since: 10,
    inputs: [2, 4],
    attributes: { auto_pad: 'NOTSET', group: 1 },
    types: quantizationShapes.ConvInteger,
    expansion: integerProductExpansions.ConvInteger,
    rows: sampleRows.ConvInteger,
  },
  DequantizeLinear: {
    since: 10,
    inputs: [2, 3],
    attributes: { axis: 1, block_size: 0, output_dtype: 0 },
    types: quantizationShapes.DequantizeLinear,
    expansion: quantizationExpansions.DequantizeLinear,
    unwritable: isWideDequantization,
    rows: quantizationRows.DequantizeLinear,
  },
  DynamicQuantizeLinear: {
    since: 11,
    inputs: [1, 1],
    types: quantizationShapes.DynamicQuantizeLinear,
    expansion: quantizationExpansions.DynamicQuantizeLinear,
    rows: quantizationRows.DynamicQuantizeLinear,
  },
  MatMulInteger: {
    since: 10,
    inputs: [2, 4],
    types: quantizationShapes.MatMulInteger,
    expansion: integerProductExpansions.MatMulInteger,
    rows: productRows.MatMulInteger,
  },
  QLinearConv: {
    since: 10,
    inputs: [8, 9],
    attributes: { auto_pad: 'NOTSET', group: 1 },
    types: quantizationShapes.QLinearConv,
    expansion: integerProductExpansions.QLinearConv,
    rows: sampleRows.QLinearConv,
  },
  QLinearMatMul: {
    since: 10,
    inputs: [8, 8],
    types: quantizationShapes.QLinearMatMul,
    expansion: integerProductExpansions.QLinearMatMul,
    rows: productRows.QLinearMatMul,
  },
  QuantizeLinear: {
    since: 10,
    inputs: [2, 3],
    attributes: { axis: 1, block_size: 0, output_dtype: 0 },
    types: quantizationShapes.QuantizeLinear,
    expansion: quantizationExpansions.QuantizeLinear,
    unwritable: isWideQuantization,
    rows: quantizationRows.QuantizeLinear,
  },
} satisfies Definitions;
