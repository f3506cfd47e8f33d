/** The graph of a loss and its gradient by the image. */
import { unsupported } from '../autodiff/backward.ts';
import { appendGradients, gradientEnd } from '../autodiff/gradient.ts';
import { losses as lossGraphs, type Loss, type LossFeed } from '../autodiff/losses/index.ts';
import type { LossName } from '../classifier/objective.ts';
import { InputError } from '../core/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { simplify } from '../graph/simplify/simplify.ts';
import { BATCH } from '../graph/types.ts';
import type { Graph } from '../graph/types.ts';
import type { ApproximateGradient } from './options.ts';

/** Below it exp(z) is 0 beside any finite logit. */
const LEAST_LOGIT = -1e30;

export interface GradientNames {
  /** Inputs beside the image, by what they hold. */
  readonly feeds: readonly (readonly [LossFeed, string])[];
  readonly losses: string;
  readonly gradients: string;
  readonly logits: string;
}

/**
 * The graph of a loss and its gradient by the image.
 *
 * @param approximate stands in for the gradient where rounding stops it
 * @param logitsGraph one input, the image [N, …], and one output, logits [N, K]
 * @returns a graph of the inputs image and what the loss is fed, and the outputs losses [N], gradients, and logits
 * @throws UnsupportedOperatorError when an operator between image and logits has no gradient
 */
export function lossGradientGraph(
  logitsGraph: Graph,
  loss: LossName = 'cross-entropy',
  approximate?: ApproximateGradient,
): { graph: Graph; names: GradientNames } {
  const builder = GraphBuilder.from(logitsGraph);
  const [image] = logitsGraph.inputs;
  const [logits] = logitsGraph.outputs;
  if (image === undefined || logits === undefined) {
    throw new InputError(`the graph ${logitsGraph.name} has no image input or no logits output`);
  }
  const rows = image.dims[0] ?? BATCH;
  const { feeds, append }: Loss = lossGraphs[loss];
  const named = feeds.map((feed): readonly [LossFeed, string] => {
    const name = builder.fresh(feed);
    return feed === 'weights'
      ? [feed, builder.input(name, 'float32', [rows, logits.dims[1] ?? 1])]
      : [feed, builder.input(name, 'int64', [rows])];
  });
  // A logit of −∞, a class that is never chosen, has the probability 0 with this one too, and no NaN in its loss.
  const finite = builder.apply('Clip', [logits.name, builder.scalar(LEAST_LOGIT)]);
  const losses = append(builder, finite, ...named.map(([, name]) => name));
  const options = approximate === undefined ? {} : { approximate };
  const end = gradientEnd(builder, logits.name, image.name, options);
  if (end !== undefined)
    throw unsupported(end, 'the derivative is 0 behind it, and no other way leads to the logits');
  const [gradients = ''] = appendGradients(builder, losses, [image.name], options);
  for (const output of [losses, gradients, logits.name]) builder.output(output);
  return {
    graph: simplify(builder.build()),
    names: { feeds: named, losses, gradients, logits: logits.name },
  };
}
