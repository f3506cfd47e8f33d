/** Takes sequences [N, steps, …] apart into steps [N, …], and puts them together. */
import type { LayerScope, LayerValue } from '../scope.ts';

/** The steps of a value in Keras's order. */
export function stepsOf(scope: LayerScope, value: string): readonly string[] {
  const { builder } = scope;
  const [steps] = scope.sizesAfter(value, 1);
  if (steps === undefined) throw scope.refuse('takes a sequence, and its input has no axis of steps');
  return Array.from({ length: steps }, (_, step) =>
    builder.squeeze(builder.slice(value, { starts: [step], ends: [step + 1], axes: [1] }), [1]),
  );
}

/** Values in Keras's order along a new axis behind the batch. */
export function joinedSteps(scope: LayerScope, values: readonly string[]): LayerValue {
  const { builder } = scope;
  const opened = values.map((value) => builder.unsqueeze(value, [1]));
  return { value: builder.concat(opened, 1), order: 'as in Keras' };
}
