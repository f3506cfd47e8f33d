/** Whether a value is a result: first its version, then its schema, then what its fields say of each other. */
import type { ValidateFunction } from 'ajv';
import { InputError } from '../core/errors.ts';
import { holdsMoreThan } from '../core/json.ts';
import { inconsistencies } from './consistency.ts';
import { memorizationInconsistencies } from './memorization-consistency.ts';
import { memorizationSchemaId, type MemorizationResult } from './memorization.ts';
import { describeProblems, describeViolations, excerpt } from './messages.ts';
import { resultSchemaId, type Result } from './result.ts';
import { definitionsSchema, memorizationSchema, resultSchema, type SchemaNode } from './schema.ts';
import { upgradeResult } from './upgrade.ts';

/** A kind of result file. */
interface Format<T> {
  /** What a value of this version has as its `schema`. */
  readonly id: string;
  /** The kind as messages name it, after "is not a valid" and "is no robust-bench". */
  readonly title: string;
  /** The command that writes such files. */
  readonly command: string;
  readonly schema: () => SchemaNode;
  /** What a value that the schema accepts says against itself, each as "pointer: what is wrong". */
  readonly inconsistencies: (value: T) => readonly string[];
  /** Brings a valid value of an earlier version up to this one; the same value where there is nothing to do. */
  readonly upgrade: (value: T) => T;
  /** The compiled schema by whether it looks for every violation or for the first. */
  readonly compiled: Map<boolean, Promise<ValidateFunction<T>>>;
}

const attackFormat: Format<Result> = {
  id: resultSchemaId,
  title: 'result',
  command: 'attack',
  schema: resultSchema,
  inconsistencies,
  upgrade: upgradeResult,
  compiled: new Map(),
};

const memorizationFormat: Format<MemorizationResult> = {
  id: memorizationSchemaId,
  title: 'memorization result',
  command: 'memorize',
  schema: memorizationSchema,
  inconsistencies: memorizationInconsistencies,
  upgrade: (result) => result,
  compiled: new Map(),
};

/**
 * Checks a value against the schema of attack results and for consistency.
 *
 * @param value parsed JSON, or an object just built
 * @param source names the value in messages, e.g. its path
 * @returns the same value, or a copy with what an earlier version did not state and its outcomes tell
 * @throws InputError that names the first few violations on one line
 */
export function validateResult(value: unknown, source: string): Promise<Result> {
  return validateAs(attackFormat, value, source);
}

/** Does as `validateResult` does, for memorization results. */
export function validateMemorization(value: unknown, source: string): Promise<MemorizationResult> {
  return validateAs(memorizationFormat, value, source);
}

/**
 * Checks a result of either kind by the schema that it names; its `kind` tells which it is.
 *
 * @throws InputError as `validateResult` does
 */
export async function validateAnyResult(
  value: unknown,
  source: string,
): Promise<Result | MemorizationResult> {
  const schema = schemaIdOf(value);
  if (sameFormat(schema, attackFormat.id)) return validateAs(attackFormat, value, source);
  if (sameFormat(schema, memorizationFormat.id)) return validateAs(memorizationFormat, value, source);
  throw new InputError(
    `${source} is no robust-bench result: its field "schema" is ${excerpt(schema)}, expected ${excerpt(attackFormat.id)} or ${excerpt(memorizationFormat.id)}`,
  );
}

async function validateAs<T>(format: Format<T>, value: unknown, source: string): Promise<T> {
  assertVersion(format, value, source);
  // The cost of looking for every violation grows with the square of their number.
  const validate = await compiled(format, !holdsMoreThan(mostForAll, value));
  if (!validate(value)) {
    throw new InputError(
      `${source} is not a valid ${format.title}: ${describeViolations(validate.errors ?? [])}`,
    );
  }
  const problems = format.inconsistencies(value);
  if (problems.length > 0) {
    throw new InputError(`${source} contradicts itself: ${describeProblems(problems)}`);
  }
  return format.upgrade(value);
}

function assertVersion(
  { id, title, command }: Pick<Format<unknown>, 'id' | 'title' | 'command'>,
  value: unknown,
  source: string,
): void {
  const schema = schemaIdOf(value);
  if (schema === id) return;
  if (sameFormat(schema, id)) {
    throw new InputError(
      `${source} has the format ${excerpt(schema)} and this version reads ${excerpt(id)}: use the version that wrote it, or run robust-bench ${command} again`,
    );
  }
  throw new InputError(
    `${source} is no robust-bench ${title}: its field "schema" is ${excerpt(schema)}, expected ${excerpt(id)}`,
  );
}

function schemaIdOf(value: unknown): unknown {
  return (value as { readonly schema?: unknown } | null)?.schema;
}

/** Whether two identifiers differ in the version alone. */
function sameFormat(schema: unknown, id: string): boolean {
  return typeof schema === 'string' && schema.startsWith(id.slice(0, id.lastIndexOf('/') + 1));
}

/** In a value with more than this many numbers, texts, lists and objects the first violation is named alone. */
const mostForAll = 20_000;

/** The compiled schema; ajv is loaded when first needed. */
function compiled<T>(format: Format<T>, allErrors: boolean): Promise<ValidateFunction<T>> {
  const known = format.compiled.get(allErrors);
  if (known !== undefined) return known;
  const compiling = import('ajv/dist/2020.js').then(({ Ajv2020 }) =>
    new Ajv2020({ allErrors, verbose: true, allowUnionTypes: true })
      .addSchema(definitionsSchema())
      .compile<T>(format.schema()),
  );
  format.compiled.set(allErrors, compiling);
  return compiling;
}
