/**
 * The canonical text of a result: the same content gives the same bytes, so that two results can be compared
 * with a plain text diff. Keys stand in the order of the schema, objects are indented by two spaces, arrays of
 * plain values take one line, numbers are the shortest text that reads back the same, and −0 is 0.
 */
import { InputError } from '../core/errors.ts';
import type { Result } from './result.ts';
import { resultSchema, type SchemaNode } from './schema.ts';

/**
 * The canonical text of a value that the result schema describes, ending in a line feed. Keys that the schema
 * does not know come last, in alphabetical order; fields that are undefined are left out.
 *
 * @throws InputError when a value has no JSON form: NaN, an infinity, a function, undefined in an array
 */
export function canonicalJson(value: unknown): string {
  return `${write(value, resultSchema(), '', '')}\n`;
}

/** The canonical text of a result without its `run` section: equal for two runs of the same configuration. */
export function canonicalResult(result: Result): string {
  return canonicalJson({ ...result, run: undefined });
}

function write(value: unknown, node: SchemaNode | undefined, indent: string, pointer: string): string {
  if (Array.isArray(value)) return writeArray(value, node, indent, pointer);
  if (typeof value === 'object' && value !== null) {
    return writeObject(value as Readonly<Record<string, unknown>>, node, indent, pointer);
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
  node: SchemaNode | undefined,
  indent: string,
  pointer: string,
): string {
  const inner = `${indent}  `;
  const schema = resolved(node)?.items;
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
  node: SchemaNode | undefined,
  indent: string,
  pointer: string,
): string {
  const inner = `${indent}  `;
  const properties = resolved(node)?.properties ?? {};
  const order = Object.keys(properties);
  const known = order.filter((key) => object[key] !== undefined);
  const unknown = Object.keys(object)
    .filter((key) => !order.includes(key) && object[key] !== undefined)
    .sort();
  const lines = [...known, ...unknown].map(
    (key) =>
      `${inner}${JSON.stringify(key)}: ${write(object[key], properties[key], inner, `${pointer}/${key}`)}`,
  );
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
}

/** Follows a reference, and through a choice with null to what it is otherwise. */
function resolved(node: SchemaNode | undefined): SchemaNode | undefined {
  if (node?.$ref !== undefined) return resultSchema().$defs?.[node.$ref.replace('#/$defs/', '')];
  if (node?.anyOf !== undefined) return node.anyOf.map(resolved).find((choice) => choice?.properties);
  return node;
}
