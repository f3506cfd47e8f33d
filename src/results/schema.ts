/**
 * The JSON Schemas of this folder, as data: what validation compiles and what gives the canonical form its order.
 * What several of them hold stands once, in definitions.schema.json, to which they refer by its `$id`.
 */
import { readFileSync } from 'node:fs';

/** The parts of a schema node that this folder reads. */
export interface SchemaNode {
  readonly $id?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

const loaded = new Map<string, SchemaNode>();

/** A schema file of this folder, read once, when first needed. */
function schemaOf(name: string): SchemaNode {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`./${name}.schema.json`, import.meta.url), 'utf8');
  const schema = JSON.parse(text) as SchemaNode;
  loaded.set(name, schema);
  return schema;
}

/** What the other schemas share. */
export function definitionsSchema(): SchemaNode {
  return schemaOf('definitions');
}

/** The schema of an attack result. */
export function resultSchema(): SchemaNode {
  return schemaOf('result');
}

/** The schema that attack results had before. */
export function resultSchema1(): SchemaNode {
  return schemaOf('version-1/result');
}

/** The schema of a memorization result. */
export function memorizationSchema(): SchemaNode {
  return schemaOf('memorization');
}

/** The schema that memorization results had before. */
export function memorizationSchema1(): SchemaNode {
  return schemaOf('version-1/memorization');
}

/** A node together with the document that its references start from. */
export interface PlacedNode {
  readonly node: SchemaNode;
  readonly root: SchemaNode;
}

/** Follows a reference, and through a choice with null to what it is otherwise. */
export function resolved(place: PlacedNode): PlacedNode {
  const { node, root } = place;
  if (node.$ref !== undefined) {
    const [document = '', name = ''] = node.$ref.split('#/$defs/');
    const target = document === '' ? root : definitionsSchema();
    return resolved({ node: target.$defs?.[name] ?? {}, root: target });
  }
  if (node.anyOf !== undefined) {
    const choices = node.anyOf.map((choice) => resolved({ node: choice, root }));
    return choices.find((choice) => choice.node.properties ?? choice.node.items) ?? place;
  }
  return place;
}
