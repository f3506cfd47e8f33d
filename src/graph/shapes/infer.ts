/** Infers the output types of a node from its input types, by its operator's definition. */
import { InputError } from '../../core/errors.ts';
import { definitionOf, inputCountProblem } from '../operators/definitions.ts';
import type { Node, Tensor } from '../types.ts';
import { Application, type InferredType } from './application.ts';
import { inferElements } from './elements.ts';

export type { InferredType } from './application.ts';

/**
 * The types of a node's outputs: as many as the operator can have, whether the node names them or not.
 *
 * @param inputs the types of its inputs, undefined for one left out
 * @param constantOf the tensor behind a value that is a constant
 * @throws InputError naming the node and the operator, when the operator is unknown or its inputs do not fit it
 */
export function inferTypes(
  node: Node,
  inputs: readonly (InferredType | undefined)[],
  constantOf: (value: string) => Tensor | undefined,
): readonly InferredType[] {
  const definition = definitionOf(node.operator);
  if (definition?.types === undefined) {
    throw new InputError(
      `node ${node.name}: the operator ${node.operator} is unknown: export the model without it`,
    );
  }
  const site = new Application(node, inputs, constantOf);
  const problem = inputCountProblem(node);
  if (problem !== undefined) site.fail(problem);
  for (let index = 0; index < definition.inputs[0]; index++) site.type(index);
  const [first, ...others] = definition.types(site);
  if (first === undefined) return [];
  const elements = inferElements(site, first);
  return [elements === undefined ? first : { ...first, elements }, ...others];
}
