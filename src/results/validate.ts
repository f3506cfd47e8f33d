/** Whether a value is a result: first its version, then its schema, then what its fields say of each other. */
import type { ValidateFunction } from 'ajv';
import { InputError } from '../core/errors.ts';
import { inconsistencies } from './consistency.ts';
import { describeProblems, describeViolations, excerpt } from './messages.ts';
import { resultSchemaId, type Result } from './result.ts';
import { resultSchema } from './schema.ts';

/**
 * Checks a value against the result schema and for consistency.
 *
 * @param value parsed JSON, or an object just built
 * @param source names the value in messages, e.g. its path
 * @returns the same value
 * @throws InputError that names the first few violations on one line
 */
export async function validateResult(value: unknown, source: string): Promise<Result> {
  assertVersion(value, source);
  const validate = await compiled();
  if (!validate(value)) {
    throw new InputError(`${source} is not a valid result: ${describeViolations(validate.errors ?? [])}`);
  }
  const problems = inconsistencies(value);
  if (problems.length > 0) {
    throw new InputError(`${source} contradicts itself: ${describeProblems(problems)}`);
  }
  return value;
}

function assertVersion(value: unknown, source: string): void {
  const schema = (value as { readonly schema?: unknown } | null)?.schema;
  if (schema === resultSchemaId) return;
  if (typeof schema === 'string' && schema.startsWith('robust-bench/result/')) {
    throw new InputError(
      `${source} has the format ${excerpt(schema)} and this version reads ${excerpt(resultSchemaId)}: use the version that wrote it, or run the attack again`,
    );
  }
  throw new InputError(
    `${source} is no robust-bench result: its field "schema" is ${excerpt(schema)}, expected ${excerpt(resultSchemaId)}`,
  );
}

let pending: Promise<ValidateFunction<Result>> | undefined;

/** The compiled schema; ajv is loaded when first needed. */
function compiled(): Promise<ValidateFunction<Result>> {
  pending ??= import('ajv/dist/2020.js').then(({ Ajv2020 }) =>
    new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile<Result>(resultSchema()),
  );
  return pending;
}
