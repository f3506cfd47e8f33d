/** The definitions of the standard operators of opsets 7 to 26, and what can be asked of them. */
import { InputError } from '../../core/errors.ts';
import { attribute } from '../attributes.ts';
import type { Node } from '../types.ts';
import type { Default, Definition, Definitions } from './definition.ts';
import { activationDefinitions } from './definitions/activation.ts';
import { attentionDefinitions } from './definitions/attention.ts';
import { controlDefinitions } from './definitions/control.ts';
import { elementwiseDefinitions } from './definitions/elementwise.ts';
import { generationDefinitions } from './definitions/generation.ts';
import { indexingDefinitions } from './definitions/indexing.ts';
import { logicDefinitions } from './definitions/logic.ts';
import { movementDefinitions } from './definitions/movement.ts';
import { normalizationDefinitions } from './definitions/normalization.ts';
import { otherDefinitions } from './definitions/other.ts';
import { poolingDefinitions } from './definitions/pooling.ts';
import { productDefinitions } from './definitions/product.ts';
import { quantizationDefinitions } from './definitions/quantization.ts';
import { recurrentDefinitions } from './definitions/recurrent.ts';
import { reductionDefinitions } from './definitions/reduction.ts';
import { samplingDefinitions } from './definitions/sampling.ts';

export const definitions: Definitions = {
  ...activationDefinitions,
  ...attentionDefinitions,
  ...controlDefinitions,
  ...elementwiseDefinitions,
  ...generationDefinitions,
  ...indexingDefinitions,
  ...logicDefinitions,
  ...movementDefinitions,
  ...normalizationDefinitions,
  ...otherDefinitions,
  ...poolingDefinitions,
  ...productDefinitions,
  ...quantizationDefinitions,
  ...recurrentDefinitions,
  ...reductionDefinitions,
  ...samplingDefinitions,
};

/** The operator's definition, or undefined where no standard operator has the name. */
export function definitionOf(operator: string): Definition | undefined {
  return Object.hasOwn(definitions, operator) ? definitions[operator] : undefined;
}

/** Whether an opset has the operator. */
export function isInOpset(operator: string, opset: number): boolean {
  const definition = definitionOf(operator);
  return definition !== undefined && definition.since <= opset && opset < (definition.until ?? Infinity);
}

/** What is wrong with the number of a node's inputs; undefined where nothing is, or the operator is unknown. */
export function inputCountProblem({ operator, inputs }: Node): string | undefined {
  const [least, most] = definitionOf(operator)?.inputs ?? [0, Infinity];
  if (inputs.length >= least && inputs.length <= most) return undefined;
  const range = most === Infinity ? `at least ${String(least)}` : `${String(least)} to ${String(most)}`;
  return `it has ${String(inputs.length)} inputs, expected ${least === most ? String(least) : range}`;
}

/** Whether graphs may hold the operator. */
export function isHeld(operator: string): boolean {
  return definitionOf(operator)?.types !== undefined;
}

/** What an attribute is where a node leaves it out; undefined where it has to be there, or means something of its own. */
export function defaultOf(operator: string, name: string): Default | undefined {
  return definitionOf(operator)?.attributes?.[name];
}

type Attributed = Pick<Node, 'operator' | 'name' | 'attributes'>;

/**
 * An integer attribute of a node, or its default.
 *
 * @throws InputError where it has neither
 */
export function intOf(node: Attributed, name: string): number {
  return numberOf(node, name, 'int');
}

/** A floating-point attribute of a node, or its default; see `intOf`. */
export function floatOf(node: Attributed, name: string): number {
  return numberOf(node, name, 'float');
}

/** A text attribute of a node, or its default; see `intOf`. */
export function textOf(node: Attributed, name: string): string {
  const value = attribute(node, name, 'string') ?? defaultOf(node.operator, name);
  return typeof value === 'string' ? value : missing(node, name);
}

function numberOf(node: Attributed, name: string, kind: 'int' | 'float'): number {
  const value = attribute(node, name, kind) ?? defaultOf(node.operator, name);
  return typeof value === 'number' ? value : missing(node, name);
}

function missing(node: Attributed, name: string): never {
  throw new InputError(`node ${node.name} (${node.operator}): the attribute ${name} is missing`);
}
