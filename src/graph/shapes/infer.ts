/** Infers the output types of a node from its input types; one table entry an operator, by family. */
import { InputError } from '../../core/errors.ts';
import type { Node, Tensor, ValueType } from '../types.ts';

export function inferTypes(
  node: Node,
  _inputs: readonly (ValueType | undefined)[],
  _constantOf: (value: string) => Tensor | undefined,
): readonly ValueType[] {
  throw new InputError(`node ${node.name}: the operator ${node.operator} is unknown`);
}
