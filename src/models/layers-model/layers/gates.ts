/** What recurrent cells make of their gates. */
import { activateBy } from '../activations.ts';
import type { LayerScope } from '../scope.ts';

/**
 * Gates i, f, z, o: c = f∘c + i∘activation(z), h = o∘activation(c).
 *
 * @param part the sum that each gate is made of, by its place
 * @returns h and c
 */
export function longShortTerm(
  scope: LayerScope,
  part: (place: number) => string,
  c: string,
): readonly [string, string] {
  const { builder } = scope;
  const candidate = activated(scope, 'activation', 'tanh', part(2));
  const carry = builder.add(
    builder.mul(gated(scope, part(1)), c),
    builder.mul(gated(scope, part(0)), candidate),
  );
  return [builder.mul(gated(scope, part(3)), activated(scope, 'activation', 'tanh', carry)), carry];
}

export function activated(scope: LayerScope, key: string, fallback: string, value: string): string {
  return activateBy(scope, key, fallback, { value, order: 'as in Keras' }).value;
}

export function gated(scope: LayerScope, value: string): string {
  const fallback = scope.dialect === 'tfjs' ? 'hard_sigmoid' : 'sigmoid';
  return activated(scope, 'recurrent_activation', fallback, value);
}
