/** Real values from quantised ones and the other way, out of arithmetic on real values: exact for types of up to 16 bits. */
import { dataTypeOf } from '../../data-types.ts';
import { scalar } from '../../filling.ts';
import { int } from '../../attributes.ts';
import type { DataType } from '../../types.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { quantizedRange, quantizedType, rangeOf, spread } from '../quantization.ts';

/** (x − zero point)·scale */
function dequantize(site: ExpansionSite): string[] {
  const { builder } = site;
  const [x, scale] = [site.input(0), site.input(1)];
  const held = builder.type(scale).dataType;
  const real = (value: string): string => builder.cast(value, held);
  const centred = site.has(2) ? builder.sub(real(x), spread(site, real(site.input(2)), x)) : real(x);
  const scaled = builder.mul(centred, spread(site, scale, x));
  const asked = dataTypeOf(site.int('output_dtype')) ?? held;
  return [asked === held ? scaled : builder.cast(scaled, asked)];
}

/**
 * Real values in units of a type's scale as values of the type: rounded to the nearest whole number, halves to the even
 * one, moved by the zero point (of real type; '' for 0) and held within the type's range.
 */
export function rounded(
  site: ExpansionSite,
  value: string,
  zero: string,
  dataType: DataType,
  [least, most] = rangeOf(site, dataType),
): string {
  const { builder } = site;
  const real = builder.type(value).dataType;
  const whole = site.apply('Round', [value]);
  const placed = zero === '' ? whole : builder.add(whole, zero);
  const bounds = [least, most].map((bound) => scalar(builder, bound, real));
  return builder.cast(site.apply('Clip', [placed, ...bounds]), dataType);
}

/** x/scale, rounded. */
function quantize(site: ExpansionSite): string[] {
  const { builder } = site;
  const [x, scale] = [site.input(0), site.input(1)];
  const real = builder.type(scale).dataType;
  const value = builder.type(x).dataType === real ? x : builder.cast(x, real);
  const zero = site.has(2) ? spread(site, builder.cast(site.input(2), real), x) : '';
  const ratio = builder.div(value, spread(site, scale, x));
  return [rounded(site, ratio, zero, quantizedType(site), quantizedRange(site))];
}

/** As bytes, on the scale on which the range of the values, and 0, is that of the bytes. */
function quantizeByRange(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const zero = site.scalar(0);
  const extreme = (reduction: string, operator: string): string =>
    site.apply(operator, [site.apply(reduction, [x], { keepdims: int(0) }), zero]);
  const [least, most] = [extreme('ReduceMin', 'Min'), extreme('ReduceMax', 'Max')];
  const range = builder.sub(most, least);
  const flat = site.mask(builder.equal(range, zero));
  const scale = builder.add(builder.div(range, site.scalar(255)), flat);
  const point = rounded(site, builder.neg(builder.div(least, scale)), '', 'uint8');
  const bytes = rounded(site, builder.div(x, scale), builder.cast(point, site.dataType), 'uint8');
  return [bytes, scale, point];
}

export const quantizationExpansions = {
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: quantizeByRange,
  QuantizeLinear: quantize,
} satisfies Expansions;
