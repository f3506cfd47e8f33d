/** Operators that put elements at given places. */
import { int, text } from '../../attributes.ts';
import { int64s } from '../../tensor.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';

/** A cache with an update written into it along an axis, of each example from its own place on; 0 where none is said. */
function cacheUpdate(site: ExpansionSite): string[] {
  const { builder } = site;
  const [cache, update] = [site.input(0), site.input(1)];
  const axis = site.axis();
  const mode = site.text('mode');
  if (axis === 0) throw site.refuse('its axis is that of the examples');
  if (mode !== 'linear' && mode !== 'circular') throw site.refuse(`the mode ${mode} is unknown`);
  const length = site.fixedDim(update, axis);
  const ones = (from: number): number[] => Array.from({ length: site.rank - from }, () => 1);
  const steps = int64s(Array.from({ length }, (_, step) => step));
  const along = builder.reshape(builder.constant(steps), [...ones(site.rank - axis), -1, ...ones(axis + 1)]);
  const begun = site.has(2) ? builder.add(builder.reshape(site.input(2), [-1, ...ones(1)]), along) : along;
  const places =
    mode === 'circular'
      ? site.apply('Mod', [begun, builder.constant(int64s([site.fixedDim(cache, axis)]))])
      : begun;
  const everywhere = builder.expand(places, builder.shape(update));
  return [
    site.apply('ScatterElements', [cache, everywhere, update], { axis: int(axis), reduction: text('none') }),
  ];
}

export const indexingExpansions = { TensorScatter: cacheUpdate } satisfies Expansions;
