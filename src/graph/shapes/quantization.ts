/** Shapes of quantisation, and of products of quantised values. */
import { attribute } from '../attributes.ts';
import { dataTypeOf } from '../data-types.ts';
import type { DataType, ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { FLOATS } from './type-groups.ts';
import { convolved, multiplied } from './convolution.ts';
import { neverSame, shapeText, sizeText } from './dimensions.ts';

const BYTES: readonly DataType[] = ['int8', 'uint8'];
const QUANTIZED: readonly DataType[] = [...BYTES, 'int16', 'uint16'];

/** A scale or zero point: a scalar, one number a place along an axis, or one a block of it. */
function assertGranularity(site: Application, index: number): void {
  const [values, dims] = [site.dims(0), site.dims(index)];
  if (dims.length === 0 || (dims.length === 1 && dims[0] === 1)) return;
  if (site.int('block_size') !== 0 && dims.length === values.length) return;
  const size = values[site.axis(site.int('axis'), values.length)] ?? 1;
  if (dims.length !== 1 || neverSame(dims[0] ?? 0, size)) {
    site.fail(
      `input ${String(index)} is ${shapeText(dims)}, expected a scalar or [${sizeText(size)}] for ${shapeText(values)}`,
    );
  }
}

function quantize(site: Application): readonly ValueType[] {
  site.dataTypeAmong(0, [...FLOATS, 'int32']);
  for (const index of [1, 2].filter((input) => site.has(input))) assertGranularity(site, index);
  return [{ dataType: site.has(2) ? site.dataTypeAmong(2, QUANTIZED) : 'uint8', dims: site.dims(0) }];
}

/** Numbers of a narrow floating type are held as real ones (narrow-types.ts). */
function dequantize(site: Application): readonly ValueType[] {
  site.dataTypeAmong(0, [...QUANTIZED, 'int32', 'float32']);
  for (const index of [1, 2].filter((input) => site.has(input))) assertGranularity(site, index);
  const asked = dataTypeOf(attribute(site.node, 'output_dtype', 'int') ?? 0);
  return [{ dataType: asked ?? site.dataTypeAmong(1, FLOATS), dims: site.dims(0) }];
}

function dynamic(site: Application): readonly ValueType[] {
  site.dataTypeAmong(0, ['float32']);
  return [
    { dataType: 'uint8', dims: site.dims(0) },
    { dataType: 'float32', dims: [] },
    { dataType: 'uint8', dims: [] },
  ];
}

function assertBytes(site: Application, indices: readonly number[]): void {
  for (const index of indices) site.dataTypeAmong(index, BYTES);
}

export const quantizationShapes = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamic,
  MatMulInteger: (site) => {
    assertBytes(site, [0, 1]);
    return [{ dataType: 'int32', dims: multiplied(site) }];
  },
  ConvInteger: (site) => {
    assertBytes(site, [0, 1]);
    return [{ dataType: 'int32', dims: convolved(site.taking([0, 1])) }];
  },
  QLinearMatMul: (site) => {
    assertBytes(site, [0, 3]);
    return [{ dataType: site.dataTypeAmong(7, BYTES), dims: multiplied(site.taking([0, 3])) }];
  },
  QLinearConv: (site) => {
    assertBytes(site, [0, 3]);
    return [{ dataType: site.dataTypeAmong(7, BYTES), dims: convolved(site.taking([0, 3, 8])) }];
  },
} satisfies ShapeRules;
