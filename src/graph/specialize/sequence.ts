/** Sequences are lists of values known while the graph is walked; what reads them reads the values. */
import { int } from '../attributes.ts';
import { refuseNode, sequenceBinding, subgraphOf, valueBinding } from '../simplify/binding.ts';
import type { Binding, Scope } from '../simplify/binding.ts';
import { intOf } from '../operators/definitions.ts';
import type { Handlers, Steps, Walk } from '../simplify/walk.ts';
import { int64s, tensor } from '../tensor.ts';
import type { Node } from '../types.ts';
import { stack } from './stacking.ts';

function sequenceOf(node: Node, index: number, scope: Scope): readonly string[] {
  const name = node.inputs[index] ?? '';
  const binding = scope.get(name);
  return binding.kind === 'sequence' ? binding.items : refuseNode(node, `its input ${name} is no sequence`);
}

/** A position in a sequence; one that is absent is `absent`. Negative ones count from the end. */
function positionOf(
  walk: Walk,
  node: Node,
  scope: Scope,
  length: number,
  absent: number,
  greatest: number,
): number {
  const value = walk.value(node, node.operator === 'SequenceInsert' ? 2 : 1, scope);
  const given = value === '' ? absent : walk.known(value);
  if (given === undefined) {
    return refuseNode(node, "its position depends on the input's values, and must be known");
  }
  const position = given < 0 ? given + length : given;
  if (position < 0 || position > greatest) {
    refuseNode(node, `its position ${String(given)} lies outside a sequence of ${String(length)}`);
  }
  return position;
}

function* split(walk: Walk, node: Node, scope: Scope): Steps<readonly Binding[]> {
  const value = walk.value(node, 0, scope);
  const dims = walk.builder.dims(value);
  const given = intOf(node, 'axis');
  const axis = given < 0 ? given + dims.length : given;
  const length = dims[axis];
  const parts = walk.value(node, 1, scope);
  const keeps = parts !== '' || intOf(node, 'keepdims') !== 0;
  if (typeof length !== 'number') {
    return refuseNode(node, `the size ${String(length)} that it splits is open: give the input's sizes`);
  }
  const known = parts === '' ? [1] : walk.knownIntegers(parts);
  if (known === undefined)
    return refuseNode(node, "its sizes depend on the input's values, and must be known");
  const isList = parts !== '' && walk.builder.dims(parts).length === 1;
  const [chunk = 1] = known;
  if (!isList && chunk < 1) return refuseNode(node, `it splits into pieces of ${String(chunk)}`);
  const sizes = isList
    ? known
    : Array.from({ length: Math.ceil(length / chunk) }, (_, index) =>
        Math.min(chunk, length - index * chunk),
      );
  const items: string[] = [];
  let start = 0;
  const axes = walk.constant(int64s([axis]));
  for (const size of sizes) {
    const [from, to] = [start, start + size].map((at) => walk.constant(int64s([at])));
    const piece = yield* walk.apply('Slice', [value, from ?? '', to ?? '', axes]);
    items.push(keeps ? piece : yield* walk.apply('Squeeze', [piece, axes]));
    start += size;
  }
  return [sequenceBinding(items)];
}

function* concatenate(walk: Walk, node: Node, scope: Scope): Steps<readonly Binding[]> {
  const items = sequenceOf(node, 0, scope);
  const axis = intOf(node, 'axis');
  if (items.length === 0) return refuseNode(node, 'its sequence is empty');
  if (intOf(node, 'new_axis') !== 0) {
    return [valueBinding(yield* stack(walk, node, items, axis, undefined))];
  }
  return [valueBinding(yield* walk.apply('Concat', items, { axis: int(axis) }))];
}

function* map(walk: Walk, node: Node, scope: Scope): Steps<readonly Binding[]> {
  const body = subgraphOf(node, 'body');
  const items = sequenceOf(node, 0, scope);
  const results: string[][] = body.outputs.map(() => []);
  for (const index of items.keys()) {
    const given = node.inputs.map((input): Binding => {
      const binding = scope.get(input);
      if (binding.kind !== 'sequence') return binding;
      return valueBinding(binding.items[index] ?? refuseNode(node, 'its sequences are of several lengths'));
    });
    (yield* walk.inline(body, node, scope, given)).forEach((result, output) => {
      if (result.kind !== 'value') return refuseNode(node, 'its graph gives no tensor where one is due');
      results[output]?.push(result.name);
    });
  }
  return results.map(sequenceBinding);
}

export const sequenceHandlers: Handlers = {
  *SequenceEmpty() {
    return [sequenceBinding([])];
  },
  *SequenceConstruct(walk, node, scope) {
    return [sequenceBinding(node.inputs.map((_, index) => walk.value(node, index, scope)))];
  },
  *SequenceInsert(walk, node, scope) {
    const items = sequenceOf(node, 0, scope);
    const position = positionOf(walk, node, scope, items.length, items.length, items.length);
    return [sequenceBinding(items.toSpliced(position, 0, walk.value(node, 1, scope)))];
  },
  *SequenceErase(walk, node, scope) {
    const items = sequenceOf(node, 0, scope);
    const position = positionOf(walk, node, scope, items.length, -1, items.length - 1);
    return [sequenceBinding(items.toSpliced(position, 1))];
  },
  *SequenceAt(walk, node, scope) {
    const items = sequenceOf(node, 0, scope);
    const position = positionOf(walk, node, scope, items.length, 0, items.length - 1);
    return [valueBinding(items[position] ?? '')];
  },
  *SequenceLength(walk, node, scope) {
    const length = BigInt(sequenceOf(node, 0, scope).length);
    return [valueBinding(walk.constant(tensor('int64', [], BigInt64Array.of(length))))];
  },
  SplitToSequence: split,
  ConcatFromSequence: concatenate,
  *SequenceMap(walk, node, scope) {
    return yield* walk.unroll(node, map(walk, node, scope));
  },
};
