/** Shapes of convolutions and matrix products. */
import type { Dimension, ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { FLOATS } from './type-groups.ts';
import { broadcast } from './broadcast.ts';
import { add, multiply, neverLess, neverSame, shapeText, sizeText, smaller, subtract } from './dimensions.ts';
import { extent, readWindows, windowCounts } from './windows.ts';

const PRODUCTS = [...FLOATS, 'int32', 'int64', 'uint32', 'uint64'] as const;

/** Checks an image and a kernel of equal rank, at least 3, and returns the kernel's spatial sizes. */
function kernelSizes(site: Application): readonly Dimension[] {
  const image = site.dims(0);
  const kernel = site.dims(1);
  if (image.length < 3 || kernel.length !== image.length) {
    site.fail(
      `the input is ${shapeText(image)} and the kernel ${shapeText(kernel)}, expected [batch, channels, spatial…] and ` +
        'as many axes in both',
    );
  }
  const sizes = kernel.slice(2);
  const declared = site.ints('kernel_shape');
  const differs = declared?.some((size, axis) => neverSame(size, sizes[axis] ?? 0)) ?? false;
  if (differs || (declared !== undefined && declared.length !== sizes.length)) {
    site.fail(`kernel_shape is ${shapeText(declared ?? [])}, but the kernel is ${shapeText(kernel)}`);
  }
  return sizes;
}

function assertBias(site: Application, channels: Dimension): void {
  if (!site.has(2)) return;
  const bias = site.dims(2);
  if (bias.length !== 1 || neverSame(bias[0] ?? 0, channels)) {
    site.fail(
      `the bias is ${shapeText(bias)}, expected [${sizeText(channels)}], one number an output channel`,
    );
  }
}

function groups(site: Application): number {
  const group = site.int('group');
  return group >= 1 ? group : site.fail(`group is ${String(group)}, expected at least 1`);
}

function convolution(site: Application): readonly ValueType[] {
  return [{ dataType: site.commonDataType([0, 1, 2], FLOATS), dims: convolved(site) }];
}

/** The shape of a convolution of input 0 with the kernel, input 1, and the bias, input 2, whatever their types. */
export function convolved(site: Application): readonly Dimension[] {
  const kernel = kernelSizes(site);
  const windows = readWindows(site, kernel.length);
  const group = groups(site);
  const outputs = site.dim(1, 0);
  const expected = multiply(site.dim(1, 1), group);
  if (neverSame(site.dim(0, 1), expected)) {
    site.fail(
      `the input ${shapeText(site.dims(0))} has ${sizeText(site.dim(0, 1))} channels, but the kernel ` +
        `${shapeText(site.dims(1))} with group ${String(group)} expects ${sizeText(expected)}`,
    );
  }
  if (typeof outputs === 'number' && outputs % group !== 0) {
    site.fail(`${sizeText(outputs)} output channels do not divide into ${String(group)} groups`);
  }
  assertBias(site, outputs);
  const spatial = windowCounts(site, site.dims(0).slice(2), kernel, windows);
  return [site.dim(0, 0), outputs, ...spatial];
}

/** out = stride · (in − 1) + output_padding + extent − pads; in · stride at most where auto_pad is SAME. */
function transposedConvolution(site: Application): readonly ValueType[] {
  const dataType = site.commonDataType([0, 1, 2], FLOATS);
  const kernel = kernelSizes(site);
  const windows = readWindows(site, kernel.length);
  const channels = site.dim(0, 1);
  if (neverSame(channels, site.dim(1, 0))) {
    site.fail(
      `the input ${shapeText(site.dims(0))} has ${sizeText(channels)} channels, but the kernel ` +
        `${shapeText(site.dims(1))} expects ${sizeText(site.dim(1, 0))}`,
    );
  }
  const group = groups(site);
  if (typeof channels === 'number' && channels % group !== 0) {
    site.fail(`${sizeText(channels)} input channels do not divide into ${String(group)} groups`);
  }
  const outputs = multiply(site.dim(1, 1), group);
  assertBias(site, outputs);
  const given = site.ints('output_shape');
  const padding = site.ints('output_padding') ?? [];
  const spatial = kernel.map((size, axis) => {
    const input = site.dim(0, axis + 2);
    const stride = windows.strides[axis] ?? 1;
    const reach = extent(size, windows.dilations[axis] ?? 1);
    const unpadded = add(multiply(subtract(input, 1), stride), add(reach, padding[axis] ?? 0));
    // Some exporters write the whole output shape, batch and channels first.
    const fixed = given?.[axis + given.length - kernel.length];
    if (fixed !== undefined) {
      if (fixed < 1 || neverLess(fixed, add(unpadded, stride))) {
        site.fail(
          `output_shape is ${shapeText(given ?? [])}, but spatial axis ${String(axis)} spans ${sizeText(unpadded)} elements`,
        );
      }
      return fixed;
    }
    if (windows.autoPad.startsWith('SAME')) return smaller(multiply(input, stride), unpadded);
    const pads = (windows.pads[axis] ?? 0) + (windows.pads[axis + kernel.length] ?? 0);
    const whole = subtract(unpadded, pads);
    if (typeof whole === 'number' && whole < 1) {
      site.fail(`its padding of ${String(pads)} leaves nothing of spatial axis ${String(axis)}`);
    }
    return whole;
  });
  return [{ dataType, dims: [site.dim(0, 0), outputs, ...spatial] }];
}

function gemm(site: Application): readonly ValueType[] {
  const dataType = site.commonDataType([0, 1, 2], PRODUCTS);
  const matrix = (index: number, transposed: boolean): readonly [Dimension, Dimension] => {
    const dims = site.dims(index);
    if (dims.length !== 2) site.fail(`input ${String(index)} is ${shapeText(dims)}, expected a matrix`);
    const [rows, columns] = [site.dim(index, 0), site.dim(index, 1)];
    return transposed ? [columns, rows] : [rows, columns];
  };
  const [rows, inner] = matrix(0, site.int('transA') !== 0);
  const [otherInner, columns] = matrix(1, site.int('transB') !== 0);
  assertInner(site, inner, otherInner);
  const dims = [rows, columns];
  if (site.has(2)) {
    const sum = broadcast(site, dims, site.dims(2));
    if (sum.length !== 2 || sum.some((size, axis) => neverSame(size, dims[axis] ?? 0))) {
      site.fail(`c is ${shapeText(site.dims(2))}, expected a shape that broadcasts to ${shapeText(dims)}`);
    }
  }
  return [{ dataType, dims }];
}

function assertInner(site: Application, inner: Dimension, otherInner: Dimension): void {
  if (!neverSame(inner, otherInner)) return;
  site.fail(
    `the matrices ${shapeText(site.dims(0))} and ${shapeText(site.dims(1))} do not multiply: expected equal inner ` +
      `sizes, found ${sizeText(inner)} and ${sizeText(otherInner)}`,
  );
}

/** As numpy.matmul: a vector is a row on the left and a column on the right, and its added axis goes again. */
export function multiplied(site: Application): readonly Dimension[] {
  const [a, b] = [site.dims(0), site.dims(1)];
  if (a.length === 0 || b.length === 0)
    site.fail('an input is a scalar, expected vectors, matrices or stacks');
  assertInner(site, a.at(-1) ?? 0, b.at(b.length === 1 ? 0 : -2) ?? 0);
  const batch = broadcast(site, a.slice(0, -2), b.slice(0, -2));
  const rows = a.length === 1 ? [] : a.slice(-2, -1);
  const columns = b.length === 1 ? [] : b.slice(-1);
  return [...batch, ...rows, ...columns];
}

function matrixProduct(site: Application): readonly ValueType[] {
  return [{ dataType: site.commonDataType([0, 1], PRODUCTS), dims: multiplied(site) }];
}

export const convolutionShapes = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Gemm: gemm,
  MatMul: matrixProduct,
} satisfies ShapeRules;
