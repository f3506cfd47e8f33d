/** Opens a graph as a file of it would be, in a folder that is removed again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from '../../src/experiments/open-model.ts';
import type { Graph } from '../../src/graph/types.ts';
import type { GraphProgram, ModelDescription } from '../../src/models/open.ts';
import type { ModelOptions } from '../../src/models/options.ts';
import { writeOnnx } from './graphs.ts';

export async function openedGraph(graph: Graph, options: ModelOptions = {}): Promise<ModelDescription> {
  const folder = await mkdtemp(join(tmpdir(), 'robust-bench-opened-'));
  try {
    return await openModel(await writeOnnx(folder, 'm.onnx', graph), options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The program of a model that the toolkit understands. */
export function graphOf({ program, name }: ModelDescription): GraphProgram {
  if (program.kind !== 'graph') throw new TypeError(`${name} runs as a file: ${program.obstacle}`);
  return program;
}
