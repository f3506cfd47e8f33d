/** Operators that move elements or change their type. */
import { padOrCrop } from '../../reshaping.ts';
import { int } from '../../attributes.ts';
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

export const movementExpansions: Expansions = {
  ReverseSequence: reversedSequences,
  CenterCropPad: centered,
  CastLike: (site) => [site.builder.cast(site.input(0), site.builder.type(site.input(1)).dataType)],
};
