/** Operators that move elements or change their type. */
import { padOrCrop } from '../../reshaping.ts';
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

export const movementExpansions: Expansions = {
  CenterCropPad: centered,
  CastLike: (site) => [site.builder.cast(site.input(0), site.builder.type(site.input(1)).dataType)],
};
