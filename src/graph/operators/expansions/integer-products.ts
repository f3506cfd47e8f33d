/**
 * Products of bytes in integers, out of products of real numbers: float32 holds every whole number up to 2²⁴, and so
 * every sum of LONGEST products of two bytes, in whatever order they are added. Longer sums are made of such parts.
 */
import { int } from '../../attributes.ts';
import type { Attribute } from '../../types.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { rounded } from './quantization.ts';

/** ⌊2²⁴ / 255²⌋ */
const LONGEST = 258;

/** Bytes minus their zero point, as real numbers. A list of zero points goes along an axis. */
function centred(site: ExpansionSite, value: string, point: string, axis: number): string {
  const { builder } = site;
  const real = builder.cast(value, 'float32');
  return point === '' ? real : builder.sub(real, along(site, builder.cast(point, 'float32'), value, axis));
}

/** A parameter of a value: one number for all, or a list along an axis. */
function along(site: ExpansionSite, parameter: string, value: string, axis: number): string {
  const rank = site.dims(value).length;
  const dims = site.dims(parameter);
  if (dims.length === 0) return parameter;
  if (dims.length === 1 && dims[0] === 1) return site.builder.reshape(parameter, []);
  if (dims.length > 1) return parameter;
  return site.builder.reshape(
    parameter,
    Array.from({ length: rank }, (_, at) => (at === axis ? -1 : 1)),
  );
}

/** The parts of an axis, so long that what they are summed with is exact. */
function partsOf(size: number, longest: number): (readonly [number, number])[] {
  return Array.from({ length: Math.ceil(size / longest) }, (_, part) => [
    part * longest,
    Math.min((part + 1) * longest, size),
  ]);
}

function part(site: ExpansionSite, value: string, axis: number, [start, end]: readonly [number, number]) {
  if (start === 0 && end === site.dims(value)[axis]) return value;
  return site.builder.slice(value, { starts: [start], ends: [end], axes: [axis] });
}

const inIntegers = (site: ExpansionSite, sum: string): string =>
  site.builder.cast(site.apply('Round', [sum]), 'int32');

const added = (site: ExpansionSite, sums: readonly string[]): string =>
  sums.reduce((a, b) => site.builder.add(a, b));

/** @param inputs the matrices and their zero points, '' for none */
function multiplied(site: ExpansionSite, inputs: readonly [string, string, string, string]): string {
  const [left, right, leftPoint, rightPoint] = inputs;
  const [leftRank, rightRank] = [site.dims(left).length, site.dims(right).length];
  const a = centred(site, left, leftPoint, leftRank - 2);
  const b = centred(site, right, rightPoint, rightRank - 1);
  const rows = Math.max(rightRank - 2, 0);
  const sums = partsOf(site.fixedDim(left, leftRank - 1), LONGEST).map((range) =>
    inIntegers(site, site.builder.matMul(part(site, a, leftRank - 1, range), part(site, b, rows, range))),
  );
  return added(site, sums);
}

/** @param inputs the images, the kernel and their zero points, '' for none */
function convolved(site: ExpansionSite, inputs: readonly [string, string, string, string]): string {
  const { builder } = site;
  const [images, weights, imagePoint, weightPoint] = inputs;
  const x = centred(site, images, imagePoint, 1);
  const kernel = centred(site, weights, weightPoint, 0);
  const groups = site.int('group');
  const [outputs = 0, each = 0, ...sizes] = site.fixedDims(weights);
  const own = outputs / groups;
  const taps = sizes.reduce((product, size) => product * size, 1);
  const most = Math.floor(LONGEST / taps);
  if (most === 0) throw site.refuse(`a kernel of ${String(taps)} places is not supported`);
  const settings: Record<string, Attribute> = {};
  for (const name of ['auto_pad', 'dilations', 'kernel_shape', 'pads', 'strides']) {
    const value = site.node.attributes[name];
    if (value !== undefined) settings[name] = value;
  }
  const convolve = (a: string, b: string, group: number): string =>
    inIntegers(site, builder.apply('Conv', [a, b], { ...settings, group: int(group) }));
  if (each <= most) return convolve(x, kernel, groups);
  const grouped = Array.from({ length: groups }, (_, group) => {
    const filters = part(site, kernel, 0, [group * own, (group + 1) * own]);
    const sums = partsOf(each, most).map(([start, end]) =>
      convolve(
        part(site, x, 1, [group * each + start, group * each + end]),
        part(site, filters, 1, [start, end]),
        1,
      ),
    );
    return added(site, sums);
  });
  return groups === 1 ? (grouped[0] ?? '') : builder.concat(grouped, 1);
}

/**
 * A sum of products as values of the result's type.
 *
 * @param axis of the sum, along which the second operand's scales go
 */
function requantized(site: ExpansionSite, sum: string, axis: number): string {
  const { builder } = site;
  const scale = (index: number, at: number): string => along(site, site.input(index), sum, at);
  const rank = site.dims(sum).length;
  const factor = builder.div(builder.mul(scale(1, rank - 2), scale(4, axis)), scale(6, rank - 2));
  const point = site.input(7);
  const zero = along(site, builder.cast(point, 'float32'), sum, rank - 2);
  return rounded(site, builder.mul(builder.cast(sum, 'float32'), factor), zero, builder.type(point).dataType);
}

function quantizedConvolution(site: ExpansionSite): string[] {
  const { builder } = site;
  const sum = convolved(site, [site.input(0), site.input(3), site.input(2), site.input(5)]);
  const biased = site.has(8) ? builder.add(sum, along(site, site.input(8), sum, 1)) : sum;
  return [requantized(site, biased, 1)];
}

function quantizedProduct(site: ExpansionSite): string[] {
  const sum = multiplied(site, [site.input(0), site.input(3), site.input(2), site.input(5)]);
  return [requantized(site, sum, site.dims(sum).length - 1)];
}

export const integerProductExpansions = {
  ConvInteger: (site) => [convolved(site, [site.input(0), site.input(1), site.input(2), site.input(3)])],
  MatMulInteger: (site) => [multiplied(site, [site.input(0), site.input(1), site.input(2), site.input(3)])],
  QLinearConv: quantizedConvolution,
  QLinearMatMul: quantizedProduct,
} satisfies Expansions;
