/** Reads the weight shards of a layers-model from disk and decodes them to float32, quantised ones included. */
import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { InputError } from '../../core/errors.ts';
import { readInputFile } from '../../core/files.ts';
import { sizeOf, tensor } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';
import { isNumbers, isObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';

export type Weights = ReadonlyMap<string, Tensor<'float32'>>;

export interface WeightFiles {
  readonly weights: Weights;
  /** Base names of the shards, in the order of the manifest. */
  readonly files: readonly string[];
  /** SHA-256, hexadecimal, of the shards' bytes one after the other in the order of the manifest. */
  readonly sha256: string;
}

/**
 * Reads every group of a weights manifest. Shard paths are relative to the model file.
 *
 * @throws InputError when a shard is missing, of another size than the manifest says, or in an unknown format
 */
export async function readWeights(modelPath: string, manifest: unknown): Promise<WeightFiles> {
  if (!Array.isArray(manifest)) throw new InputError(`${modelPath}: weightsManifest is not a list of groups`);
  const weights = new Map<string, Tensor<'float32'>>();
  const files: string[] = [];
  const hash = createHash('sha256');
  for (const group of manifest as readonly unknown[]) {
    const { paths, entries } = groupOf(modelPath, group);
    const shards: Uint8Array[] = [];
    for (const path of paths) {
      const shard = await readInputFile(resolve(dirname(modelPath), path), `weights of ${modelPath}`);
      hash.update(shard);
      shards.push(shard);
      files.push(basename(path));
    }
    const bytes = shards.length === 1 && shards[0] !== undefined ? shards[0] : Buffer.concat(shards);
    decodeGroup(modelPath, paths.join(', '), entries, bytes, weights);
  }
  return { weights, files, sha256: hash.digest('hex') };
}

function groupOf(
  modelPath: string,
  group: unknown,
): { paths: readonly string[]; entries: readonly unknown[] } {
  const paths: unknown = isObject(group) ? group['paths'] : undefined;
  const entries: unknown = isObject(group) ? group['weights'] : undefined;
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string') || !Array.isArray(entries)) {
    throw new InputError(`${modelPath}: a group of weightsManifest lacks its lists "paths" and "weights"`);
  }
  return { paths, entries };
}

function decodeGroup(
  modelPath: string,
  source: string,
  entries: readonly unknown[],
  bytes: Uint8Array,
  into: Map<string, Tensor<'float32'>>,
): void {
  let offset = 0;
  for (const entry of entries) {
    const name: unknown = isObject(entry) ? entry['name'] : undefined;
    const shape: unknown = isObject(entry) ? entry['shape'] : undefined;
    if (!isObject(entry) || typeof name !== 'string' || !isNumbers(shape)) {
      throw new InputError(`${modelPath}: an entry of weightsManifest lacks its "name" or "shape"`);
    }
    const encoding = encodingOf(modelPath, name, entry);
    const count = sizeOf(shape);
    const end = offset + count * encoding.bytesPerElement;
    if (end > bytes.length) {
      throw new InputError(
        `${modelPath}: the weights ${source} end early: ${name} needs bytes up to ${String(end)}, there are ${String(bytes.length)}; copy the file again`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, end - offset);
    into.set(name, tensor('float32', shape, encoding.decode(view, count)));
    offset = end;
  }
  if (offset !== bytes.length) {
    throw new InputError(
      `${modelPath}: the weights ${source} hold ${String(bytes.length)} bytes where the manifest says ${String(offset)}`,
    );
  }
}

interface Encoding {
  readonly bytesPerElement: number;
  decode(view: DataView, count: number): Float32Array;
}

/** Element readers by stored type; layers-model files are little-endian. */
const readers: Readonly<Record<string, { bytes: number; read(view: DataView, at: number): number }>> = {
  float32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  float16: { bytes: 2, read: (view, at) => float16(view.getUint16(at, true)) },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  uint16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

function encodingOf(modelPath: string, name: string, entry: JsonObject): Encoding {
  const quantization = entry['quantization'];
  const stored = isObject(quantization) ? quantization['dtype'] : entry['dtype'];
  const reader = typeof stored === 'string' && Object.hasOwn(readers, stored) ? readers[stored] : undefined;
  if (reader === undefined) {
    throw new InputError(
      `${modelPath}: the weight ${name} is stored as ${JSON.stringify(stored)}, which is not one of ${Object.keys(readers).join(', ')}`,
    );
  }
  const affine = isObject(quantization) && stored !== 'float16';
  const scale = affine ? quantization['scale'] : 1;
  const least = affine ? quantization['min'] : 0;
  if (typeof scale !== 'number' || typeof least !== 'number') {
    throw new InputError(`${modelPath}: the quantised weight ${name} lacks its "scale" or "min"`);
  }
  return {
    bytesPerElement: reader.bytes,
    decode: (view, count) =>
      Float32Array.from(
        { length: count },
        (_, index) => reader.read(view, index * reader.bytes) * scale + least,
      ),
  };
}

/** The value of an IEEE 754 half: sign, 5 bits of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
