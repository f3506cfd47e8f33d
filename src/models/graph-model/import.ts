/** Translates a tfjs graph-model, a converted TensorFlow graph, into a graph with an image input of [N, C, H, W]. */
import { InputError } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { simplify } from '../../graph/simplify/simplify.ts';
import { BATCH } from '../../graph/types.ts';
import type { Dimension, Graph } from '../../graph/types.ts';
import type { ImportedModel } from '../imported-model.ts';
import { readWeights } from '../layers-model/weights.ts';
import { readTopology } from './topology.ts';
import { Translation } from './translation.ts';
import type { Source } from './translation.ts';

/**
 * Imports a parsed model.json and the weight shards beside it. Of several outputs, those that need an operator that
 * cannot be imported are left out, with a note, as long as one remains.
 *
 * @param path where the model.json is; shards are relative to it
 * @param inputShape channels first, for a model whose own input shape leaves sizes open
 * @throws InputError when the files are malformed or no output can be imported
 */
export async function importGraphModel(
  path: string,
  json: JsonObject,
  inputShape?: readonly number[],
): Promise<ImportedModel> {
  const topology = readTopology(path, json);
  const { constants, files, sha256, notes } = await readWeights(path, json['weightsManifest']);
  const translated = translate({ path, topology, weights: constants, inputShape });
  return {
    graph: simplify(translated.graph),
    files,
    sha256,
    producer: producerOf(json),
    notes: [...notes, ...translated.notes],
  };
}

/** For any batch size; for one example at a time where the graph holds for no other. */
function translate(source: Omit<Source, 'batch'>): { graph: Graph; notes: readonly string[] } {
  const withBatch = (batch: Dimension): { graph: Graph; notes: readonly string[] } =>
    new Translation({ ...source, batch }).run();
  try {
    return withBatch(BATCH);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    try {
      return withBatch(1);
    } catch (other) {
      throw other instanceof InputError ? error : other;
    }
  }
}

function producerOf(json: JsonObject): string {
  const found = [json['convertedBy'], json['generatedBy']].find((name) => typeof name === 'string');
  return typeof found === 'string' ? found : 'TensorFlow.js converter';
}

/** Whether parsed JSON is a graph-model: what tensorflowjs_converter writes of SavedModels and frozen graphs. */
export function isGraphModel(json: unknown): json is JsonObject {
  if (!isObject(json)) return false;
  const topology = json['modelTopology'];
  return json['format'] === 'graph-model' || (isObject(topology) && Array.isArray(topology['node']));
}
