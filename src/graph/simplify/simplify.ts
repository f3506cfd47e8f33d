/** Makes a graph smaller and its shapes plainer without changing what it computes. */
import type { Graph } from '../types.ts';
import { Walk, walkAlone } from './walk.ts';

/**
 * Folds constants, takes out nodes that pass their input on (Identity, Dropout in evaluation, Cast to the same type),
 * writes the targets of Reshape that follow from shapes as constants, and drops nodes and constants nothing needs.
 * Inputs and outputs keep their names and order.
 *
 * @throws InputError when the graph is not well formed
 */
export function simplify(graph: Graph): Graph {
  return walkAlone(new Walk(graph, {}).graph());
}
