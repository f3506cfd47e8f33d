/** Quantisation: by one scale or by one a channel; the dynamic kind takes its scale from the whole batch. */
import type { RowRule, RowRules } from './site.ts';

const byScale: RowRule = (site) => {
  site.onlyExamplesIn(0);
  const own = site.axisOf(0);
  if (own !== undefined && site.rank(1) > 0 && site.axis() === own) {
    return site.mayMix('has a scale for each example of the batch');
  }
  return site.all(site.rows(0));
};

export const quantizationRows = {
  DequantizeLinear: byScale,
  QuantizeLinear: byScale,
  DynamicQuantizeLinear: (site) =>
    site.rows(0).kind === 'shared'
      ? site.all(site.rows(0))
      : site.mayMix('takes its scale from all the examples of a batch'),
} satisfies RowRules;
