/** Normalizations by statistics of the values themselves. */
import type { ExpansionSite, Expansions } from '../expansion.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

/**
 * x / (bias + α/size · Σ x²)^β, the sum over `size` neighbouring channels: a mean of squares along the channels,
 * which stand as a spatial axis for it.
 */
function localResponse(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const size = site.int('size');
  const begin = Math.floor((size - 1) / 2);
  const others = Array.from({ length: Math.max(site.rank - 2, 0) }, () => 0);
  const around = builder.averagePool(builder.unsqueeze(builder.mul(x, x), [1]), {
    kernelShape: [size, ...others.map(() => 1)],
    pads: [begin, ...others, size - 1 - begin, ...others],
    countIncludePad: true,
  });
  const sum = builder.squeeze(around, [1]);
  const base = builder.add(site.scaled(sum, site.float('alpha')), site.scalar(site.float('bias')));
  return [builder.div(x, builder.pow(base, site.scalar(site.float('beta'))))];
}

/** (x − mean) / (deviation + 1e-9); where the deviation is 0 it is flat, and so is its root. */
function meanVariance(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const axes = site.ints('axes').map((axis) => (axis < 0 ? axis + site.rank : axis));
  const centred = builder.sub(x, builder.reduceMean(x, axes));
  const deviation = safeRoot(site, builder.reduceMean(builder.mul(centred, centred), axes), 0.5);
  return [builder.div(centred, builder.add(deviation, site.scalar(1e-9)))];
}

/** value^exponent for values of at least 0, with a gradient of finite slope where the value is 0. */
export function safeRoot(site: ExpansionSite, value: string, exponent: number): string {
  const { builder } = site;
  if (exponent === 1) return value;
  const empty = site.mask(builder.equal(value, site.scalar(0)));
  const lifted = builder.add(value, empty);
  const root = exponent === 0.5 ? builder.sqrt(lifted) : builder.pow(lifted, site.scalar(exponent));
  return builder.sub(root, empty);
}

/** x over its norm along an axis, 0 where the norm is. */
function byNorm(site: ExpansionSite): string[] {
  const { builder } = site;
  const order = site.int('p');
  if (order !== 1 && order !== 2) throw site.refuse(`p is ${String(order)}, expected 1 or 2`);
  const axes = builder.shapeConstant([site.axis()]);
  const norm = site.apply(order === 1 ? 'ReduceL1' : 'ReduceL2', [site.input(0), axes]);
  const empty = site.mask(builder.equal(norm, site.scalar(0)));
  return [builder.div(site.input(0), builder.add(norm, empty))];
}

/** x / √(mean(x²) + ε) · scale, the mean over the axes from `axis` on. */
function rootMeanSquare(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const mean = builder.reduceMean(builder.mul(x, x), range(site.axis(), site.rank));
  const root = builder.sqrt(builder.add(mean, site.scalar(site.float('epsilon'))));
  return [builder.mul(builder.div(x, root), site.input(1))];
}

/**
 * Each group of channels of x, as a row, minus its mean, over √(variance + ε); then scale and bias, which are by
 * channel since opset 21 and were by group before.
 */
function byGroup(site: ExpansionSite): string[] {
  const { builder } = site;
  const [x, scale, bias] = [site.input(0), site.input(1), site.input(2)];
  const groups = site.int('num_groups');
  const parameters = site.fixedDim(scale, 0);
  const grouped = builder.reshape(x, [0, groups, -1]);
  const centred = builder.sub(grouped, builder.reduceMean(grouped, [2]));
  const variance = builder.reduceMean(builder.mul(centred, centred), [2]);
  const deviation = builder.sqrt(builder.add(variance, site.scalar(site.float('epsilon'))));
  const normalized = builder.div(centred, deviation);
  const rows = parameters === groups ? normalized : builder.reshape(normalized, [0, parameters, -1]);
  const column = (value: string): string => builder.reshape(value, [parameters, 1]);
  const shifted = builder.add(builder.mul(rows, column(scale)), column(bias));
  return [builder.apply('Reshape', [shifted, builder.shape(x)])];
}

export const normalizationExpansions = {
  LRN: localResponse,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: byNorm,
  RMSNormalization: rootMeanSquare,
  GroupNormalization: byGroup,
} satisfies Expansions;
