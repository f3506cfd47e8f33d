/** Whether a value is a result: first its version, then its schema, then what its fields say of each other. */
import { isOfFormat, validateDocument } from '../core/document-format.ts';
import { InputError } from '../core/errors.ts';
import { excerpt } from '../core/violations.ts';
import { memorizationFormat, resultFormat } from './formats.ts';
import { memorizationSchemaId, type MemorizationResult } from './memorization.ts';
import { resultSchemaId, type Result } from './result.ts';

/**
 * Checks a value against the schema of attack results and for consistency.
 *
 * @param value parsed JSON, or an object just built
 * @param source names the value in messages, e.g. its path
 * @returns the same value, or what an earlier version was brought up to
 * @throws InputError that names the first few violations on one line
 */
export function validateResult(value: unknown, source: string): Promise<Result> {
  return validateDocument(resultFormat, value, source);
}

/** Does as `validateResult` does, for memorization results. */
export function validateMemorization(value: unknown, source: string): Promise<MemorizationResult> {
  return validateDocument(memorizationFormat, value, source);
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
  if (isOfFormat(resultFormat, value)) return validateResult(value, source);
  if (isOfFormat(memorizationFormat, value)) return validateMemorization(value, source);
  const schema = (value as { readonly schema?: unknown } | null)?.schema;
  throw new InputError(
    `${source} is no robust-bench result: its field "schema" is ${excerpt(schema)}, expected ${excerpt(resultSchemaId)} or ${excerpt(memorizationSchemaId)}`,
  );
}
