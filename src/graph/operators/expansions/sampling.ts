/** Pictures read at other places than their pixels. */
import { numbersOf, float32, int64s } from '../../tensor.ts';
import type { Dimension } from '../../types.ts';
import { resizedAxes } from '../../shapes/resizing.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';
import { resizeMatrix } from '../resize.ts';
import type { ResizeSettings } from '../resize.ts';
import { gridSample } from './grid-sample.ts';

/** The sizes asked for; that of an axis which keeps its own may be open. */
function sizesOf(site: ExpansionSite): readonly Dimension[] {
  const elements = site.builder.elementsOf(site.input(3));
  return elements ?? site.constants(3, 'sizes') ?? [];
}

/** Each axis that is resized times a constant matrix. */
function resize(site: ExpansionSite): string[] {
  const x = site.input(0);
  const dims = site.dims(x);
  const axes = (site.attribute('axes', 'ints') ?? dims.map((_, axis) => axis)).map((axis) =>
    axis < 0 ? axis + dims.length : axis,
  );
  const held = site.has(3) ? undefined : site.builder.constantOf(site.input(2));
  const resized = resizedAxes(dims, {
    axes,
    scales: held === undefined ? undefined : numbersOf(held),
    sizes: site.has(3) ? sizesOf(site) : undefined,
    policy: site.text('keep_aspect_ratio_policy'),
  });
  const settings: ResizeSettings = {
    mode: site.text('mode'),
    coordinates: site.text('coordinate_transformation_mode'),
    nearest: site.text('nearest_mode'),
    cubic: site.float('cubic_coeff_a'),
    excludesOutside: site.int('exclude_outside') !== 0,
    antialias: site.int('antialias') !== 0,
  };
  const unknown = site.refuse(
    `the mode ${settings.mode} with the coordinates ${settings.coordinates} has no expansion`,
  );
  // A crop moves what keeps its size too.
  if (settings.coordinates === 'tf_crop_and_resize') throw unknown;
  const result = resized.reduce((value, axis, at) => {
    if (axis === undefined) throw site.refuse(`the scale of axis ${String(at)} is known only at run time`);
    if (axis.size === dims[at] && (axis.scale ?? 1) === 1) return value;
    const size = site.fixedDim(x, at);
    const { size: count } = axis;
    if (typeof count !== 'number')
      throw site.refuse(`the size of axis ${String(at)} is known only at run time`);
    const scale = axis.scale ?? count / size;
    const matrix = resizeMatrix({ size, resized: count, scale }, settings);
    if (matrix === undefined) throw unknown;
    return alongAxis(site, value, at, site.builder.constant(float32([count, size], matrix)));
  }, x);
  return [result];
}

/** The matrix times the value along an axis: of the last two, on one side or the other; another is moved to the end. */
function alongAxis(site: ExpansionSite, value: string, axis: number, matrix: string): string {
  const { builder } = site;
  const rank = site.dims(value).length;
  if (axis === rank - 2) return builder.matMul(matrix, value);
  if (axis === rank - 1) return builder.matMul(value, builder.transpose(matrix, [1, 0]));
  const order = Array.from({ length: rank }, (_, at) => at);
  const moved = [...order.filter((at) => at !== axis), axis];
  const product = builder.matMul(builder.transpose(value, moved), builder.transpose(matrix, [1, 0]));
  return builder.transpose(
    product,
    order.map((at) => moved.indexOf(at)),
  );
}

/** The places at which a picture is read that an affine map moves: a constant grid times the map. */
function affineGrid(site: ExpansionSite): string[] {
  const { builder } = site;
  const [, , ...sizes] = site.constants(1, 'size') ?? [];
  const aligned = site.int('align_corners') !== 0;
  const along = (size: number, index: number): number => {
    if (!aligned) return (2 * index + 1) / size - 1;
    return size === 1 ? 0 : (2 * index) / (size - 1) - 1;
  };
  const count = sizes.reduce((product, size) => product * size, 1);
  // Each point as (x, y, 1) or (x, y, z, 1): the last spatial axis first.
  const points = Array.from({ length: count }, (_, place) => {
    let rest = place;
    const point: number[] = [];
    for (const size of sizes.toReversed()) {
      point.push(along(size, rest % size));
      rest = Math.floor(rest / size);
    }
    return [...point, 1];
  });
  const base = builder.constant(float32([count, sizes.length + 1], points.flat()));
  const moved = builder.matMul(base, builder.transpose(site.input(0), [0, 2, 1]));
  return [builder.reshape(moved, [-1, ...sizes, sizes.length])];
}

/** Patches, as columns, added up at the places of a picture that they were taken from. */
function columnsToImage(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const image = site.constants(1, 'shape') ?? [];
  const block = site.constants(2, 'block') ?? [];
  const each = (name: string, otherwise: number, length = image.length): readonly number[] =>
    site.attribute(name, 'ints') ?? Array.from({ length }, () => otherwise);
  const [strides, dilations, pads] = [
    each('strides', 1),
    each('dilations', 1),
    each('pads', 0, 2 * image.length),
  ];
  const taps = block.reduce((product, size) => product * size, 1);
  const padded = image.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + image.length] ?? 0));
  const counts = padded.map((size, axis) => {
    const span = ((block[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    return Math.floor((size - span) / (strides[axis] ?? 1)) + 1;
  });
  const windows = counts.reduce((product, count) => product * count, 1);
  const places = Array.from({ length: taps * windows }, (_, index) => {
    let [tap, window] = [Math.floor(index / windows), index % windows];
    let [place, stride] = [0, 1];
    for (let axis = image.length - 1; axis >= 0; axis--) {
      const [size = 1, count = 1] = [block[axis], counts[axis]];
      place += ((window % count) * (strides[axis] ?? 1) + (tap % size) * (dilations[axis] ?? 1)) * stride;
      stride *= padded[axis] ?? 1;
      tap = Math.floor(tap / size);
      window = Math.floor(window / count);
    }
    return place;
  });
  const total = padded.reduce((product, size) => product * size, 1);
  const channels = site.fixedDim(x, 1) / taps;
  // [taps · windows, examples, channels]: rows of them are added.
  const rows = builder.reshape(
    builder.transpose(builder.reshape(x, [-1, channels, taps * windows]), [2, 0, 1]),
    [taps * windows, -1, channels],
  );
  const one = builder.slice(rows, { starts: [0], ends: [1], axes: [0] });
  const zeros = builder.expand(builder.mul(one, site.scalar(0)), builder.shapeConstant([total, 1, 1]));
  const indices = builder.reshape(builder.constant(int64s(places)), [-1, 1]);
  const summed = builder.apply('ScatterND', [zeros, indices, rows], {
    reduction: { kind: 'string', value: 'add' },
  });
  const whole = builder.reshape(builder.transpose(summed, [1, 2, 0]), [-1, channels, ...padded]);
  const cut = image.map((size, axis) => ({ axis: axis + 2, begin: pads[axis] ?? 0, size }));
  return [
    builder.slice(whole, {
      starts: cut.map(({ begin }) => begin),
      ends: cut.map(({ begin, size }) => begin + size),
      axes: cut.map(({ axis }) => axis),
    }),
  ];
}

export const samplingExpansions = {
  AffineGrid: affineGrid,
  Col2Im: columnsToImage,
  GridSample: gridSample,
  Resize: resize,
} satisfies Expansions;
