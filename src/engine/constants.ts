/** Computes constants that no rule of the graph language computes: the runtime itself does. */
import type { Graph, Tensor } from '../graph/types.ts';
import type { Engine } from './engine.ts';
import { createEngine } from './select.ts';

let engine: Promise<Engine> | undefined;

/**
 * The outputs of a graph without inputs.
 *
 * @throws InputError when the runtime cannot compute it
 */
export async function evaluateConstants(graph: Graph): Promise<readonly Tensor[]> {
  engine ??= createEngine('onnxruntime', { threads: 1 });
  const compiled = await (await engine).compile(graph);
  try {
    const outputs = await compiled.run({});
    return graph.outputs.flatMap(({ name }) => outputs[name] ?? []);
  } finally {
    await compiled.dispose();
  }
}
