/** Quantisation out of arithmetic on real values: exact for types of up to 16 bits. */
import { dataTypeOf } from '../../data-types.ts';
import { scalar } from '../../filling.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { quantizedRange, quantizedType, spread } from '../quantization.ts';

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

/** x / scale, rounded to the nearest whole number, of two to the even one; plus the zero point, cut to the range. */
function quantize(site: ExpansionSite): string[] {
  const { builder } = site;
  const [x, scale] = [site.input(0), site.input(1)];
  const held = builder.type(scale).dataType;
  const real = (value: string): string => builder.cast(value, held);
  const rounded = builder.apply('Round', [builder.div(real(x), spread(site, scale, x))]);
  const placed = site.has(2) ? builder.add(rounded, spread(site, real(site.input(2)), x)) : rounded;
  const [least, greatest] = quantizedRange(site);
  const bound = (value: number): string => scalar(builder, value, held);
  const cut = builder.apply('Clip', [placed, bound(least), bound(greatest)]);
  return [builder.cast(cut, quantizedType(site))];
}

export const quantizationExpansions = {
  DequantizeLinear: dequantize,
  QuantizeLinear: quantize,
} satisfies Expansions;
