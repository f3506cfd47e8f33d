/** The JSON Schema of a result, as data: what validation compiles and what gives the canonical form its order. */
import { readFileSync } from 'node:fs';

/** The parts of a schema node that this folder reads. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

let loaded: SchemaNode | undefined;

/** result.schema.json, read once, when first needed. */
export function resultSchema(): SchemaNode {
  loaded ??= JSON.parse(readFileSync(new URL('./result.schema.json', import.meta.url), 'utf8')) as SchemaNode;
  return loaded;
}
