/** Loop: its body written out as often as it is known to run. */
import { refuseNode, subgraphOf, valueBinding } from '../simplify/binding.ts';
import type { Binding, Scope } from '../simplify/binding.ts';
import type { Handlers, Steps, Walk } from '../simplify/walk.ts';
import { tensor } from '../tensor.ts';
import type { Node } from '../types.ts';
import { stack } from './stacking.ts';

/** An input that decides how often the body runs; absent ones decide nothing. */
function deciding(walk: Walk, node: Node, index: number, scope: Scope, absent: number, what: string): number {
  const value = walk.value(node, index, scope);
  if (value === '') return absent;
  return walk.known(value) ?? openEnd(node, what);
}

function openEnd(node: Node, what: string): never {
  return refuseNode(
    node,
    `its ${what} depends on the input's values, or on sizes that are left open: give the input's sizes, or export the model without the loop`,
  );
}

function* unrolled(walk: Walk, node: Node, scope: Scope): Steps<readonly Binding[]> {
  const body = subgraphOf(node, 'body');
  const trips = deciding(walk, node, 0, scope, Infinity, 'number of runs');
  let goesOn = deciding(walk, node, 1, scope, 1, 'condition') !== 0;
  let carried = node.inputs.slice(2).map((input) => scope.get(input));
  const collected: string[][] = body.outputs.slice(1 + carried.length).map(() => []);
  for (let trip = 0; trip < trips && goesOn; trip++) {
    const count = walk.constant(tensor('int64', [], BigInt64Array.of(BigInt(trip))));
    const condition = walk.constant(tensor('bool', [], Uint8Array.of(1)));
    const given = [valueBinding(count), valueBinding(condition), ...carried];
    const [next, ...results] = yield* walk.inline(body, node, scope, given);
    carried = results.slice(0, carried.length);
    results.slice(carried.length).forEach((result, index) => {
      collected[index]?.push(tensorOf(node, result));
    });
    // What the last run says of going on does not matter.
    if (trip + 1 < trips) goesOn = (walk.known(tensorOf(node, next)) ?? openEnd(node, 'condition')) !== 0;
  }
  const stacked: Binding[] = [];
  for (const [index, values] of collected.entries()) {
    const declared = body.outputs[1 + carried.length + index];
    stacked.push(valueBinding(yield* stack(walk, node, values, 0, declared)));
  }
  return [...carried, ...stacked];
}

function tensorOf(node: Node, binding: Binding | undefined): string {
  return binding?.kind === 'value'
    ? binding.name
    : refuseNode(node, 'its graph gives no tensor where one is due');
}

export const loopHandlers: Handlers = {
  *Loop(walk, node, scope) {
    return yield* walk.unroll(node, unrolled(walk, node, scope));
  },
};
