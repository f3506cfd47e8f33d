/** Makes and reads node attributes. */
import { InputError } from '../core/errors.ts';
import type { Attribute, Node } from './types.ts';

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

type AttributeValues = { [A in Attribute as A['kind']]: A['value'] };
type AttributeSource = Pick<Node, 'operator' | 'name' | 'attributes'>;

/**
 * The value of an attribute, or undefined where the node does not have it.
 *
 * @throws InputError when the attribute is of another kind
 */
export function attribute<K extends Attribute['kind']>(
  node: AttributeSource,
  name: string,
  kind: K,
): AttributeValues[K] | undefined {
  const found = node.attributes[name];
  if (found === undefined) return undefined;
  if (found.kind !== kind) {
    throw new InputError(
      `node ${node.name} (${node.operator}): attribute ${name} is of kind ${found.kind}, expected ${kind}`,
    );
  }
  return found.value as AttributeValues[K];
}
