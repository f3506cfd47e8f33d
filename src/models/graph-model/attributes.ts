/** Decodes what the JSON of a GraphDef holds in a node's attributes: integers as texts, texts in base64, types by name. */
import { isObject } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { DataType } from '../../graph/types.ts';

/** An integer or float of an attribute; 64-bit integers are written as texts. */
export function numberOf(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A text of an attribute: base64, or a list of its bytes. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'base64').toString('utf8');
  if (!Array.isArray(value)) return undefined;
  return Buffer.from((value as readonly Json[]).map(Number)).toString('utf8');
}

/** The list of an attribute under one of the keys of AttrValue.ListValue; empty where it holds none. */
export function listOf(attribute: Json | undefined, key: 'i' | 's'): readonly Json[] | undefined {
  const list = isObject(attribute) ? attribute['list'] : undefined;
  if (!isObject(list)) return undefined;
  const values: unknown = list[key] ?? [];
  return Array.isArray(values) ? (values as readonly Json[]) : undefined;
}

/** The sizes of a TensorShapeProto, undefined for an open one; undefined as a whole where the rank is not known. */
export function sizesOf(shape: Json | undefined): readonly (number | undefined)[] | undefined {
  if (!isObject(shape) || shape['unknownRank'] === true) return undefined;
  const dims: unknown = shape['dim'] ?? [];
  if (!Array.isArray(dims)) return undefined;
  return (dims as readonly Json[]).map((dim) => {
    const size = numberOf(isObject(dim) ? dim['size'] : undefined);
    return size === undefined || size < 0 ? undefined : size;
  });
}

/** The numbers that DataType of TensorFlow has for the types that tfjs takes. */
const typeNumbers: Readonly<Record<number, string>> = {
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  6: 'DT_INT8',
  7: 'DT_STRING',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  14: 'DT_BFLOAT16',
  19: 'DT_HALF',
};

/** Types in a graph: as tfjs, one of floating-point numbers and one of whole ones. */
const dataTypes: Readonly<Record<string, DataType>> = {
  DT_FLOAT: 'float32',
  DT_HALF: 'float32',
  DT_BFLOAT16: 'float32',
  DT_DOUBLE: 'float32',
  DT_INT8: 'int64',
  DT_UINT8: 'int64',
  DT_INT32: 'int64',
  DT_INT64: 'int64',
  DT_BOOL: 'bool',
};

/** The graph's type for a type of TensorFlow, by name or number; undefined for one that has none. */
export function graphTypeOf(type: Json | undefined): DataType | undefined {
  const name = typeof type === 'number' ? typeNumbers[type] : type;
  return typeof name === 'string' && Object.hasOwn(dataTypes, name) ? dataTypes[name] : undefined;
}

/** An attribute's own object: `{"i": "1"}`, `{"list": …}`. */
export function attributeOf(attributes: JsonObject, name: string): JsonObject | undefined {
  const found = attributes[name];
  return isObject(found) ? found : undefined;
}
