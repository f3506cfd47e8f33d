/** The check that every engine makes of what it is given to run. */
import { InputError } from '../core/errors.ts';
import type { Graph, Value } from '../graph/types.ts';
import type { Tensors } from './engine.ts';

/**
 * Checks that the inputs are the ones that the graph takes, of its types and shapes; a symbolic dimension has
 * the same size wherever its name stands.
 *
 * @param given the graph inputs that the caller provides
 * @throws InputError naming the first input that does not fit
 */
export function assertInputs(graph: Graph, given: readonly Value[], inputs: Tensors): void {
  const sizes = new Map<string, number>();
  for (const { name, dataType, dims } of given) {
    const value = inputs[name];
    if (value === undefined)
      throw new InputError(`the graph ${graph.name} was run without its input ${name}`);
    if (value.dataType !== dataType) {
      throw new InputError(
        `input ${name} of the graph ${graph.name} is ${dataType}, given ${value.dataType}`,
      );
    }
    const fits =
      value.dims.length === dims.length &&
      dims.every((dim, axis) => {
        const size = value.dims[axis] ?? 0;
        if (typeof dim === 'number') return dim === size;
        const known = sizes.get(dim) ?? size;
        sizes.set(dim, size);
        return known === size;
      });
    if (!fits) {
      throw new InputError(
        `input ${name} of the graph ${graph.name} has the shape [${dims.join(', ')}], given [${value.dims.join(', ')}]`,
      );
    }
  }
  const unknown = Object.keys(inputs).find((name) => !given.some((input) => input.name === name));
  if (unknown !== undefined) {
    throw new InputError(
      `the graph ${graph.name} has no input ${unknown}; it takes ${given.map(({ name }) => name).join(', ')}`,
    );
  }
}
