/** The classifier of an opened model, whatever it runs by. */
import type { Engine } from '../engine/engine.ts';
import type { ModelClassifier } from './checked-classifier.ts';
import { createFileClassifier } from './file-classifier.ts';
import { createGraphClassifier, type GraphClassifierOptions } from './graph-classifier.ts';
import type { ModelDescription } from './open.ts';

/**
 * Makes a classifier of an opened model: white box where the toolkit understands its file, else a black box that the
 * runtime runs as it is.
 *
 * @param engine stays the caller's to dispose of
 * @throws InputError when nothing says the model's bounds, or the engine cannot run it, or not reliably
 */
export async function createModelClassifier(
  description: ModelDescription,
  engine: Engine,
  options: GraphClassifierOptions = {},
): Promise<ModelClassifier> {
  const { program, ...source } = description;
  return program.kind === 'graph'
    ? createGraphClassifier({ ...source, ...program }, engine, options)
    : createFileClassifier(source, program, engine);
}
