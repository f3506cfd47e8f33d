/** Writes out, as operators that tfjs has kernels for, the ones that it has none for. */
import { InputError } from '../../core/errors.ts';
import { expandGraph } from '../../graph/operators/expand.ts';
import type { Graph } from '../../graph/types.ts';
import { handlers } from './operators/index.ts';

/**
 * The graph without the operators that have an expansion and no handler; the same inputs and outputs.
 *
 * @throws InputError naming the first node whose form has no expansion
 */
export function writtenOut(graph: Graph): Graph {
  try {
    return expandGraph(graph, (operator) => !Object.hasOwn(handlers, operator));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      `the engine tfjs cannot write out ${error.message}; write --engine onnxruntime to run this model`,
    );
  }
}
