/** Layers that join several values. */
import type { LayerHandler, LayerScope, LayerValue } from '../scope.ts';

/** Folds the inputs from the left, all in the order of the first. */
function fold(
  join: (scope: LayerScope, left: string, right: string) => string,
  finish: (scope: LayerScope, value: string, count: number) => string = (_scope, value) => value,
): LayerHandler {
  return (scope, inputs) => {
    const [first, ...rest] = several(scope, inputs);
    let value = first.value;
    for (const input of rest) value = join(scope, value, scope.inOrder(input, first.order));
    return { value: finish(scope, value, inputs.length), order: first.order };
  };
}

const concatenate: LayerHandler = (scope, inputs) => {
  const [first, ...rest] = several(scope, inputs);
  const parts = [first.value, ...rest.map((input) => scope.inOrder(input, first.order))];
  const axis = scope.axis(first, scope.number('axis', -1));
  return { value: scope.builder.concat(parts, axis), order: first.order };
};

function several(scope: LayerScope, inputs: readonly LayerValue[]): [LayerValue, ...LayerValue[]] {
  const [first, ...rest] = inputs;
  if (first === undefined || rest.length === 0) {
    throw scope.refuse(`joins ${String(inputs.length)} values, expected two or more`);
  }
  const rank = scope.rank(first);
  if (rest.some((input) => scope.rank(input) !== rank)) {
    throw scope.refuse('joins values with different numbers of axes; reshape them to the same first');
  }
  return [first, ...rest];
}

export const mergeLayers: Readonly<Record<string, LayerHandler>> = {
  Add: fold(({ builder }, a, b) => builder.add(a, b)),
  Subtract: fold(({ builder }, a, b) => builder.sub(a, b)),
  Multiply: fold(({ builder }, a, b) => builder.mul(a, b)),
  Average: fold(
    ({ builder }, a, b) => builder.add(a, b),
    ({ builder }, sum, count) => builder.mul(sum, builder.scalar(1 / count)),
  ),
  Maximum: fold(({ builder }, a, b) => builder.apply('Max', [a, b])),
  Minimum: fold(({ builder }, a, b) => builder.apply('Min', [a, b])),
  Concatenate: concatenate,
};
