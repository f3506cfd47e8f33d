/** What an expansion sees: one node, and the graph to write other operators into that together do the same. */
import { InputError } from '../../core/errors.ts';
import type { GraphBuilder } from '../builder.ts';
import type { DataType, Node } from '../types.ts';
import { OperatorSite } from './site.ts';

/**
 * Writes an operator as others. Its types, its gradient and what engines compute all follow from that, so it is the
 * preferred way to add one.
 *
 * @returns a value for each output that the node can name
 */
export type Expansion = (site: ExpansionSite) => readonly string[];

export type Expansions = Readonly<Record<string, Expansion>>;

/** Whether a node is of a certain form, by its attributes and the types of its inputs. */
export type Form = (site: ExpansionSite) => boolean;

/** An error for a node in a form that has no expansion. */
export type Refusal = (node: Node, reason: string) => Error;

const refuseInput: Refusal = (node, reason) =>
  new InputError(`node ${node.name} (${node.operator}): ${reason}`);

export class ExpansionSite extends OperatorSite {
  readonly #refusal: Refusal;

  constructor(builder: GraphBuilder, node: Node, refusal = refuseInput) {
    super(builder, node);
    this.#refusal = refusal;
  }

  refuse(reason: string): Error {
    return this.#refusal(this.node, reason);
  }

  get dataType(): DataType {
    return this.builder.type(this.input(0)).dataType;
  }

  /** Whether the node names an output, so that it has to be made. */
  wants(output: number): boolean {
    return (this.node.outputs[output] ?? '') !== '';
  }
}
