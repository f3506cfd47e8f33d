/** `robust-bench validate`: what a file is, by the schema that it names, and that it is valid. */
import { readInputFile } from '../../core/files.ts';
import { parseJson } from '../../core/json.ts';
import { readAnyResult, readLabelFile } from '../../index.ts';

/**
 * Checks a result of an attack, a memorization result or a label file.
 *
 * @returns a line that says what the file holds
 * @throws InputError when it is none of them, or not valid
 */
export async function validateFile(path: string): Promise<string> {
  const schema = await schemaOf(path);
  const content = schema.startsWith('robust-bench/labels/') ? await labels(path) : await result(path);
  return `${path}: a valid ${schema} with ${content}`;
}

async function labels(path: string): Promise<string> {
  const { data, maskedCount, changedCount } = await readLabelFile(path);
  return `${String(data.size)} labels, ${String(maskedCount)} of them corrupted, ${String(changedCount)} really changed`;
}

async function result(path: string): Promise<string> {
  const read = await readAnyResult(path);
  if (read.kind === 'attack') {
    return `${String(read.evaluations.length)} evaluations of ${String(read.examples.count)} examples`;
  }
  const { runs, examples } = read;
  return `${String(runs.length)} ${runs.length === 1 ? 'run' : 'runs'} on ${String(examples.train.count)} training and ${String(examples.test.count)} test examples`;
}

/** The schema that a file names; empty where it names none or is no JSON, of which the readers say what is wrong. */
async function schemaOf(path: string): Promise<string> {
  const bytes = await readInputFile(path, 'result');
  try {
    const { schema } = parseJson(path, bytes) as { readonly schema?: unknown };
    return typeof schema === 'string' ? schema : '';
  } catch {
    return '';
  }
}
