/** GridSample: each place of the grid reads the pixels around it, with weights that depend on the place alone. */
import { int } from '../../attributes.ts';
import type { ExpansionSite } from '../expansion.ts';

/** A pixel that is read along one axis, and with what weight; values of the grid's shape without its last axis. */
interface Tap {
  readonly place: string;
  readonly weight: string;
}

export function gridSample(site: ExpansionSite): string[] {
  const { builder } = site;
  const [x, grid] = [site.input(0), site.input(1)];
  if (site.rank !== 4)
    throw site.refuse(`an input of ${String(site.rank)} axes is not supported, expected 4`);
  const [channels, height, width] = [site.fixedDim(x, 1), site.fixedDim(x, 2), site.fixedDim(x, 3)];
  const [rows, columns] = [site.fixedDim(grid, 1), site.fixedDim(grid, 2)];
  const coordinate = (place: number): string =>
    builder.squeeze(builder.slice(grid, { starts: [place], ends: [place + 1], axes: [3] }), [3]);
  const across = taps(site, coordinate(0), width);
  const down = taps(site, coordinate(1), height);
  const pixels = builder.reshape(x, [0, channels, height * width]);
  // A weight that is the same everywhere is a scalar and stays one.
  const flat = (value: string): string =>
    site.dims(value).length === 0 ? value : builder.reshape(value, [-1, 1, rows * columns]);
  const everyChannel = builder.shapeConstant([1, channels, 1]);
  const parts = down.flatMap((vertical) =>
    across.map((horizontal) => {
      const place = builder.add(site.scaled(vertical.place, width), horizontal.place);
      const indices = builder.expand(flat(builder.cast(place, 'int64')), everyChannel);
      const read = site.apply('GatherElements', [pixels, indices], { axis: int(2) });
      return builder.mul(read, flat(builder.mul(vertical.weight, horizontal.weight)));
    }),
  );
  const sum = parts.reduce((a, b) => builder.add(a, b));
  return [builder.reshape(sum, [-1, channels, rows, columns])];
}

/** The pixels around coordinates from −1 to 1 along an axis of the given size. */
function taps(site: ExpansionSite, coordinate: string, size: number): Tap[] {
  const { builder } = site;
  const aligned = site.int('align_corners') !== 0;
  const shifted = builder.add(coordinate, site.scalar(1));
  const at = aligned
    ? site.scaled(shifted, (size - 1) / 2)
    : builder.sub(site.scaled(shifted, size / 2), site.scalar(0.5));
  const mode = site.text('mode');
  if (mode === 'nearest') return [inside(site, site.apply('Round', [at]), site.scalar(1), size)];
  const first = site.apply('Floor', [at]);
  const beyond = builder.sub(at, first);
  const tap = (step: number, weight: string): Tap =>
    inside(site, step === 0 ? first : builder.add(first, site.scalar(step)), weight, size);
  if (mode === 'bilinear' || mode === 'linear') {
    return [tap(0, builder.sub(site.scalar(1), beyond)), tap(1, beyond)];
  }
  if (mode !== 'bicubic' && mode !== 'cubic') throw site.refuse(`the mode ${mode} is unknown`);
  return [-1, 0, 1, 2].map((step) => tap(step, cubicWeight(site, beyond, step)));
}

/** The cubic kernel of Keys (1981) with a = −0.75 at |t − step|, as a polynomial of t − step. */
function cubicWeight(site: ExpansionSite, t: string, step: number): string {
  const { builder } = site;
  const a = -0.75;
  const distance = step < 1 ? builder.sub(t, site.scalar(step)) : builder.sub(site.scalar(step), t);
  const polynomial = step === 0 || step === 1 ? [a + 2, -(a + 3), 0, 1] : [a, -5 * a, 8 * a, -4 * a];
  const [head = 0, ...rest] = polynomial;
  return rest.reduce(
    (sum, coefficient) => builder.add(builder.mul(sum, distance), site.scalar(coefficient)),
    site.scalar(head),
  );
}

/** The tap with its place brought into the axis, as padding_mode has it. */
function inside(site: ExpansionSite, place: string, weight: string, size: number): Tap {
  const { builder } = site;
  const clipped = (value: string): string =>
    site.apply('Clip', [value, site.scalar(0), site.scalar(size - 1)]);
  switch (site.text('padding_mode')) {
    case 'border':
      return { place: clipped(place), weight };
    case 'zeros': {
      const within = builder.mul(
        site.mask(site.apply('GreaterOrEqual', [place, site.scalar(0)])),
        site.mask(site.apply('LessOrEqual', [place, site.scalar(size - 1)])),
      );
      return { place: clipped(place), weight: builder.mul(weight, within) };
    }
    case 'reflection':
      return { place: clipped(reflected(site, place, size)), weight };
    default:
      throw site.refuse(`the padding ${site.text('padding_mode')} is unknown`);
  }
}

/** Whole places mirrored at the middle of the border's pixels, or at their outer edge where corners are not aligned. */
function reflected(site: ExpansionSite, place: string, size: number): string {
  const { builder } = site;
  const aligned = site.int('align_corners') !== 0;
  const period = aligned ? 2 * (size - 1) : 2 * size;
  if (period === 0) return site.scaled(place, 0);
  const edge = aligned ? 0 : 0.5;
  const distance = builder.abs(builder.add(place, site.scalar(edge)));
  const rest = site.apply('Mod', [distance, site.scalar(period)], { fmod: int(1) });
  const nearer = site.apply('Min', [rest, builder.sub(site.scalar(period), rest)]);
  return builder.sub(nearer, site.scalar(edge));
}
