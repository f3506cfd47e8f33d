/** Reads a model file of any format that the toolkit knows, told apart by content. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { InputError, messageOf } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { parseJson } from '../core/json.ts';
import { externalDataBeside } from '../graph/onnx/external-data.ts';
import { decodeModel, readInterface } from '../graph/onnx/read.ts';
import type { ExternalData, FileValue, OnnxInterface } from '../graph/onnx/read.ts';
import { pruneTo } from '../graph/simplify/prune.ts';
import type { Graph, SourceGraph } from '../graph/types.ts';
import { scoreOutput } from './choose.ts';
import { importGraphModel, isGraphModel } from './graph-model/import.ts';
import type { ImportedModel } from './imported-model.ts';
import { importLayersModel, isLayersModel } from './layers-model/import.ts';

export type ModelFormat = 'onnx' | 'tfjs-graph-model' | 'tfjs-layers-model';

/** A model as its file has it. */
export interface ModelFile {
  readonly format: ModelFormat;
  /** Computes the one output that holds the scores; absent where the file is beyond what the toolkit understands. */
  readonly graph?: SourceGraph;
  /** Why there is no graph. */
  readonly obstacle?: InputError;
  readonly inputs: readonly FileValue[];
  /** Those that the scores depend on, as far as the file is understood; all where it is not. */
  readonly needed: readonly FileValue[];
  /** All outputs of the file. */
  readonly outputs: readonly FileValue[];
  /** The one that holds the scores. */
  readonly output: FileValue;
  /** How often the file uses each operator. */
  readonly operators: ReadonlyMap<string, number>;
  /** Base name of the file, or of the first of the files, that hold the weights. */
  readonly file: string;
  /**
   * SHA-256, hexadecimal, of the files that hold the weights: an .onnx file and then its external data files in
   * the order in which it first names them; the shards of a tfjs model in the order of its manifest.
   */
  readonly sha256: string;
  /** The program that wrote it; '' where it does not say. */
  readonly producer: string;
  /** The opset of an .onnx file. */
  readonly opset?: number;
  /** What reading changed or left out, one sentence each. */
  readonly notes?: readonly string[];
}

/** What a path turned out to be. */
export type OpenedFile =
  { readonly kind: 'json'; readonly json: unknown } | { readonly kind: 'binary'; readonly bytes: Uint8Array };

/** What reading has to know of what is wanted. */
export interface FileSettings {
  /** Channels first, for models that leave their input's size open. */
  readonly inputShape?: readonly number[] | undefined;
  /** The output that holds the scores. */
  readonly output?: string | undefined;
}

/**
 * Reads a file and tells JSON from a binary format by its first character.
 *
 * @throws InputError when it is missing or begins like JSON and is none
 */
export async function openFile(path: string): Promise<OpenedFile> {
  const bytes = await readInputFile(path, 'model');
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).replace(/^\u00ef\u00bb\u00bf/, '');
  if (/^\s*[{[]/.test(start)) return { kind: 'json', json: parseJson(path, bytes) };
  return { kind: 'binary', bytes };
}

/**
 * Reads the model in an opened file.
 *
 * @throws InputError when the format is not supported, the file is damaged, or its outputs leave a choice
 */
export async function readModelFile(
  path: string,
  opened: OpenedFile,
  settings: FileSettings,
): Promise<ModelFile> {
  if (opened.kind === 'binary') return readOnnx(path, opened.bytes, settings);
  const { json } = opened;
  if (isGraphModel(json)) {
    const imported = await importGraphModel(path, json, settings.inputShape);
    return importedFile(path, 'tfjs-graph-model', imported, settings);
  }
  if (isLayersModel(json)) {
    const imported = await importLayersModel(path, json, settings.inputShape);
    return importedFile(path, 'tfjs-layers-model', imported, settings);
  }
  throw new InputError(
    `${path} is JSON, and neither a tfjs layers-model or graph-model (it has no modelTopology) nor a model card (its kind is not robust-bench-model-card)`,
  );
}

function importedFile(
  path: string,
  format: ModelFormat,
  { graph, files, sha256, producer, notes }: ImportedModel,
  { output }: FileSettings,
): ModelFile {
  const outputs = graph.outputs.map((value): FileValue => ({ ...value, kind: 'tensor' }));
  const chosen = scoreOutput(basename(path), outputs, output);
  const pruned = pruneTo(graph, [chosen.name]);
  const inputs = graph.inputs.map((value): FileValue => ({ ...value, kind: 'tensor' }));
  return {
    format,
    graph: pruned,
    inputs,
    needed: amongThose(inputs, pruned),
    outputs,
    output: chosen,
    operators: countOperators(graph),
    file: files[0] ?? basename(path),
    sha256,
    producer,
    notes,
  };
}

async function readOnnx(
  path: string,
  bytes: Uint8Array,
  { output: wanted }: FileSettings,
): Promise<ModelFile> {
  const beside = externalDataBeside(path);
  const named = new Set<string>();
  const missing: InputError[] = [];
  const recording: ExternalData = (location, offset, length) => {
    named.add(location);
    try {
      return beside(location, offset, length);
    } catch (error) {
      if (error instanceof InputError) missing.push(error);
      throw error;
    }
  };
  const face = readInterface(bytes, path);
  const output = scoreOutput(basename(path), face.outputs, wanted);
  const read = graphOf(bytes, path, recording, output);
  // Without its weights no runtime can run it.
  if (missing[0] !== undefined) throw new InputError(`the model ${path}: ${missing[0].message}`);
  const hash = createHash('sha256').update(bytes);
  for (const location of named) await hashFile(hash, resolve(dirname(path), location));
  return {
    format: 'onnx',
    ...read,
    inputs: face.inputs,
    needed: amongThose(face.inputs, read.graph),
    outputs: face.outputs,
    output,
    operators: face.operators,
    file: basename(path),
    sha256: hash.digest('hex'),
    producer: face.producer,
    ...opsetOf(face),
  };
}

/** The file's graph, or why the toolkit does not understand it. */
function graphOf(
  bytes: Uint8Array,
  path: string,
  external: ExternalData,
  output: FileValue,
): Pick<ModelFile, 'graph' | 'obstacle' | 'notes'> {
  try {
    const { graph, notes } = decodeModel(bytes, path, external, { chooseOutputs: () => [output.name] });
    return { graph, notes };
  } catch (error) {
    if (error instanceof InputError) return { obstacle: error };
    throw error;
  }
}

/** The inputs of a file that are those of its graph. */
function amongThose(inputs: readonly FileValue[], graph: SourceGraph | undefined): readonly FileValue[] {
  if (graph === undefined) return inputs;
  return inputs.filter((input) => graph.inputs.some(({ name }) => name === input.name));
}

function opsetOf({ opsets }: OnnxInterface): { readonly opset?: number } {
  const opset = opsets.get('');
  return opset === undefined ? {} : { opset };
}

function countOperators(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operator } of graph.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return counts;
}

async function hashFile(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    throw new InputError(`cannot read the weights file ${path}: ${messageOf(error)}`);
  }
}
