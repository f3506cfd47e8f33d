/**
 * The canonical text of a result: the same content gives the same bytes, so that two results can be compared
 * with a plain text diff. Keys stand in the order of the schema, objects are indented by two spaces, arrays of
 * plain values take one line, numbers are the shortest text that reads back the same, and −0 is 0.
 */
import { InputError } from '../core/errors.ts';
import type { Result } from './result.ts';
import { memorizationSchemaId, type MemorizationResult } from './memorization.ts';
import { memorizationSchema, type PlacedNode, resolved, resultSchema, type SchemaNode } from './schema.ts';

/**
 * The canonical text of a result, ending in a line feed: of a memorization result where its `schema` says so, else
 * in the order of the attack result. Keys that the schema does not know come last, in alphabetical order; fields
 * that are undefined are left out.
 *
 * @throws InputError when a value has no JSON form: NaN, an infinity, a function, undefined in an array
 */
export function canonicalJson(value: unknown): string {
  const root = schemaFor(value);
  return `${write(value, { node: root, root }, '', '')}\n`;
}

/** The canonical text of a result without its `run` section: equal for two runs of the same configuration. */
export function canonicalResult(result: Result | MemorizationResult): string {
  return canonicalJson({ ...result, run: undefined });
}

function schemaFor(value: unknown): SchemaNode {
  const schema = (value as { readonly schema?: unknown } | null)?.schema;
  return schema === memorizationSchemaId ? memorizationSchema() : resultSchema();
}

function write(value: unknown, place: PlacedNode | undefined, indent: string, pointer: string): string {
  if (Array.isArray(value)) return writeArray(value, place, indent, pointer);
  if (typeof value === 'object' && value !== null) {
    return writeObject(value as Readonly<Record<string, unknown>>, place, indent, pointer);
  }
  return writePlain(value, pointer);
}

function writePlain(value: unknown, pointer: string): string {
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value === 0 ? 0 : value);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  throw new InputError(
    `${pointer === '' ? 'the value' : pointer} is ${typeof value === 'number' ? String(value) : `of type ${typeof value}`}, which a result file cannot hold: only finite numbers, texts, true, false and null`,
  );
}

function writeArray(
  items: readonly unknown[],
  place: PlacedNode | undefined,
  indent: string,
  pointer: string,
): string {
  const inner = `${indent}  `;
  const array = place === undefined ? undefined : resolved(place);
  const schema = childOf(array, array?.node.items);
  const texts = items.map((item, index) =>
    // Outcomes are long lists of whole numbers: these need no pointer.
    Number.isInteger(item) ? writePlain(item, '') : write(item, schema, inner, `${pointer}/${String(index)}`),
  );
  const plain = items.every((item) => typeof item !== 'object' || item === null);
  if (plain) return `[${texts.join(', ')}]`;
  return `[\n${texts.map((text) => inner + text).join(',\n')}\n${indent}]`;
}

function writeObject(
  object: Readonly<Record<string, unknown>>,
  place: PlacedNode | undefined,
  indent: string,
  pointer: string,
): string {
  const inner = `${indent}  `;
  const described = place === undefined ? undefined : resolved(place);
  const properties = described?.node.properties ?? {};
  const order = Object.keys(properties);
  const known = order.filter((key) => object[key] !== undefined);
  const unknown = Object.keys(object)
    .filter((key) => !order.includes(key) && object[key] !== undefined)
    .sort();
  const lines = [...known, ...unknown].map(
    (key) =>
      `${inner}${JSON.stringify(key)}: ${write(object[key], childOf(described, properties[key]), inner, `${pointer}/${key}`)}`,
  );
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
}

/** A node below another one, in the same document. */
function childOf(parent: PlacedNode | undefined, node: SchemaNode | undefined): PlacedNode | undefined {
  return parent === undefined || node === undefined ? undefined : { node, root: parent.root };
}
