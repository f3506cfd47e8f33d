/** Dropout in training mode makes a network random: it is brought to inference form, with a note. */
import type { Handlers } from '../simplify/walk.ts';

export const dropoutHandlers: Handlers = {
  *Dropout(walk, node, scope) {
    const training = walk.value(node, 2, scope);
    const mode = training === '' ? 0 : (walk.known(training) ?? 0);
    if (mode === 0) return yield* walk.emit(node, scope);
    walk.notes.push(`${node.name} was in training mode and is evaluated in inference form`);
    return yield* walk.emit({ ...node, inputs: node.inputs.slice(0, 2) }, scope);
  },
};
