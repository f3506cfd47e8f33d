/** Real values from quantised ones, out of arithmetic on real values: exact for types of up to 16 bits. */
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { spread } from '../quantization.ts';

/** (x − zero point)·scale */
function dequantize(site: ExpansionSite): string[] {
  const { builder } = site;
  const [x, scale] = [site.input(0), site.input(1)];
  const real = (value: string): string => builder.cast(value, builder.type(scale).dataType);
  const centred = site.has(2) ? builder.sub(real(x), spread(site, real(site.input(2)), x)) : real(x);
  return [builder.mul(centred, spread(site, scale, x))];
}

export const quantizationExpansions: Expansions = { DequantizeLinear: dequantize };
