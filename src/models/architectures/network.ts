/** The networks that the trainer can make, by name, and their graphs for evaluation. */
import { InputError } from '../../core/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { BATCH, type Graph } from '../../graph/types.ts';
import { Layers, type Weights } from './layers.ts';
import { preactResnet } from './preact-resnet.ts';

/** Everything that determines a network but its weights. */
export interface NetworkSettings {
  readonly architecture: string;
  readonly width: number;
  /** [channels, height, width]. */
  readonly inputShape: readonly [number, number, number];
  readonly classCount: number;
  /** Per channel, in the units of the input; applied inside the graph. */
  readonly normalization?: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
}

type Architecture = (layers: Layers, x: string, settings: NetworkSettings) => string;

const preact =
  (blocks: readonly number[]): Architecture =>
  (layers, x, { width, classCount }) =>
    preactResnet(layers, x, { width, blocks, classCount });

const architectures: Readonly<Record<string, Architecture>> = {
  'preact-resnet18': preact([2, 2, 2, 2]),
  'preact-resnet34': preact([3, 4, 6, 3]),
};

/** The names that `architecture` may have. */
export const architectureNames: readonly string[] = Object.keys(architectures);

/** The names of a network's graph input and output. */
export const INPUT_NAME = 'images';
export const OUTPUT_NAME = 'logits';

/**
 * Adds a network, normalization first.
 *
 * @param images [N, ...inputShape] in the units of the data
 * @returns logits [N, classCount]
 * @throws InputError for an unknown architecture or a normalization of another channel count
 */
export function addNetwork(layers: Layers, images: string, settings: NetworkSettings): string {
  const { architecture: name } = settings;
  const architecture = Object.hasOwn(architectures, name) ? architectures[name] : undefined;
  if (architecture === undefined) {
    throw new InputError(
      `there is no architecture ${settings.architecture}; choose one of ${architectureNames.join(', ')}`,
    );
  }
  const { normalization, inputShape } = settings;
  if (normalization === undefined) return architecture(layers, images, settings);
  const { mean, deviation } = normalization;
  if (mean.length !== inputShape[0] || deviation.length !== inputShape[0]) {
    throw new InputError(
      `the normalization has ${String(mean.length)} means and ${String(deviation.length)} deviations for ${String(inputShape[0])} channels; give one of each per channel`,
    );
  }
  return architecture(layers, layers.normalize(images, mean, deviation), settings);
}

/**
 * The graph that computes logits with running statistics.
 *
 * @param weights by name; graph inputs take their place where absent
 */
export function evaluationGraph(settings: NetworkSettings, weights?: Weights): Graph {
  const builder = new GraphBuilder(settings.architecture);
  const images = builder.input(INPUT_NAME, 'float32', [BATCH, ...settings.inputShape]);
  const logits = addNetwork(Layers.forEvaluation(builder, weights), images, settings);
  builder.output(builder.identity(logits, OUTPUT_NAME));
  return builder.build();
}
