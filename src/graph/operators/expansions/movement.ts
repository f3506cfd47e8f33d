/** Operators that move elements or change their type. */
import { int } from '../../attributes.ts';
import { crop, padOrCrop } from '../../reshaping.ts';
import type { Margin } from '../../reshaping.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';

/** Each axis cut or padded with zeros at both sides to the size asked for; what is odd goes to the end. */
function centered(site: ExpansionSite): string[] {
  const target = site.constants(1, 'shape') ?? [];
  const axes = site.attribute('axes', 'ints') ?? target.map((_, axis) => axis);
  const margins = axes.map((given, place) => {
    const axis = given < 0 ? given + site.rank : given;
    const added = (target[place] ?? 0) - site.fixedDim(site.input(0), axis);
    const begin = Math.sign(added) * Math.floor(Math.abs(added) / 2);
    return { axis, begin, end: added - begin };
  });
  return [padOrCrop(site.builder, site.input(0), margins)];
}

/** The first elements of each example's sequence in reverse, as many as its length says; the others where they are. */
function reversedSequences(site: ExpansionSite): string[] {
  const { builder } = site;
  const [x, lengths] = [site.input(0), site.input(1)];
  const time = site.int('time_axis');
  const count = site.fixedDim(x, time);
  const shaped = (axis: number): number[] =>
    Array.from({ length: site.rank }, (_, at) => (at === axis ? -1 : 1));
  const order = builder.shapeConstant(Array.from({ length: count }, (_, step) => step));
  const steps = builder.reshape(order, shaped(time));
  const length = builder.reshape(lengths, shaped(site.int('batch_axis')));
  const mirrored = builder.sub(builder.sub(length, builder.shapeConstant([1])), steps);
  const places = builder.where(builder.less(steps, length), mirrored, steps);
  return [site.apply('GatherElements', [x, builder.expand(places, builder.shape(x))], { axis: int(time) })];
}

/** The padding of one axis with the other side of the value, repeated as often as it takes. */
function wrapped(site: ExpansionSite, value: string, { axis, begin, end }: Margin): string {
  const { builder } = site;
  const size = site.fixedDim(value, axis);
  if (size === 0) throw site.refuse(`axis ${String(axis)} is empty, and has no other side to pad with`);
  const part = (start: number, stop: number): string[] =>
    start === stop ? [] : [builder.slice(value, { starts: [start], ends: [stop], axes: [axis] })];
  const copies = Math.floor(begin / size) + 1 + Math.floor(end / size);
  const parts = [
    ...part(size - (begin % size), size),
    ...Array.from({ length: copies }, () => value),
    ...part(0, end % size),
  ];
  return parts.length === 1 ? value : builder.concat(parts, axis);
}

/** Negative margins cut the value first. */
function padded(site: ExpansionSite): string[] {
  const mode = site.text('mode');
  if (mode !== 'wrap') throw site.refuse(`the mode ${mode} has no expansion`);
  const pads = site.constants(1, 'pads') ?? [];
  const axes = site.constants(3, 'axes') ?? Array.from({ length: site.rank }, (_, axis) => axis);
  const margins = axes.map((axis, place) => ({
    axis: axis < 0 ? axis + site.rank : axis,
    begin: pads[place] ?? 0,
    end: pads[place + axes.length] ?? 0,
  }));
  const cut = crop(site.builder, site.input(0), margins);
  const grown = margins
    .map(({ axis, begin, end }) => ({ axis, begin: Math.max(begin, 0), end: Math.max(end, 0) }))
    .filter(({ begin, end }) => begin > 0 || end > 0);
  return [grown.reduce((value, margin) => wrapped(site, value, margin), cut)];
}

export const movementExpansions = {
  Pad: padded,
  ReverseSequence: reversedSequences,
  CenterCropPad: centered,
  CastLike: (site) => [site.builder.cast(site.input(0), site.builder.type(site.input(1)).dataType)],
} satisfies Expansions;
