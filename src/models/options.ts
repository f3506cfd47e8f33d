/** What a caller may say about a model file; it goes before what a model card says. */
import { InputError } from '../core/errors.ts';
import type { Bounds } from '../classifier/classifier.ts';
import type { ModelCard } from './card/model-card.ts';

export type Layout = 'channels-first' | 'channels-last';

/** (x − mean) / std in the units of the bounds, one number per channel or one for all. */
export interface ImageNormalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface ModelOptions {
  /** Names the model in results; made from the file's name where absent. */
  readonly name?: string;
  /** The least and greatest value of an input element: `--bounds 0,1`. */
  readonly bounds?: Bounds;
  /** Normalisation to put before the model: `--mean`, `--std`. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** The order of the axes of an ONNX file's image input: `--model-layout`. */
  readonly layout?: Layout;
  /** Channels first; needed where the file leaves sizes open: `--input-shape 3,224,224`. */
  readonly inputShape?: readonly number[];
  /** What the file's output holds: `--outputs`. */
  readonly outputs?: 'logits' | 'probabilities';
  /** The output of an ONNX file that holds the scores, where there are several: `--output`. */
  readonly output?: string;
  /**
   * `straight-through`: where rounding stops the gradient (quantised activations, inputs of whole numbers), the
   * gradient of what is rounded stands in for it. It is an approximation, and the result says so:
   * `--approximate-gradient`.
   */
  readonly approximateGradient?: ApproximateGradient;
}

export type ApproximateGradient = 'straight-through';

/** What is known of a model apart from its file. */
export interface ModelSettings {
  readonly bounds?: Bounds;
  readonly normalization?: ImageNormalization;
  readonly layout?: Layout;
  readonly inputShape?: readonly number[];
  readonly outputs?: 'logits' | 'probabilities';
}

/**
 * Joins what the caller says with what the card says.
 *
 * @throws InputError when an option is malformed
 */
export function settingsOf(options: ModelOptions, card: ModelCard | undefined): ModelSettings {
  const bounds = options.bounds ?? boundsOf(card);
  const normalization = normalizationOf(options) ?? card?.input.normalization;
  const layout = options.layout ?? card?.input.layout;
  const inputShape = options.inputShape ?? card?.input.shape;
  const outputs = options.outputs ?? card?.outputs;
  assertBounds(bounds);
  if (inputShape !== undefined && !inputShape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new InputError(
      `the input shape ${inputShape.join(',')} is no list of sizes: write --input-shape 3,32,32`,
    );
  }
  return {
    ...(bounds === undefined ? {} : { bounds }),
    ...(normalization === undefined ? {} : { normalization }),
    ...(layout === undefined ? {} : { layout }),
    ...(inputShape === undefined ? {} : { inputShape }),
    ...(outputs === undefined ? {} : { outputs }),
  };
}

/**
 * The bounds of a model that is to be attacked.
 *
 * @throws InputError that asks for them when nothing says them
 */
export function requireBounds(name: string, bounds: Bounds | undefined): Bounds {
  if (bounds === undefined) {
    throw new InputError(
      `${name}: nothing says which values its inputs take; write --bounds 0,1 or --bounds 0,255, whichever it was trained on`,
    );
  }
  return bounds;
}

function boundsOf(card: ModelCard | undefined): Bounds | undefined {
  const [lower, upper] = card?.input.bounds ?? [];
  return lower === undefined || upper === undefined ? undefined : { lower, upper };
}

function normalizationOf({ mean, std }: ModelOptions): ImageNormalization | undefined {
  if (mean === undefined && std === undefined) return undefined;
  if (mean === undefined || std === undefined) {
    throw new InputError(
      'a normalisation needs both --mean and --std, in the units of the bounds: --mean 0.5 --std 0.5',
    );
  }
  if (!mean.every(Number.isFinite) || !std.every((value) => Number.isFinite(value) && value > 0)) {
    throw new InputError(
      `--mean ${mean.join(',')} --std ${std.join(',')}: expected numbers, and std above 0`,
    );
  }
  return { mean, std };
}

function assertBounds(bounds: Bounds | undefined): void {
  if (bounds === undefined) return;
  const { lower, upper } = bounds;
  if (!Number.isFinite(lower) || !Number.isFinite(upper) || lower >= upper) {
    throw new InputError(
      `the bounds ${String(lower)},${String(upper)} are not an interval: write --bounds 0,1 or --bounds 0,255`,
    );
  }
}
