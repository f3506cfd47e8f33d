/** Reads the weight shards of a tfjs model from disk and decodes them, quantised ones included. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { weightsBeside } from '../../core/confined.ts';
import { InputError } from '../../core/errors.ts';
import { readInputFile } from '../../core/files.ts';
import { isObject } from '../../core/json.ts';
import { tensor } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';
import { weightEntry } from './weight-encoding.ts';
import type { WeightEntry, WeightType } from './weight-encoding.ts';

export type Weights = ReadonlyMap<string, Tensor<'float32'>>;

export interface WeightFiles {
  /** The numbers of every weight as float32; texts are left out. */
  readonly weights: Weights;
  /** Every weight in the type that the manifest gives it. */
  readonly constants: ReadonlyMap<string, Tensor<WeightType>>;
  /** Base names of the shards, in the order of the manifest. */
  readonly files: readonly string[];
  /** SHA-256, hexadecimal, of the shards' bytes one after the other in the order of the manifest. */
  readonly sha256: string;
  /** One sentence for each type that weights were quantised to. */
  readonly notes: readonly string[];
}

/**
 * Reads every group of a weights manifest. Shard paths are relative to the model file.
 *
 * @throws InputError when a shard is missing, of another size than the manifest says, or in an unknown format
 */
export async function readWeights(modelPath: string, manifest: unknown): Promise<WeightFiles> {
  if (!Array.isArray(manifest)) throw new InputError(`${modelPath}: weightsManifest is not a list of groups`);
  const constants = new Map<string, Tensor<WeightType>>();
  const quantized = new Map<string, number>();
  const files: string[] = [];
  const places = new Set<string>();
  const hash = createHash('sha256');
  for (const group of manifest as readonly unknown[]) {
    const { paths, entries } = groupOf(modelPath, group);
    const shards: Uint8Array[] = [];
    for (const path of paths) {
      const place = weightsBeside(modelPath, path);
      // A small manifest would otherwise fill the memory with one large file.
      if (places.has(place)) {
        throw new InputError(`${modelPath}: weightsManifest names the file ${path} twice: name it once`);
      }
      places.add(place);
      const shard = await readInputFile(place, `weights of ${modelPath}`);
      hash.update(shard);
      shards.push(shard);
      files.push(basename(path));
    }
    const bytes = shards.length === 1 && shards[0] !== undefined ? shards[0] : Buffer.concat(shards);
    decodeGroup(modelPath, paths.join(', '), entries, bytes, constants);
    for (const { quantization } of entries) {
      if (quantization !== undefined) quantized.set(quantization, (quantized.get(quantization) ?? 0) + 1);
    }
  }
  const notes = [...quantized].map(([stored, count]) => quantizationNote(stored, count));
  return { weights: asFloats(constants), constants, files, sha256: hash.digest('hex'), notes };
}

function asFloats(constants: ReadonlyMap<string, Tensor<WeightType>>): Weights {
  const weights = new Map<string, Tensor<'float32'>>();
  for (const [name, { dims, data }] of constants) {
    if (data instanceof Float32Array) weights.set(name, tensor('float32', dims, data));
    else if (data instanceof Int32Array || data instanceof Uint8Array) {
      weights.set(name, tensor('float32', dims, Float32Array.from(data)));
    }
  }
  return weights;
}

function quantizationNote(stored: string, count: number): string {
  const how = stored === 'float16' ? '' : ' (value · scale + min)';
  const what = count === 1 ? 'one weight' : `${String(count)} weights`;
  return `${what} quantised to ${stored} ${count === 1 ? 'was' : 'were'} brought to float32 as tfjs does${how}`;
}

function groupOf(
  modelPath: string,
  group: unknown,
): { paths: readonly string[]; entries: readonly WeightEntry[] } {
  const paths: unknown = isObject(group) ? group['paths'] : undefined;
  const entries: unknown = isObject(group) ? group['weights'] : undefined;
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string') || !Array.isArray(entries)) {
    throw new InputError(`${modelPath}: a group of weightsManifest lacks its lists "paths" and "weights"`);
  }
  return { paths, entries: entries.map((entry: unknown) => weightEntry(modelPath, entry)) };
}

function decodeGroup(
  modelPath: string,
  source: string,
  entries: readonly WeightEntry[],
  bytes: Uint8Array,
  into: Map<string, Tensor<WeightType>>,
): void {
  let offset = 0;
  for (const { name, byteLength, decode } of entries) {
    const length = byteLength(new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset));
    const end = offset + length;
    if (end > bytes.length) {
      throw new InputError(
        `${modelPath}: the weights ${source} end early: ${name} needs bytes up to ${String(end)}, there are ${String(bytes.length)}; copy the file again`,
      );
    }
    if (into.has(name))
      throw new InputError(`${modelPath}: two weights of weightsManifest are named ${name}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
    into.set(name, decode(view));
    offset = end;
  }
  if (offset !== bytes.length) {
    throw new InputError(
      `${modelPath}: the weights ${source} hold ${String(bytes.length)} bytes where the manifest says ${String(offset)}`,
    );
  }
}
