/** Optionals hold something or nothing, which is known while the graph is walked. */
import { refuseNode, valueBinding } from '../simplify/binding.ts';
import type { Handlers } from '../simplify/walk.ts';
import { tensor } from '../tensor.ts';

export const optionalHandlers: Handlers = {
  *Optional(_, node, scope) {
    const [input = ''] = node.inputs;
    return [{ kind: 'optional', held: input === '' ? undefined : scope.get(input) }];
  },
  *OptionalHasElement(walk, node, scope) {
    const [input = ''] = node.inputs;
    const binding = input === '' ? undefined : scope.get(input);
    const holds = binding?.kind === 'optional' ? binding.held !== undefined : binding !== undefined;
    return [valueBinding(walk.constant(tensor('bool', [], Uint8Array.of(holds ? 1 : 0))))];
  },
  *OptionalGetElement(_, node, scope) {
    const binding = scope.get(node.inputs[0] ?? '');
    if (binding.kind !== 'optional') return [binding];
    return [binding.held ?? refuseNode(node, 'it opens an optional that holds nothing')];
  },
  /** Passes on what is no tensor. */
  *Identity(walk, node, scope) {
    const binding = scope.get(node.inputs[0] ?? '');
    return binding.kind === 'value' ? yield* walk.emit(node, scope) : [binding];
  },
};
