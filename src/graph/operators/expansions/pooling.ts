/** Pools that take a norm. */
import { int, ints } from '../../attributes.ts';
import { float32 } from '../../tensor.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { safeRoot } from './normalization.ts';

/** |x|^p */
function power(site: ExpansionSite, order: number): string {
  const { builder } = site;
  const x = site.input(0);
  if (order === 2) return builder.mul(x, x);
  return order === 1 ? builder.abs(x) : builder.pow(builder.abs(x), site.scalar(order));
}

/** The p-norm of each window: the root of a convolution of |x|^p, channel by channel, with ones. */
function normPool(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const order = site.int('p');
  const kernel = site.attribute('kernel_shape', 'ints') ?? [];
  const channels = site.fixedDim(x, 1);
  const taps = kernel.reduce((product, size) => product * size, 1);
  const ones = builder.constant(float32([channels, 1, ...kernel], new Float32Array(channels * taps).fill(1)));
  const { auto_pad: automatic, strides, dilations } = site.node.attributes;
  const sums = builder.apply('Conv', [power(site, order), ones], {
    group: int(channels),
    ...(strides === undefined ? {} : { strides }),
    ...(dilations === undefined ? {} : { dilations }),
    ...(automatic === undefined || site.text('auto_pad') === 'NOTSET'
      ? { pads: ints(paddingOf(site, kernel)) }
      : { auto_pad: automatic }),
  });
  return [safeRoot(site, sums, 1 / order)];
}

/** The padding, with what the last windows of ceil_mode reach beyond it added at the ends. */
function paddingOf(site: ExpansionSite, kernel: readonly number[]): readonly number[] {
  const axes = kernel.length;
  const pads = site.attribute('pads', 'ints') ?? Array.from({ length: 2 * axes }, () => 0);
  if (site.int('ceil_mode') === 0) return pads;
  const ends = kernel.map((size, axis) => {
    const [stride = 1, dilation = 1] = ['strides', 'dilations'].map(
      (name) => site.attribute(name, 'ints')?.[axis],
    );
    const [begin = 0, end = 0] = [pads[axis], pads[axis + axes]];
    const wide = site.fixedDim(site.input(0), axis + 2);
    const span = (size - 1) * dilation + 1;
    const room = wide + begin + end - span;
    const last = Math.ceil(room / stride);
    // A window that would start in the end padding is none.
    const windows = last * stride >= wide + begin ? last - 1 : last;
    return end + Math.max(windows * stride - room, 0);
  });
  return [...pads.slice(0, axes), ...ends];
}

function globalNorm(site: ExpansionSite): string[] {
  const order = site.int('p');
  const axes = Array.from({ length: site.rank - 2 }, (_, axis) => axis + 2);
  return [safeRoot(site, site.builder.reduceSum(power(site, order), axes), 1 / order)];
}

export const poolingExpansions: Expansions = { LpPool: normPool, GlobalLpPool: globalNorm };
