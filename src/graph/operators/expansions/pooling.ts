/** Pools that take a norm, and means of windows whose elements lie apart. */
import { int, ints } from '../../attributes.ts';
import { filledLike } from '../../filling.ts';
import { float32 } from '../../tensor.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { isDense } from '../dilation.ts';
import { safeRoot } from './normalization.ts';

/** |x|^p */
function power(site: ExpansionSite, order: number): string {
  const { builder } = site;
  const x = site.input(0);
  if (order === 2) return builder.mul(x, x);
  return order === 1 ? builder.abs(x) : builder.pow(builder.abs(x), site.scalar(order));
}

/** The sum of each window: a convolution with ones, channel by channel. */
function windowSums(site: ExpansionSite, value: string, pads: readonly number[] | undefined): string {
  const { builder } = site;
  const kernel = kernelOf(site);
  const channels = site.fixedDim(value, 1);
  const taps = tapsOf(kernel);
  const ones = builder.constant(float32([channels, 1, ...kernel], new Float32Array(channels * taps).fill(1)));
  const { auto_pad: automatic, strides, dilations } = site.node.attributes;
  return builder.apply('Conv', [value, ones], {
    group: int(channels),
    ...(strides === undefined ? {} : { strides }),
    ...(dilations === undefined ? {} : { dilations }),
    ...(pads !== undefined || automatic === undefined ? { pads: ints(pads ?? []) } : { auto_pad: automatic }),
  });
}

const kernelOf = (site: ExpansionSite): readonly number[] => site.attribute('kernel_shape', 'ints') ?? [];

const tapsOf = (kernel: readonly number[]): number => kernel.reduce((product, size) => product * size, 1);

/** The p-norm of each window: the root of the sum of |x|^p. */
function normPool(site: ExpansionSite): string[] {
  const order = site.int('p');
  return [safeRoot(site, windowSums(site, power(site, order), paddingOf(site)), 1 / order)];
}

/**
 * The mean of each window: its sum over the number of its elements. Padding counts where asked, as far as it is
 * declared: what the last windows of ceil_mode reach beyond it never does.
 */
function averagePool(site: ExpansionSite): string[] {
  const { builder } = site;
  const kernel = kernelOf(site);
  const x = site.input(0);
  const pads = paddingOf(site);
  const sums = windowSums(site, x, pads);
  const counts = site.int('count_include_pad') === 1;
  if (counts && (site.text('auto_pad') !== 'NOTSET' || site.int('ceil_mode') === 0)) {
    return [site.scaled(sums, 1 / tapsOf(kernel))];
  }
  const one = builder.slice(x, { starts: [0, 0], ends: [1, 1], axes: [0, 1] });
  const inside = filledLike(builder, one, 1);
  if (!counts) return [builder.div(sums, windowSums(site, inside, pads))];
  const declared = declaredPads(site, kernel.length);
  const begins = declared.slice(0, kernel.length);
  const ends = declared.slice(kernel.length);
  const whole = builder.pad(inside, [0, 0, ...begins, 0, 0, ...ends], 1);
  const beyond = pads?.slice(kernel.length).map((end, axis) => end - (ends[axis] ?? 0)) ?? [];
  return [builder.div(sums, windowSums(site, whole, [...kernel.map(() => 0), ...beyond]))];
}

const declaredPads = (site: ExpansionSite, axes: number): readonly number[] =>
  site.attribute('pads', 'ints') ?? Array.from({ length: 2 * axes }, () => 0);

/** The padding, with what the last windows of ceil_mode reach beyond it added at the ends; undefined if automatic. */
function paddingOf(site: ExpansionSite): readonly number[] | undefined {
  const kernel = kernelOf(site);
  const automatic = site.text('auto_pad');
  if (automatic.startsWith('SAME') && !isDense(site.node)) {
    throw site.refuse('automatic padding of dilated windows, of which runtimes differ, is not supported');
  }
  if (automatic !== 'NOTSET') return undefined;
  const pads = declaredPads(site, kernel.length);
  if (site.int('ceil_mode') === 0) return pads;
  const ends = kernel.map((size, axis) => {
    const [stride = 1, dilation = 1] = ['strides', 'dilations'].map(
      (name) => site.attribute(name, 'ints')?.[axis],
    );
    const [begin = 0, end = 0] = [pads[axis], pads[axis + kernel.length]];
    const wide = site.fixedDim(site.input(0), axis + 2);
    const span = (size - 1) * dilation + 1;
    const room = wide + begin + end - span;
    const last = Math.ceil(room / stride);
    // A window that would start in the end padding is none.
    const windows = last * stride >= wide + begin ? last - 1 : last;
    return end + Math.max(windows * stride - room, 0);
  });
  return [...pads.slice(0, kernel.length), ...ends];
}

function globalNorm(site: ExpansionSite): string[] {
  const order = site.int('p');
  const axes = Array.from({ length: site.rank - 2 }, (_, axis) => axis + 2);
  return [safeRoot(site, site.builder.reduceSum(power(site, order), axes), 1 / order)];
}

export const poolingExpansions = {
  AveragePool: averagePool,
  GlobalLpPool: globalNorm,
  LpPool: normPool,
} satisfies Expansions;
