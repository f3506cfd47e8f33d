/** Writes a graph as a tfjs layers-model: channels last, readable by tfjs's loadLayersModel and by import.ts. */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../../../core/errors.ts';
import { writeFileAtomically } from '../../../core/files.ts';
import { GraphBuilder } from '../../../graph/builder.ts';
import { simplify } from '../../../graph/simplify/simplify.ts';
import type { Graph } from '../../../graph/types.ts';
import type { JsonObject } from '../../../core/json.ts';
import { LayerList } from './layer-list.ts';
import { operatorExporter } from './operators.ts';
import { ExportScope } from './scope.ts';
import type { Exported } from './scope.ts';

/** A shard's name holds its hash, so that model.json, replaced whole, names the weights that it was written with. */
const SHARD = /^group1-shard1of1-[0-9a-f]{16}\.bin$/;

function shardName(weights: Uint8Array): string {
  return `group1-shard1of1-${createHash('sha256').update(weights).digest('hex').slice(0, 16)}.bin`;
}

export interface LayersModelFiles {
  /** The content of model.json. */
  readonly json: JsonObject;
  /** The content of the one weight shard. */
  readonly weights: Uint8Array;
}

/**
 * Translates a classifier's graph.
 *
 * @param graph one image input, [N, C, H, W], and one output
 * @throws InputError naming the first node that has no counterpart among Keras's layers
 */
export function encodeLayersModel(graph: Graph): LayersModelFiles {
  const plain = simplify(graph);
  const [input] = plain.inputs;
  const [output] = plain.outputs;
  if (input === undefined || output === undefined || plain.inputs.length > 1 || plain.outputs.length > 1) {
    throw new InputError(
      `the graph ${graph.name} cannot be written as a layers-model: it needs one input and one output`,
    );
  }
  const [, channels, ...spatial] = input.dims;
  if (spatial.length !== 2 || channels === undefined) {
    throw new InputError(
      `the graph ${graph.name} cannot be written as a layers-model: its input is of shape [${input.dims.join(', ')}], expected [N, C, H, W]`,
    );
  }
  const layers = new LayerList();
  const shape = [...spatial, channels].map((size) => (typeof size === 'number' ? size : null));
  const image = layers.add('InputLayer', { batch_input_shape: [null, ...shape], sparse: false }, []);
  const types = GraphBuilder.from(plain);
  const values = new Map<string, Exported>([[input.name, { layer: image, form: 'same axes' }]]);
  for (const node of plain.nodes) {
    const scope = new ExportScope(node, types, values, layers);
    const exporter = operatorExporter(node.operator);
    if (exporter === undefined) throw scope.refuse('the operator has no counterpart among the layers');
    const [name = ''] = node.outputs;
    values.set(name, exporter(scope));
  }
  const last = values.get(output.name);
  if (last === undefined)
    throw new InputError(`the graph ${graph.name} has an output that is not computed from its input`);
  const weights = layers.bytes();
  return {
    json: {
      format: 'layers-model',
      generatedBy: 'robust-bench',
      convertedBy: null,
      modelTopology: layers.topology(graph.name, image, last.layer),
      weightsManifest: [{ paths: [shardName(weights)], weights: layers.manifest() }],
    },
    weights,
  };
}

/**
 * Writes model.json at the path and the weight shard beside it.
 *
 * @throws InputError as encodeLayersModel, and when the folder cannot be written
 */
export async function writeLayersModel(path: string, graph: Graph): Promise<void> {
  const { json, weights } = encodeLayersModel(graph);
  const folder = dirname(path);
  const shard = shardName(weights);
  await writeFileAtomically(join(folder, shard), weights);
  await writeFileAtomically(path, `${JSON.stringify(json)}\n`);
  for (const name of await readdir(folder)) {
    if (SHARD.test(name) && name !== shard) await rm(join(folder, name), { force: true });
  }
}
