/**
 * Kinds of JSON documents that this toolkit writes and reads: each has a schema, an identifier with its version, the
 * versions before it and how they are brought up, and checks of what its fields say of each other. Nothing is read or
 * written that does not pass them.
 */
import { readFileSync } from 'node:fs';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { InputError } from './errors.ts';
import { readInputFile } from './files.ts';
import { holdsMoreThan, parseJson } from './json.ts';
import { describeProblems, describeViolations, excerpt } from './violations.ts';

/** A kind of document, in its present version. */
export interface DocumentFormat<T> {
  /** The kind as messages name it, after "is not a valid". */
  readonly title: string;
  /** How a document says what it is; null where nothing says it. */
  readonly mark: DocumentMark | null;
  /** What makes such a document, after "use the version that wrote it, or". */
  readonly remedy: string;
  /** The JSON Schema, and those that it refers to. */
  readonly schema: () => object;
  readonly references?: () => readonly object[];
  /** The versions before, which are read too. */
  readonly earlier?: readonly EarlierVersion<T>[];
  /** What a value that the schema accepts says against itself, each as "pointer: what is wrong". */
  readonly check: (value: T) => Iterable<string>;
}

export interface DocumentMark {
  /** The field that says it. */
  readonly field: string;
  /** Kind and version: `robust-bench/result/2`. */
  readonly id: string;
  /** The field that holds the version where that stands by itself; one that lacks it is of the present version. */
  readonly versionField?: string;
}

/** A version before the present one. */
export interface EarlierVersion<T> {
  readonly id: string;
  readonly schema: () => object;
  readonly references?: () => readonly object[];
  /** What a value that this version's schema accepts says against itself, so that it cannot be brought up. */
  readonly check: (value: unknown) => Iterable<string>;
  /** Brings a value that passed its schema and its check up to the present version; a new value. */
  readonly upgrade: (value: unknown) => T;
}

/** An earlier version from functions on its own type, which its schema vouches for. */
export function earlierVersion<Old, T>(
  version: Pick<EarlierVersion<T>, 'id' | 'schema' | 'references'> & {
    readonly check: (value: Old) => Iterable<string>;
    readonly upgrade: (value: Old) => T;
  },
): EarlierVersion<T> {
  return {
    ...version,
    check: (value) => version.check(value as Old),
    upgrade: (value) => version.upgrade(value as Old),
  };
}

/**
 * Checks a value: its version, its schema, and what its fields say of each other.
 *
 * @param value parsed JSON, or an object just built
 * @param source names the value in messages, e.g. its path
 * @returns the same value, or one that was brought up from an earlier version
 * @throws InputError that names the first few things that are wrong, on one line
 */
export async function validateDocument<T>(
  format: DocumentFormat<T>,
  value: unknown,
  source: string,
): Promise<T> {
  const earlier = versionOf(format, value, source);
  let present = value;
  if (earlier !== null) {
    await assertSchema(earlier, format.title, value, source);
    assertConsistent(earlier.check(value), source);
    present = earlier.upgrade(value);
  }
  await assertSchema(format, format.title, present, source);
  // The schema has said that it is one.
  const document = present as T;
  assertConsistent(format.check(document), source);
  return document;
}

/** Reads a document; throws InputError as `validateDocument` does, and where there is no such file or no JSON in it. */
export async function readDocument<T>(format: DocumentFormat<T>, path: string): Promise<T> {
  return validateDocument(format, parseJson(path, await readInputFile(path, format.title)), path);
}

/** Whether a value says that it is a document of this kind, of whatever version. */
export function isOfFormat({ mark }: Pick<DocumentFormat<unknown>, 'mark'>, value: unknown): boolean {
  return mark !== null && sameKind(identityOf(value, mark), mark.id);
}

/** The earlier version that the value is of, null for the present one. */
function versionOf<T>(
  { mark, title, remedy, earlier = [] }: DocumentFormat<T>,
  value: unknown,
  source: string,
): EarlierVersion<T> | null {
  if (mark === null) return null;
  const found = identityOf(value, mark);
  if (found === mark.id) return null;
  const version = earlier.find(({ id }) => id === found);
  if (version !== undefined) return version;
  if (sameKind(found, mark.id)) {
    const readable = [...earlier.map(({ id }) => id), mark.id].map(excerpt).join(' and ');
    throw new InputError(
      `${source} has the format ${excerpt(found)} and this version reads ${readable}: use the version that wrote it, or ${remedy}`,
    );
  }
  throw new InputError(
    `${source} is no robust-bench ${title}: its field ${excerpt(mark.field)} is ${excerpt(fieldOf(value, mark.field))}, expected ${excerpt(mark.versionField === undefined ? mark.id : kindOf(mark.id))}`,
  );
}

/** Kind and version as a value states them. */
function identityOf(value: unknown, { field, id, versionField }: DocumentMark): unknown {
  const found = fieldOf(value, field);
  if (versionField === undefined || found !== kindOf(id)) return found;
  const version = fieldOf(value, versionField);
  return version === undefined
    ? id
    : `${found}/${typeof version === 'number' ? String(version) : JSON.stringify(version)}`;
}

/** An identifier without its version. */
function kindOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/'));
}

/** Whether two identifiers differ in the version alone. */
function sameKind(found: unknown, id: string): boolean {
  return typeof found === 'string' && found.startsWith(`${kindOf(id)}/`);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, field)
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined;
}

/**
 * A schema file, read when first asked for.
 *
 * @param url of the .schema.json file
 */
export function schemaFile(url: URL): () => object {
  let schema: object | undefined;
  return () => (schema ??= JSON.parse(readFileSync(url, 'utf8')) as object);
}

/** The problem that a check throws as an InputError, if it does. */
export function problemOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof InputError) return [error.message];
    throw error;
  }
}

interface WithSchema {
  readonly schema: () => object;
  readonly references?: () => readonly object[];
}

async function assertSchema(
  version: WithSchema,
  title: string,
  value: unknown,
  source: string,
): Promise<void> {
  // The cost of looking for every violation grows with the square of their number.
  const validate = await compiled(version, !holdsMoreThan(MOST_FOR_ALL, value));
  if (validate(value)) return;
  const errors = (validate.errors ?? []).map(readable);
  throw new InputError(`${source} is not a valid ${title}: ${describeViolations(errors)}`);
}

function assertConsistent(problems: Iterable<string>, source: string): void {
  const list = [...problems];
  if (list.length > 0) throw new InputError(`${source} contradicts itself: ${describeProblems(list)}`);
}

/** In a value with more than this many numbers, texts, lists and objects the first violation is named alone. */
const MOST_FOR_ALL = 20_000;

/** Compiled schemas, by whether they look for every violation or for the first. */
const validators = {
  all: new WeakMap<WithSchema, Promise<ValidateFunction>>(),
  first: new WeakMap<WithSchema, Promise<ValidateFunction>>(),
};

/** The compiled schema; ajv is loaded when first needed. */
function compiled(version: WithSchema, allErrors: boolean): Promise<ValidateFunction> {
  const known = validators[allErrors ? 'all' : 'first'].get(version);
  if (known !== undefined) return known;
  const validator = import('ajv/dist/2020.js').then(({ Ajv2020 }) => {
    const ajv = new Ajv2020({ allErrors, verbose: true, allowUnionTypes: true, discriminator: true });
    for (const reference of version.references?.() ?? []) ajv.addSchema(reference);
    return ajv.compile(version.schema());
  });
  validators[allErrors ? 'all' : 'first'].set(version, validator);
  return validator;
}

/** An object whose `kind` is none: ajv says it in terms of the schema. */
function readable(error: ErrorObject): ErrorObject {
  if (error.keyword !== 'discriminator') return error;
  const schema = error.parentSchema as { readonly description?: string } | undefined;
  const what = schema?.description?.replace(/\.$/, '') ?? 'it';
  return { ...error, message: `an object whose "kind" is one of the schema's (${what})` };
}
