/** Scan: its body written out once for each slice of the values scanned. */
import { attribute, int } from '../attributes.ts';
import { refuseNode, subgraphOf, valueBinding } from '../simplify/binding.ts';
import type { Binding, Scope } from '../simplify/binding.ts';
import type { Handlers, Steps, Walk } from '../simplify/walk.ts';
import { tensor } from '../tensor.ts';
import type { Node } from '../types.ts';
import { stack } from './stacking.ts';

function* unrolled(walk: Walk, node: Node, scope: Scope): Steps<readonly Binding[]> {
  const body = subgraphOf(node, 'body');
  const scanned = attribute(node, 'num_scan_inputs', 'int') ?? 0;
  const states = node.inputs.length - scanned;
  if (scanned < 1 || states < 0) refuseNode(node, 'it scans more inputs than it has, or none');
  const each = (name: string): readonly number[] => attribute(node, name, 'ints') ?? [];
  const sources = Array.from({ length: scanned }, (_, index) => {
    const value = walk.value(node, states + index, scope);
    const rank = walk.builder.dims(value).length;
    const axis = each('scan_input_axes')[index] ?? 0;
    return {
      value,
      axis: axis < 0 ? axis + rank : axis,
      backward: each('scan_input_directions')[index] === 1,
    };
  });
  const length = lengthOf(walk, node, sources);
  let carried = node.inputs.slice(0, states).map((input) => scope.get(input));
  const collected: string[][] = body.outputs.slice(states).map(() => []);
  for (let step = 0; step < length; step++) {
    const slices: Binding[] = [];
    for (const { value, axis, backward } of sources) {
      const at = BigInt(backward ? length - 1 - step : step);
      const place = walk.constant(tensor('int64', [], BigInt64Array.of(at)));
      slices.push(valueBinding(yield* walk.apply('Gather', [value, place], { axis: int(axis) })));
    }
    const results = yield* walk.inline(body, node, scope, [...carried, ...slices]);
    carried = results.slice(0, states);
    results.slice(states).forEach((result, index) => {
      if (result.kind !== 'value') return refuseNode(node, 'its graph gives no tensor where one is due');
      const backward = each('scan_output_directions')[index] === 1;
      if (backward) collected[index]?.unshift(result.name);
      else collected[index]?.push(result.name);
    });
  }
  const stacked: Binding[] = [];
  for (const [index, values] of collected.entries()) {
    const axis = each('scan_output_axes')[index] ?? 0;
    stacked.push(valueBinding(yield* stack(walk, node, values, axis, body.outputs[states + index])));
  }
  return [...carried, ...stacked];
}

function lengthOf(
  walk: Walk,
  node: Node,
  sources: readonly { readonly value: string; readonly axis: number }[],
): number {
  const lengths = new Set(sources.map(({ value, axis }) => walk.builder.dims(value)[axis]));
  const [length] = lengths;
  if (lengths.size !== 1 || typeof length !== 'number') {
    return refuseNode(
      node,
      `the values that it scans are of the lengths ${[...lengths].join(', ')}, expected one known number: give the input's sizes`,
    );
  }
  return length;
}

export const scanHandlers: Handlers = {
  *Scan(walk, node, scope) {
    return yield* walk.unroll(node, unrolled(walk, node, scope));
  },
};
