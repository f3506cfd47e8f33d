/** Infers the output types of a node from its input types; one table entry an operator, by family. */
import { InputError } from '../../core/errors.ts';
import type { Node, Tensor } from '../types.ts';
import { Application, type InferredType, type ShapeRules } from './application.ts';
import { convolutionShapes } from './convolution.ts';
import { inferElements } from './elements.ts';
import { elementwiseShapes } from './elementwise.ts';
import { furtherShapes } from './further.ts';
import { generationShapes } from './generation.ts';
import { indexingShapes } from './indexing.ts';
import { logicShapes } from './logic.ts';
import { movementShapes } from './movement.ts';
import { normalizationShapes } from './normalization.ts';
import { poolingShapes } from './pooling.ts';
import { quantizationShapes } from './quantization.ts';
import { recurrentShapes } from './recurrent.ts';
import { reductionShapes } from './reduction.ts';
import { samplingShapes } from './sampling.ts';

export type { InferredType } from './application.ts';

const rules: ShapeRules = {
  ...convolutionShapes,
  ...poolingShapes,
  ...elementwiseShapes,
  ...reductionShapes,
  ...movementShapes,
  ...indexingShapes,
  ...normalizationShapes,
  ...logicShapes,
  ...generationShapes,
  ...quantizationShapes,
  ...furtherShapes,
  ...recurrentShapes,
  ...samplingShapes,
};

/** The operators that graphs may hold. */
export const knownOperators: ReadonlySet<string> = new Set(Object.keys(rules));

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
  const rule = Object.hasOwn(rules, node.operator) ? rules[node.operator] : undefined;
  if (rule === undefined) {
    throw new InputError(
      `node ${node.name}: the operator ${node.operator} is unknown: export the model without it`,
    );
  }
  const site = new Application(node, inputs, constantOf);
  const [least, most] = rule.inputs;
  if (inputs.length < least || inputs.length > most) {
    const range = most === Infinity ? `at least ${String(least)}` : `${String(least)} to ${String(most)}`;
    site.fail(`it has ${String(inputs.length)} inputs, expected ${least === most ? String(least) : range}`);
  }
  for (let index = 0; index < least; index++) site.type(index);
  const [first, ...others] = rule.types(site);
  if (first === undefined) return [];
  const elements = inferElements(site, first);
  return [elements === undefined ? first : { ...first, elements }, ...others];
}
