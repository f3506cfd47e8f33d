/** Whether a value is a label file: first its version, then its schema, then what its fields say of each other. */
import { readFile } from 'node:fs/promises';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { InputError } from '../core/errors.ts';
import { assertLabels } from '../data/labels.ts';
import { labelFileSchemaId, type LabelFileJson } from './label-file-json.ts';
import { decodeBits } from '../core/bits.ts';
import { corruptionSettings } from './settings.ts';

/**
 * Checks a value against the schema of label files and for consistency.
 *
 * @param value parsed JSON, or an object just built
 * @param source names the value in messages, e.g. its path
 * @returns the same value
 * @throws InputError naming the first thing that is wrong
 */
export async function validateLabelFile(value: unknown, source: string): Promise<LabelFileJson> {
  assertVersion(value, source);
  const validate = await compiled();
  if (!validate(value)) {
    throw new InputError(`${source} is no valid label file: ${complaint(validate.errors?.[0])}`);
  }
  assertSettings(value, source);
  assertLabels(value.labels, value.data.classes, source);
  const problem = inconsistency(value);
  if (problem !== undefined) throw new InputError(`${source} contradicts itself: ${problem}`);
  return value;
}

function assertVersion(value: unknown, source: string): void {
  const schema = (value as { readonly schema?: unknown } | null)?.schema;
  if (schema === labelFileSchemaId) return;
  const found = JSON.stringify(schema) as string | undefined;
  if (typeof schema === 'string' && schema.startsWith('robust-bench/labels/')) {
    throw new InputError(
      `${source} has the format ${found ?? ''} and this version reads ${labelFileSchemaId}: use the version that wrote it, or make it again with robust-bench corrupt`,
    );
  }
  throw new InputError(
    `${source} is no label file: its field "schema" is ${(found ?? 'missing').slice(0, 60)}, expected "${labelFileSchemaId}"; robust-bench corrupt writes one`,
  );
}

/** The same checks that a corruption about to be made goes through. */
function assertSettings({ corruption, data }: LabelFileJson, source: string): void {
  const { seed, mode, rate, exact, matrix } = corruption;
  const options = { seed, mode, rate: rate ?? undefined, exact, matrix: matrix ?? undefined };
  try {
    corruptionSettings(options, data.classes);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${source}: ${error.message}`);
    throw error;
  }
}

/** What cannot be true of labels that were drawn as the file says. */
function inconsistency({ data, corruption, counts, masked, labels }: LabelFileJson): string | undefined {
  const { size } = data;
  if (labels.length !== size) {
    return `it holds ${String(labels.length)} labels for ${String(size)} examples`;
  }
  const mask = decodeBits(masked, size);
  if (mask === null)
    return `its field "masked" is no base64 of ${String(size)} bits, the last byte filled with 0`;
  const marked = mask.reduce((count, bit) => count + bit, 0);
  if (marked !== counts.masked) {
    return `it counts ${String(counts.masked)} masked examples and marks ${String(marked)}`;
  }
  if (counts.changed > counts.masked) {
    return `it counts ${String(counts.changed)} changed labels, more than the ${String(counts.masked)} masked ones`;
  }
  if (corruption.mode !== 'uniform' && counts.changed !== counts.masked) {
    return `it counts ${String(counts.changed)} changed labels of ${String(counts.masked)} masked ones, where ${corruption.mode} changes each`;
  }
  const expected = Math.round((corruption.rate ?? 0) * size);
  if (corruption.exact && marked !== expected) {
    return `it masks ${String(marked)} examples where exactly ${String(expected)} were asked for`;
  }
  return undefined;
}

let pending: Promise<ValidateFunction<LabelFileJson>> | undefined;

/** The compiled schema; ajv is loaded when first needed. */
function compiled(): Promise<ValidateFunction<LabelFileJson>> {
  pending ??= compile();
  return pending;
}

async function compile(): Promise<ValidateFunction<LabelFileJson>> {
  const [{ Ajv2020 }, schema] = await Promise.all([
    import('ajv/dist/2020.js'),
    readFile(new URL('./label-file.schema.json', import.meta.url), 'utf8'),
  ]);
  return new Ajv2020({ allowUnionTypes: true }).compile<LabelFileJson>(JSON.parse(schema) as object);
}

function complaint(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it breaks the schema';
  const where = error.instancePath === '' ? 'it' : error.instancePath.slice(1);
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const detail = parameters['additionalProperty'] ?? parameters['allowedValues'];
  return `${where} ${error.message ?? 'is wrong'}${detail === undefined ? '' : ` (${JSON.stringify(detail)})`}`;
}
