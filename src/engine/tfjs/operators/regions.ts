/** Operators of detectors: what stands in regions of pictures, and which of many overlapping regions to keep. */
import { sizeOf } from '../../../graph/tensor.ts';
import type { Call, Handler, Handlers } from '../operator.ts';
import { hostValue } from './host.ts';

/** Bins of a picture's region, for every region and channel. */
interface Pooling {
  readonly regions: number;
  readonly bins: readonly [rows: number, columns: number];
  /** The picture that a region is of. */
  readonly picture: (region: number) => number;
  /** @param pixels of one channel, [H, W] */
  readonly bin: (pixels: readonly number[], region: number, row: number, column: number) => number;
}

function pooled(call: Call, { regions, bins, picture, bin }: Pooling): ReturnType<Handler> {
  const x = call.input(0);
  const [pictures = 0, channels = 0, height = 0, width = 0] = x.dims;
  const elements = x.numbers();
  const results: number[] = [];
  for (let region = 0; region < regions; region++) {
    const of = picture(region);
    if (of < 0 || of >= pictures) throw call.error(`it reads picture ${String(of)} of ${String(pictures)}`);
    for (let channel = 0; channel < channels; channel++) {
      const start = (of * channels + channel) * height * width;
      const pixels = elements.slice(start, start + height * width);
      for (let place = 0; place < sizeOf(bins); place++) {
        results.push(bin(pixels, region, Math.floor(place / bins[1]), place % bins[1]));
      }
    }
  }
  return hostValue(call, x.dataType, [regions, channels, ...bins], results);
}

/** The greatest pixel of each bin of regions (picture, left, top, right, bottom); 0 in an empty one. */
const maxRegions: Handler = (call) => {
  const [, , height = 0, width = 0] = call.input(0).dims;
  const regions = call.input(1).numbers();
  const [rows = 1, columns = 1] = call.ints('pooled_shape') ?? [];
  const scale = call.float('spatial_scale');
  const corner = (region: number, at: number): number =>
    Math.floor(Math.fround((regions[5 * region + at] ?? 0) * scale) + 0.5);
  const range = (first: number, last: number, bins: number, bin: number, size: number) => {
    const each = Math.fround(Math.max(last - first + 1, 1) / bins);
    const within = (place: number): number => Math.min(Math.max(place + first, 0), size);
    const edge = (at: number): number => Math.fround(at * each);
    return [within(Math.floor(edge(bin))), within(Math.ceil(edge(bin + 1)))] as const;
  };
  return pooled(call, {
    regions: regions.length / 5,
    bins: [rows, columns],
    picture: (region) => regions[5 * region] ?? 0,
    bin: (pixels, region, row, column) => {
      const [top, bottom] = range(corner(region, 2), corner(region, 4), rows, row, height);
      const [left, right] = range(corner(region, 1), corner(region, 3), columns, column, width);
      let most = -Infinity;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) most = Math.max(most, pixels[y * width + x] ?? 0);
      return most === -Infinity ? 0 : most;
    },
  });
};

/** The pixels around a place, with the weights of linear interpolation; none far outside. */
function around(at: number, size: number): readonly (readonly [number, number])[] {
  if (at < -1 || at > size) return [];
  const inside = Math.min(Math.max(at, 0), size - 1);
  const first = Math.floor(inside);
  return [
    [first, 1 - (inside - first)],
    [Math.min(first + 1, size - 1), inside - first],
  ];
}

/** The mean, or the greatest part, of interpolated samples in each bin of regions (left, top, right, bottom). */
const alignedRegions: Handler = (call) => {
  const [, , height = 0, width = 0] = call.input(0).dims;
  const regions = call.input(1).numbers();
  const pictures = call.input(2).numbers();
  const bins = [call.int('output_height'), call.int('output_width')] as const;
  const aligned = call.text('coordinate_transformation_mode') === 'half_pixel';
  const greatest = call.text('mode') === 'max';
  const [ratio, scale] = [call.int('sampling_ratio'), call.float('spatial_scale')];
  /** Where the samples of a bin lie along an axis. */
  const samples = (region: number, axis: 0 | 1, bin: number): number[] => {
    const [first = 0, last = 0] = [1 - axis, 3 - axis].map(
      (at) => (regions[4 * region + at] ?? 0) * scale - (aligned ? 0.5 : 0),
    );
    const extent = aligned ? last - first : Math.max(last - first, 1);
    const each = extent / bins[axis];
    const count = ratio > 0 ? ratio : Math.ceil(each);
    return Array.from({ length: count }, (_, at) => first + bin * each + ((at + 0.5) * each) / count);
  };
  return pooled(call, {
    regions: pictures.length,
    bins,
    picture: (region) => pictures[region] ?? 0,
    bin: (pixels, region, row, column) => {
      const places = samples(region, 0, row).flatMap((y) => samples(region, 1, column).map((x) => [y, x]));
      const parts = places.map(([y = 0, x = 0]) =>
        around(y, height).flatMap(([line, vertical]) =>
          around(x, width).map(
            ([at, horizontal]) => vertical * horizontal * (pixels[line * width + at] ?? 0),
          ),
        ),
      );
      if (greatest) {
        const most = parts.map((each) => (each.length === 0 ? 0 : Math.max(...each)));
        return most.length === 0 ? 0 : Math.max(...most);
      }
      return parts.flat().reduce((sum, each) => sum + each, 0) / Math.max(places.length, 1);
    },
  });
};

/** A box by its corners. */
interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

const area = ({ top, left, bottom, right }: Box): number => (bottom - top) * (right - left);

function overlap(a: Box, b: Box): number {
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  if (height <= 0 || width <= 0 || area(a) <= 0 || area(b) <= 0) return 0;
  return (height * width) / (area(a) + area(b) - height * width);
}

/** Of each class of each picture, box after box by its score, those that no better one overlaps too much. */
const nonMaxSuppression: Handler = (call) => {
  const [boxes, scores] = [call.input(0), call.input(1)];
  const [pictures = 0, count = 0] = boxes.dims;
  const classes = scores.dims[1] ?? 0;
  const setting = (index: number): number | undefined => call.optional(index)?.numbers()[0];
  const [most, iou, threshold] = [setting(2) ?? 0, setting(3) ?? 0, setting(4) ?? -Infinity];
  const [places, values] = [boxes.numbers(), scores.numbers()];
  const centred = call.int('center_point_box') === 1;
  const boxAt = (index: number): Box => {
    const [a = 0, b = 0, c = 0, d = 0] = places.slice(4 * index, 4 * index + 4);
    return centred
      ? { top: b - d / 2, left: a - c / 2, bottom: b + d / 2, right: a + c / 2 }
      : { top: Math.min(a, c), left: Math.min(b, d), bottom: Math.max(a, c), right: Math.max(b, d) };
  };
  const selected: number[] = [];
  for (let picture = 0; picture < pictures; picture++) {
    for (let each = 0; each < classes; each++) {
      const score = (box: number): number => values[(picture * classes + each) * count + box] ?? 0;
      const byScore = Array.from({ length: count }, (_, box) => box)
        .filter((box) => score(box) > threshold)
        .sort((a, b) => score(b) - score(a) || a - b);
      const kept: Box[] = [];
      for (const index of byScore) {
        if (kept.length >= most) break;
        const box = boxAt(picture * count + index);
        if (kept.some((other) => overlap(box, other) > iou)) continue;
        kept.push(box);
        selected.push(picture, each, index);
      }
    }
  }
  return hostValue(call, 'int64', [selected.length / 3, 3], selected);
};

export const regions: Handlers = {
  MaxRoiPool: maxRegions,
  NonMaxSuppression: nonMaxSuppression,
  RoiAlign: alignedRegions,
};
