/** The images that the graphs of these tests take, and runs of the graphs on them. */
import { createOnnxRuntimeEngine } from '../../../src/engine/onnxruntime/engine.ts';
import { float32, sizeOf } from '../../../src/graph/tensor.ts';
import type { Graph } from '../../../src/graph/types.ts';

export const IMAGE = [2, 4, 6];

export interface Runner {
  /** The first output of a graph whose input is `image`, on as many images as are given. */
  run(graph: Graph, images: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export async function createRunner(): Promise<Runner> {
  const engine = await createOnnxRuntimeEngine({ threads: 1 });
  return {
    async run(graph, images) {
      const compiled = await engine.compile(graph);
      const outputs = await compiled.run({
        image: float32([images.length / sizeOf(IMAGE), ...IMAGE], images),
      });
      await compiled.dispose();
      return outputs[graph.outputs[0]?.name ?? '']?.data as Float32Array;
    },
    dispose: () => engine.dispose(),
  };
}
