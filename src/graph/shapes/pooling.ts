/** Shapes of pooling, its inverse, and resizing of images. */
import { attribute } from '../attributes.ts';
import { isDense } from '../operators/dilation.ts';
import { numbersOf } from '../tensor.ts';
import type { DataType, Dimension, ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { FLOATS, NUMBERS } from './type-groups.ts';
import { add, divideExactly, floorDivide, multiply, shapeText, sizeText, subtract } from './dimensions.ts';
import { resizedAxes } from './resizing.ts';
import { extent, readWindows, windowCounts } from './windows.ts';

function spatialSizes(site: Application): readonly Dimension[] {
  const dims = site.dims(0);
  if (dims.length < 3) {
    site.fail(`the input is ${shapeText(dims)}, expected [batch, channels, spatial…]`);
  }
  return dims.slice(2);
}

function kernelShape(site: Application, axes: number): readonly number[] {
  const kernel = site.ints('kernel_shape') ?? site.fail('it has no kernel_shape');
  if (kernel.length !== axes || kernel.some((size) => size < 1)) {
    site.fail(`kernel_shape is ${shapeText(kernel)}, expected ${String(axes)} positive sizes`);
  }
  return kernel;
}

function pooled(site: Application): readonly Dimension[] {
  const sizes = spatialSizes(site);
  const kernel = kernelShape(site, sizes.length);
  const windows = readWindows(site, sizes.length);
  if (windows.autoPad.startsWith('SAME') && !isDense(site.node)) {
    site.fail(
      'automatic padding of dilated windows, of which runtimes differ, is not supported: export with pads',
    );
  }
  const counts = windowCounts(site, sizes, kernel, windows, site.int('ceil_mode') !== 0);
  return [site.dim(0, 0), site.dim(0, 1), ...counts];
}

function maxPool(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, [...FLOATS, 'int8', 'uint8']);
  const dims = pooled(site);
  return [
    { dataType, dims },
    { dataType: 'int64', dims },
  ];
}

function averagePool(site: Application): readonly ValueType[] {
  return [{ dataType: site.dataTypeAmong(0, FLOATS), dims: pooled(site) }];
}

function globalPool(site: Application): readonly ValueType[] {
  const ones = spatialSizes(site).map(() => 1);
  return [{ dataType: site.dataTypeAmong(0, FLOATS), dims: [site.dim(0, 0), site.dim(0, 1), ...ones] }];
}

function maxUnpool(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, FLOATS);
  site.dataTypeAmong(1, ['int64']);
  const sizes = spatialSizes(site);
  if (site.has(2)) {
    return [{ dataType, dims: site.elements(2) ?? site.unknownDims(sizes.length + 2) }];
  }
  const kernel = kernelShape(site, sizes.length);
  const { strides, pads } = readWindows(site, sizes.length);
  const spatial = sizes.map((size, axis) => {
    const cut = (pads[axis] ?? 0) + (pads[axis + sizes.length] ?? 0);
    return add(multiply(subtract(size, 1), strides[axis] ?? 1), subtract(extent(kernel[axis] ?? 1, 1), cut));
  });
  return [{ dataType, dims: [site.dim(0, 0), site.dim(0, 1), ...spatial] }];
}

function resize(site: Application): readonly ValueType[] {
  const dataType: DataType = site.dataTypeAmong(0, [...NUMBERS, 'bool']);
  const dims = site.dims(0);
  const axes = site.axes(site.ints('axes') ?? dims.map((_, axis) => axis), dims.length);
  const sizes = site.has(3) ? site.elements(3) : undefined;
  if (sizes !== undefined && sizes.length !== axes.length) {
    site.fail(`${String(sizes.length)} sizes are given, expected ${String(axes.length)}`);
  }
  const held = site.has(3) ? undefined : site.constant(2);
  const resized = resizedAxes(dims, {
    axes,
    scales: held === undefined ? undefined : numbersOf(held),
    sizes: site.has(3) ? (sizes ?? []) : undefined,
    policy: site.text('keep_aspect_ratio_policy'),
  });
  return [{ dataType, dims: resized.map((axis, at) => axis?.size ?? site.unknown(at)) }];
}

function blockSize(site: Application): number {
  const block = attribute(site.node, 'blocksize', 'int') ?? 0;
  return block >= 1 ? block : site.fail(`blocksize is ${String(block)}, expected at least 1`);
}

function image(site: Application): readonly [Dimension, Dimension, Dimension, Dimension] {
  const dims = site.dims(0);
  if (dims.length !== 4)
    site.fail(`the input is ${shapeText(dims)}, expected [batch, channels, height, width]`);
  return [site.dim(0, 0), site.dim(0, 1), site.dim(0, 2), site.dim(0, 3)];
}

function depthToSpace(site: Application): readonly ValueType[] {
  const [batch, channels, height, width] = image(site);
  const block = blockSize(site);
  const depth =
    divideExactly(channels, block * block) ??
    site.fail(
      `${sizeText(channels)} channels do not divide by the square of the block size ${String(block)}`,
    );
  const dims = [batch, depth, multiply(height, block), multiply(width, block)];
  return [{ dataType: site.dataType(0), dims }];
}

function spaceToDepth(site: Application): readonly ValueType[] {
  const [batch, channels, height, width] = image(site);
  const block = blockSize(site);
  const divided = [height, width].map((size) => {
    if (typeof size === 'number' && size % block !== 0) {
      site.fail(`a spatial size of ${String(size)} does not divide by the block size ${String(block)}`);
    }
    return floorDivide(size, block);
  });
  return [{ dataType: site.dataType(0), dims: [batch, multiply(channels, block * block), ...divided] }];
}

export const poolingShapes = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  MaxUnpool: maxUnpool,
  Resize: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
} satisfies ShapeRules;
