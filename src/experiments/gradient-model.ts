/** Makes gradients of model files, with an engine at hand as open-model.ts has. */
import { evaluateConstants } from '../engine/constants.ts';
import { createGradientModel as create } from '../models/gradient-file.ts';
import type { GradientModel, GradientModelOptions } from '../models/gradient-file.ts';

/**
 * Makes the graph of the gradient of a loss, or of a vector-Jacobian product, by inputs of a model file: an .onnx file
 * of any kind, a tfjs model.json, or the file that a model card names. `encodeModel` makes an .onnx file of it, of
 * standard operators. What it takes and gives is told at `createGradientGraph`.
 *
 * @throws InputError naming the file, and what in it is missing, damaged, not known or has no gradient
 */
export function createGradientModel(path: string, options: GradientModelOptions): Promise<GradientModel> {
  return create(path, options, { evaluate: evaluateConstants });
}
