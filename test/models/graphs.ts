/** Small classifier graphs and files made of them, for the tests of models. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../../src/core/random.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { encodeModel } from '../../src/graph/onnx/write.ts';
import { float32, sizeOf } from '../../src/graph/tensor.ts';
import type { Dimension, Graph } from '../../src/graph/types.ts';

/** A path beside the repository, where data for tests may be. */
export function sharedPath(path: string): string {
  return fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
}

export function randomNumbers(count: number, purpose: string, scale = 1): Float32Array {
  const stream = randomStream(11, purpose);
  return Float32Array.from({ length: count }, () => stream.normal() * scale);
}

export function randomConstant(builder: GraphBuilder, dims: readonly number[], scale = 0.3): string {
  const name = builder.fresh('weight');
  return builder.constant(float32(dims, randomNumbers(sizeOf(dims), name, scale)), name);
}

/** image [N, 2, 3, 3] → flatten → 4 scores → `finish`. */
export function linearGraph(
  finish: (builder: GraphBuilder, scores: string) => string = (_builder, scores) => scores,
  batch: Dimension = 'N',
): Graph {
  const builder = new GraphBuilder('linear');
  builder.input('image', 'float32', [batch, 2, 3, 3]);
  const scores = builder.gemm(
    builder.flatten('image'),
    randomConstant(builder, [18, 4]),
    randomConstant(builder, [4]),
  );
  builder.output(finish(builder, scores));
  return builder.build();
}

export async function writeOnnx(folder: string, name: string, graph: Graph): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, encodeModel(graph));
  return path;
}
