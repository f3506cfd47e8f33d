/** The check, made at compile time, that tfjs can compute a graph. */
import { InputError } from '../../core/errors.ts';
import type { Graph, Node } from '../../graph/types.ts';
import type { StateBinding } from '../engine.ts';
import { assertInputs } from '../inputs.ts';
import { handlers } from './operators/index.ts';
import { tfTypeOf } from './transfer.ts';

/**
 * @param nodes the ones that will run
 * @throws InputError naming the first node, value or state that cannot be computed
 */
export function assertComputable(graph: Graph, nodes: readonly Node[], state: readonly StateBinding[]): void {
  for (const node of nodes) {
    if (!Object.hasOwn(handlers, node.operator)) {
      throw new InputError(
        `node ${node.name} (${node.operator}): the engine tfjs does not know this operator; write --engine onnxruntime to run this model`,
      );
    }
  }
  for (const { name, dataType } of [...graph.inputs, ...graph.outputs]) {
    // float64 would be computed in float32: the caller, who asked for more, must know.
    if (dataType === 'float64' || tfTypeOf(dataType) === undefined) {
      throw new InputError(
        `the graph ${graph.name} has the ${dataType} value ${name}, which tfjs cannot hold; write --engine onnxruntime`,
      );
    }
  }
  for (const { input, output, initial } of state) {
    if (
      !graph.inputs.some(({ name }) => name === input) ||
      !graph.outputs.some(({ name }) => name === output)
    ) {
      throw new InputError(
        `the state ${input}, renewed by ${output}, is not an input and an output of the graph ${graph.name}`,
      );
    }
    const carried = graph.inputs.filter(({ name }) => name === input);
    assertInputs(graph, carried, { [input]: initial });
  }
}
