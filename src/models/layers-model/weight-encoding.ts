/**
 * Decodes the entries of a weights manifest: plain numbers, and what tensorflowjs_converter quantised, as tfjs-core's
 * own loader (io `decodeWeights`) does: value · scale + min in double precision, rounded once.
 */
import { isNumbers, isObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { InputError } from '../../core/errors.ts';
import { elementArrays } from '../../graph/data-types.ts';
import { sizeOf, tensor } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';

/** The type that a weight has in the model, whatever it is stored as. */
export type WeightType = 'float32' | 'int32' | 'bool' | 'string';

/** One entry of a manifest. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** `uint8`, `uint16` or `float16` where the entry is quantised. */
  readonly quantization?: string;
  /** How many bytes the entry takes of those given, which begin with it; it may be more than there are. */
  readonly byteLength: (from: DataView) => number;
  /** The weight in its own type, from a view of exactly its bytes. */
  readonly decode: (view: DataView) => Tensor<WeightType>;
}

interface Reader {
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

/** Element readers by stored type; the files are little-endian. */
const readers: Readonly<Record<string, Reader>> = {
  float32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  float16: { bytes: 2, read: (view, at) => float16(view.getUint16(at, true)) },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  uint16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/** The types that quantised weights are stored in, and those that they may stand for. */
const quantizations: Readonly<Record<string, readonly string[]>> = {
  uint8: ['float32', 'int32'],
  uint16: ['float32', 'int32'],
  float16: ['float32'],
};

/**
 * Reads an entry of a manifest.
 *
 * @param modelPath names the model file in messages
 * @throws InputError when it is malformed or of a type that tfjs does not write
 */
export function weightEntry(modelPath: string, entry: unknown): WeightEntry {
  const name: unknown = isObject(entry) ? entry['name'] : undefined;
  const shape: unknown = isObject(entry) ? entry['shape'] : undefined;
  if (!isObject(entry) || typeof name !== 'string' || !isNumbers(shape)) {
    throw new InputError(`${modelPath}: an entry of weightsManifest lacks its "name" or "shape"`);
  }
  if (
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0) ||
    !Number.isSafeInteger(sizeOf(shape))
  ) {
    throw new InputError(
      `${modelPath}: the weight ${name} has the shape [${shape.join(', ')}], expected whole numbers from 0 up`,
    );
  }
  const quantization = entry['quantization'];
  return isObject(quantization)
    ? quantizedEntry(modelPath, { name, shape }, entry['dtype'], quantization)
    : plainEntry(modelPath, { name, shape }, entry['dtype']);
}

type Named = Pick<WeightEntry, 'name' | 'shape'>;

function plainEntry(modelPath: string, named: Named, stored: unknown): WeightEntry {
  if (stored === 'string') return textEntry(named);
  const reader = typeof stored === 'string' && Object.hasOwn(readers, stored) ? readers[stored] : undefined;
  if (reader === undefined) {
    throw new InputError(
      `${modelPath}: the weight ${named.name} is stored as ${JSON.stringify(stored)}, which is not one of ${Object.keys(readers).join(', ')}, string`,
    );
  }
  const dataType = stored === 'bool' ? 'bool' : String(stored).startsWith('float') ? 'float32' : 'int32';
  return described(named, dataType, reader, (value) => value);
}

function quantizedEntry(
  modelPath: string,
  named: Named,
  dtype: unknown,
  quantization: JsonObject,
): WeightEntry {
  const stored: unknown = quantization['dtype'];
  const known = typeof stored === 'string' && Object.hasOwn(quantizations, stored);
  const reader = known ? readers[stored] : undefined;
  if (!known || reader === undefined || (dtype !== 'float32' && dtype !== 'int32')) {
    throw new InputError(
      `${modelPath}: the weight ${named.name} of type ${JSON.stringify(dtype)} is quantised to ${JSON.stringify(stored)}, expected float32 or int32 quantised to ${Object.keys(quantizations).join(', ')}`,
    );
  }
  if (quantizations[stored]?.includes(dtype) !== true) {
    throw new InputError(
      `${modelPath}: the weight ${named.name} of type ${dtype} is quantised to ${stored}, which holds float32 only`,
    );
  }
  if (stored === 'float16')
    return { ...described(named, dtype, reader, (value) => value), quantization: stored };
  const { scale, min } = quantization;
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw new InputError(`${modelPath}: the quantised weight ${named.name} lacks its "scale" or "min"`);
  }
  const affine = (value: number): number => value * scale + min;
  const decode = dtype === 'int32' ? (value: number): number => Math.round(affine(value)) | 0 : affine;
  return { ...described(named, dtype, reader, decode), quantization: stored };
}

function described(
  named: Named,
  dataType: Exclude<WeightType, 'string'>,
  reader: Reader,
  decode: (value: number) => number,
): WeightEntry {
  const count = sizeOf(named.shape);
  return {
    ...named,
    byteLength: () => count * reader.bytes,
    decode: (view) => {
      const values = new elementArrays[dataType](count);
      for (let index = 0; index < count; index++) {
        values[index] = decode(reader.read(view, index * reader.bytes));
      }
      return tensor<WeightType>(dataType, named.shape, values);
    },
  };
}

/** Texts stand one after the other, each behind its length in bytes, an unsigned integer of 32 bits. */
function textEntry(named: Named): WeightEntry {
  const count = sizeOf(named.shape);
  return {
    ...named,
    byteLength: (from) => {
      let end = 0;
      // No further than there are bytes: the count is what the manifest says.
      for (let index = 0; index < count && end <= from.byteLength; index++) {
        end += LENGTH_BYTES + lengthAt(from, end);
      }
      return end;
    },
    decode: (view) => {
      const texts: string[] = [];
      let at = 0;
      for (let index = 0; index < count; index++) {
        const length = lengthAt(view, at);
        const bytes = new Uint8Array(view.buffer, view.byteOffset + at + LENGTH_BYTES, length);
        texts.push(new TextDecoder().decode(bytes));
        at += LENGTH_BYTES + length;
      }
      return tensor<WeightType>('string', named.shape, texts);
    },
  };
}

const LENGTH_BYTES = 4;

/** The length that stands at a place; 0 where the bytes end before it. */
const lengthAt = (view: DataView, at: number): number =>
  at + LENGTH_BYTES <= view.byteLength ? view.getUint32(at, true) : 0;

/** The value of an IEEE 754 half: sign, 5 bits of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
