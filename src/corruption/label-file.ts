/**
 * Label files: the labels that a data set was given, so that anyone can train elsewhere on the very same ones. Nothing
 * is read or written that does not pass validation. In Python:
 *
 *     import base64, json, numpy as np
 *     file = json.load(open('labels.json'))
 *     labels = np.array(file['labels'])
 *     bits = np.frombuffer(base64.b64decode(file['masked']), np.uint8)
 *     masked = np.unpackbits(bits, bitorder='little', count=len(labels)).astype(bool)
 */
import { readInputFile, writeFileAtomically } from '../core/files.ts';
import { packageVersion } from '../core/package.ts';
import type { Dataset } from '../data/dataset.ts';
import { parseJson } from '../core/json.ts';
import { type Corruption, type CorruptionControl, corruptLabels } from './corrupt-labels.ts';
import { labelFileSchemaId, type LabelFileJson } from './label-file-json.ts';
import { validateLabelFile } from './label-file-validation.ts';
import { decodeBits, encodeBits } from '../core/bits.ts';
import type { CorruptionOptions } from './settings.ts';

/** A corruption together with the data set that it is for. */
export interface LabelFile extends Corruption {
  readonly tool: LabelFileJson['tool'];
  /** The data set before the labels are given; `sha256` is its `hash()`. */
  readonly data: LabelFileJson['data'];
}

/**
 * Corrupts the labels of every example of a data set; positions are those of the data set.
 *
 * @throws InputError on options that contradict themselves or the data, and the signal's reason when it is aborted
 */
export async function corruptDataset(
  dataset: Dataset,
  options: CorruptionOptions,
  control: CorruptionControl = {},
): Promise<LabelFile> {
  const corruption = await corruptLabels(dataset.labels, dataset.classCount, options, control);
  return {
    tool: { name: 'robust-bench', version: packageVersion },
    data: {
      specification: dataset.name,
      split: dataset.split,
      sha256: await dataset.hash(),
      classes: dataset.classCount,
      size: dataset.size,
    },
    ...corruption,
  };
}

/**
 * Reads a label file.
 *
 * @throws InputError when it is missing, truncated, not JSON, no label file, of another version, or contradicts itself
 */
export async function readLabelFile(path: string): Promise<LabelFile> {
  return parseLabelFile(parseJson(path, await readInputFile(path, 'label file')), path);
}

/**
 * Makes a label file of parsed JSON.
 *
 * @param source names it in messages, e.g. its path
 * @throws InputError when it is no label file, of another version, or contradicts itself
 */
export async function parseLabelFile(json: unknown, source: string): Promise<LabelFile> {
  const { tool, data, corruption, counts, masked, labels } = await validateLabelFile(json, source);
  return {
    tool,
    data,
    settings: corruption,
    labels: Int32Array.from(labels),
    // Validation has seen that it is a mask of that many examples.
    masked: decodeBits(masked, data.size) ?? new Uint8Array(data.size),
    maskedCount: counts.masked,
    changedCount: counts.changed,
  };
}

/**
 * Writes a label file, wholly or not at all: one line for each field, the same bytes for the same labels.
 *
 * @throws InputError when it is not valid or cannot be written
 */
export async function writeLabelFile(path: string, file: LabelFile): Promise<void> {
  const json = await validateLabelFile(jsonOf(file), 'the label file to be written');
  const lines = Object.entries(json).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  await writeFileAtomically(path, `{\n${lines.join(',\n')}\n}\n`);
}

/** The fields in the order in which they are written. */
function jsonOf({
  tool,
  data,
  settings,
  labels,
  masked,
  maskedCount,
  changedCount,
}: LabelFile): LabelFileJson {
  const { seed, mode, rate, exact, matrix } = settings;
  const { specification, split, sha256, classes, size } = data;
  return {
    schema: labelFileSchemaId,
    tool: { name: tool.name, version: tool.version },
    data: { specification, split, sha256, classes, size },
    // The types of the schema know no read-only lists.
    corruption: { seed, mode, rate, exact, matrix: matrix === null ? null : matrix.map((row) => [...row]) },
    counts: { masked: maskedCount, changed: changedCount },
    masked: encodeBits(masked),
    labels: Array.from(labels),
  };
}
