/** Shapes of operators that read pictures at other places, or put patches together. */
import type { Dimension, ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { FLOATS } from './type-groups.ts';
import { divideExactly, product, shapeText } from './dimensions.ts';

/** [batch, channels] of the picture, and the grid's own places. */
function gridSample(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, FLOATS);
  const [x, grid] = [site.dims(0), site.dims(1)];
  if (x.length < 3 || grid.length !== x.length) {
    site.fail(`the input is ${shapeText(x)} and the grid ${shapeText(grid)}, expected as many axes in both`);
  }
  return [{ dataType, dims: [site.dim(0, 0), site.dim(0, 1), ...grid.slice(1, -1)] }];
}

/** [batch, channels, the picture's sizes], where each column holds a block of every channel. */
function columnsToImage(site: Application): readonly ValueType[] {
  const dataType = site.dataTypeAmong(0, FLOATS);
  const [image, block] = [site.elements(1), site.elements(2)];
  const count = site.dim(1, 0);
  if (typeof count !== 'number') return site.fail('the number of its axes is not known');
  const channels: Dimension | undefined =
    block === undefined ? undefined : divideExactly(site.dim(0, 1), product(block));
  const sizes = image ?? Array.from({ length: count }, (_, axis) => site.unknown(axis + 2));
  return [{ dataType, dims: [site.dim(0, 0), channels ?? site.unknown(1), ...sizes] }];
}

export const samplingShapes = {
  GridSample: gridSample,
  Col2Im: columnsToImage,
} satisfies ShapeRules;
