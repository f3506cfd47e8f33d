/** Opens models with an engine at hand, for the constants that the graph language itself has no rule for. */
import { evaluateConstants } from '../engine/constants.ts';
import type { Engine } from '../engine/engine.ts';
import { describeModel as describe, type ModelSummary } from '../models/describe.ts';
import { openModel as open, type ModelDescription } from '../models/open.ts';
import type { ModelOptions } from '../models/options.ts';

/**
 * Opens an .onnx file, a tfjs model.json, or a model card, told apart by content. A card beside the file with the same
 * base name, ending in .card.json, is found by itself. Options go before what the card says.
 *
 * @throws InputError when a file is missing, damaged or of an unknown format, or when what is needed to run the model
 * contradicts itself or can't be known
 */
export function openModel(path: string, options: ModelOptions = {}): Promise<ModelDescription> {
  return open(path, options, { evaluate: evaluateConstants });
}

/**
 * Reads a model file, says what it holds, and runs it once, with its gradient, to say what it is good for.
 *
 * @param engine runs it
 * @throws InputError when it cannot be read at all
 */
export function describeModel(path: string, options: ModelOptions, engine: Engine): Promise<ModelSummary> {
  return describe(path, options, { evaluate: evaluateConstants, engine });
}
