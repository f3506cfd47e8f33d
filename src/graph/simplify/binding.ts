/** What a name of a graph being walked stands for. */
import { InputError } from '../../core/errors.ts';
import type { Node, OpenGraph } from '../types.ts';

/** A value of the graph being built, a list of such values, or an optional that holds something or nothing. */
export type Binding =
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'sequence'; readonly items: readonly string[] }
  | { readonly kind: 'optional'; readonly held: Binding | undefined };

export const valueBinding = (name: string): Binding => ({ kind: 'value', name });
export const sequenceBinding = (items: readonly string[]): Binding => ({ kind: 'sequence', items });

/** The names of one graph, and of the graphs around it. */
export class Scope {
  readonly outer: Scope | undefined;
  readonly #bindings = new Map<string, Binding>();

  constructor(outer?: Scope) {
    this.outer = outer;
  }

  bind(name: string, binding: Binding): void {
    this.#bindings.set(name, binding);
  }

  find(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.outer?.find(name);
  }

  /** @throws InputError when nothing made the name */
  get(name: string): Binding {
    const binding = this.find(name);
    if (binding === undefined) throw new InputError(`the graph has no value named ${name}`);
    return binding;
  }
}

/** Refuses a node. */
export function refuseNode(node: Node, reason: string): never {
  throw new InputError(`node ${node.name} (${node.operator}): ${reason}`);
}

/** The graph that a node holds under an attribute. */
export function subgraphOf(node: Node, attribute: string): OpenGraph {
  const held = node.attributes[attribute];
  if (held?.kind !== 'graph') return refuseNode(node, `it has no graph ${attribute}`);
  return held.value;
}
