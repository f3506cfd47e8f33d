/** Whether a value is a label file: first its version, then its schema, then what its fields say of each other. */
import { decodeBits } from '../core/bits.ts';
import { type DocumentFormat, problemOf, schemaFile, validateDocument } from '../core/document-format.ts';
import { assertLabels } from '../data/labels.ts';
import { labelFileSchemaId, type LabelFileJson } from './label-file-json.ts';
import { corruptionSettings } from './settings.ts';

/** What `robust-bench corrupt` writes. */
export const labelFileFormat: DocumentFormat<LabelFileJson> = {
  title: 'label file',
  mark: { field: 'schema', id: labelFileSchemaId },
  remedy: 'make it again with robust-bench corrupt',
  schema: schemaFile(new URL('./label-file.schema.json', import.meta.url)),
  check: inconsistencies,
};

/**
 * Checks a value against the schema of label files and for consistency.
 *
 * @param value parsed JSON, or an object just built
 * @param source names the value in messages, e.g. its path
 * @returns the same value
 * @throws InputError that names the first few things that are wrong
 */
export function validateLabelFile(value: unknown, source: string): Promise<LabelFileJson> {
  return validateDocument(labelFileFormat, value, source);
}

/** What cannot be true of labels that were drawn as the file says. */
function* inconsistencies({ data, corruption, counts, masked, labels }: LabelFileJson): Iterable<string> {
  const { size } = data;
  const { seed, mode, rate, exact, matrix } = corruption;
  const options = { seed, mode, rate: rate ?? undefined, exact, matrix: matrix ?? undefined };
  // The same checks that a corruption about to be made goes through.
  yield* problemOf(() => void corruptionSettings(options, data.classes));
  yield* problemOf(() => {
    assertLabels(labels, data.classes, '/labels');
  });
  if (labels.length !== size) {
    yield `it holds ${String(labels.length)} labels for ${String(size)} examples`;
  }
  const mask = decodeBits(masked, size);
  if (mask === null) {
    yield `its field "masked" is no base64 of ${String(size)} bits, the last byte filled with 0`;
    return;
  }
  const marked = mask.reduce((count, bit) => count + bit, 0);
  if (marked !== counts.masked) {
    yield `it counts ${String(counts.masked)} masked examples and marks ${String(marked)}`;
  }
  if (counts.changed > counts.masked) {
    yield `it counts ${String(counts.changed)} changed labels, more than the ${String(counts.masked)} masked ones`;
  }
  if (mode !== 'uniform' && counts.changed !== counts.masked) {
    yield `it counts ${String(counts.changed)} changed labels of ${String(counts.masked)} masked ones, where ${mode} changes each`;
  }
  const expected = Math.round((rate ?? 0) * size);
  if (exact && marked !== expected) {
    yield `it masks ${String(marked)} examples where exactly ${String(expected)} were asked for`;
  }
}
