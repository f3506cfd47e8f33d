/** `robust-bench validate`: what a file is, by what it says of itself, and that it is valid. */
import { stat } from 'node:fs/promises';
import { readInputFile } from '../../core/files.ts';
import { isObject, type JsonObject, parseJson } from '../../core/json.ts';
import {
  derive,
  openPredictions,
  readAnyResult,
  readLabelFile,
  readModelCard,
  readRecipe,
} from '../../index.ts';

/**
 * Checks a result of an attack, a memorization result, a label file, a model card, a recipe, or a folder of
 * predictions.
 *
 * @returns a line that says what it holds
 * @throws InputError when it is none of them, or not valid
 */
export async function validateFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return `${path}: valid ${await predictions(path)}`;
  const value = parseJson(path, await readInputFile(path, 'file'));
  const stated = isObject(value) ? value : {};
  const { format, holds } = await contentOf(path, stated);
  return `${path}: a valid ${format} with ${holds}`;
}

interface Content {
  readonly format: string;
  readonly holds: string;
}

async function contentOf(path: string, stated: JsonObject): Promise<Content> {
  const { schema, kind } = stated;
  if (typeof schema === 'string' && schema.startsWith('robust-bench/labels/')) {
    return { format: schema, holds: await labels(path) };
  }
  if (schema === undefined && typeof kind === 'string' && kind.startsWith('robust-bench-model-card')) {
    return { format: 'model card', holds: await card(path) };
  }
  if (schema === undefined && ('settings' in stated || 'extends' in stated) && path.endsWith('.json')) {
    return { format: 'recipe', holds: await recipe(path) };
  }
  // It says what is wrong where it is none either.
  const holds = await result(path);
  return { format: typeof schema === 'string' ? schema : 'result', holds };
}

async function labels(path: string): Promise<string> {
  const { data, maskedCount, changedCount } = await readLabelFile(path);
  return `${String(data.size)} labels, ${String(maskedCount)} of them corrupted, ${String(changedCount)} really changed`;
}

async function card(path: string): Promise<string> {
  const { name, weights, classCount } = await readModelCard(path);
  return `the model ${name} of ${String(classCount)} classes in ${weights.file}`;
}

async function recipe(path: string): Promise<string> {
  const { title, settings } = await readRecipe(path);
  return `${String(settings.epochs)} epochs: ${title}`;
}

async function predictions(folder: string): Promise<string> {
  const opened = await openPredictions(folder);
  const { epochs } = opened;
  let line = '';
  for (const epoch of epochs) {
    const { trainCount, testCount, classCount } = await opened.read(epoch);
    line = `${String(trainCount)} training and ${String(testCount)} test examples of ${String(classCount)} classes`;
  }
  return `predictions of ${String(epochs.length)} ${epochs.length === 1 ? 'epoch' : 'epochs'} for ${line}`;
}

async function result(path: string): Promise<string> {
  const read = await readAnyResult(path);
  if (read.kind === 'attack') {
    const { evaluations, part, examples } = derive(read);
    const lacking = part === null ? '' : `, a part that lacks ${part.lacking}`;
    return `${String(evaluations.length)} evaluations of ${String(examples.count)} examples${lacking}`;
  }
  const { runs, examples } = read;
  return `${String(runs.length)} ${runs.length === 1 ? 'run' : 'runs'} on ${String(examples.train.count)} training and ${String(examples.test.count)} test examples`;
}
