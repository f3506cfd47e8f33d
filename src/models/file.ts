/** Reads a model file of any format that the toolkit knows, told apart by content. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { InputError, messageOf } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { externalDataBeside } from '../graph/onnx/external-data.ts';
import { decodeModel } from '../graph/onnx/read.ts';
import type { ExternalData } from '../graph/onnx/read.ts';
import type { Graph } from '../graph/types.ts';
import { parseJson } from '../core/json.ts';
import { importGraphModel, isGraphModel } from './graph-model/import.ts';
import { importLayersModel, isLayersModel } from './layers-model/import.ts';

export type ModelFormat = 'onnx' | 'tfjs-graph-model' | 'tfjs-layers-model';

/** A model as its file has it. */
export interface ModelFile {
  readonly format: ModelFormat;
  readonly graph: Graph;
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
 * @param inputShape channels first, for models that leave their input's size open
 * @throws InputError when the format is not supported or the file is damaged
 */
export async function readModelFile(
  path: string,
  opened: OpenedFile,
  inputShape: readonly number[] | undefined,
): Promise<ModelFile> {
  if (opened.kind === 'binary') return readOnnx(path, opened.bytes);
  const { json } = opened;
  if (isGraphModel(json)) {
    const { graph, files, sha256, producer, notes } = await importGraphModel(path, json, inputShape);
    return { format: 'tfjs-graph-model', graph, file: files[0] ?? basename(path), sha256, producer, notes };
  }
  if (isLayersModel(json)) {
    const { graph, files, sha256, producer, notes } = await importLayersModel(path, json, inputShape);
    return { format: 'tfjs-layers-model', graph, file: files[0] ?? basename(path), sha256, producer, notes };
  }
  throw new InputError(
    `${path} is JSON, and neither a tfjs layers-model or graph-model (it has no modelTopology) nor a model card (its kind is not robust-bench-model-card)`,
  );
}

async function readOnnx(path: string, bytes: Uint8Array): Promise<ModelFile> {
  const beside = externalDataBeside(path);
  const named = new Set<string>();
  const recording: ExternalData = (location, offset, length) => {
    named.add(location);
    return beside(location, offset, length);
  };
  const { graph, producer, opset } = decodeModel(bytes, path, recording);
  const hash = createHash('sha256').update(bytes);
  for (const location of named) await hashFile(hash, resolve(dirname(path), location));
  return { format: 'onnx', graph, file: basename(path), sha256: hash.digest('hex'), producer, opset };
}

async function hashFile(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    throw new InputError(`cannot read the weights file ${path}: ${messageOf(error)}`);
  }
}
