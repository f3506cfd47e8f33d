/** The graph of a loss and its gradient by the image. */
import { unsupported } from '../autodiff/backward.ts';
import { appendGradients, gradientEnd } from '../autodiff/gradient.ts';
import { appendCrossEntropy } from '../autodiff/losses/cross-entropy.ts';
import { InputError } from '../core/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { simplify } from '../graph/simplify/simplify.ts';
import { BATCH } from '../graph/types.ts';
import type { Graph } from '../graph/types.ts';
import type { ApproximateGradient } from './options.ts';

/** Below it exp(z) is 0 beside any finite logit. */
const LEAST_LOGIT = -1e30;

export interface GradientNames {
  readonly labels: string;
  readonly losses: string;
  readonly gradients: string;
  readonly logits: string;
}

/**
 * The graph of cross-entropy and its gradient by the image.
 *
 * @param approximate stands in for the gradient where rounding stops it
 * @param logitsGraph one input, the image [N, …], and one output, logits [N, K]
 * @returns a graph of the inputs image and labels, int64 [N], and the outputs losses [N], gradients, and logits
 * @throws UnsupportedOperatorError when an operator between image and logits has no gradient
 */
export function lossGradientGraph(
  logitsGraph: Graph,
  approximate?: ApproximateGradient,
): { graph: Graph; names: GradientNames } {
  const builder = GraphBuilder.from(logitsGraph);
  const [image] = logitsGraph.inputs;
  const [logits] = logitsGraph.outputs;
  if (image === undefined || logits === undefined) {
    throw new InputError(`the graph ${logitsGraph.name} has no image input or no logits output`);
  }
  const labels = builder.input(builder.fresh('labels'), 'int64', [image.dims[0] ?? BATCH]);
  // A logit of −∞, a class that is never chosen, has the probability 0 with this one too, and no NaN in its loss.
  const finite = builder.apply('Clip', [logits.name, builder.scalar(LEAST_LOGIT)]);
  const losses = appendCrossEntropy(builder, finite, labels);
  const options = approximate === undefined ? {} : { approximate };
  const end = gradientEnd(builder, logits.name, image.name, options);
  if (end !== undefined)
    throw unsupported(end, 'the derivative is 0 behind it, and no other way leads to the logits');
  const [gradients = ''] = appendGradients(builder, losses, [image.name], options);
  for (const output of [losses, gradients, logits.name]) builder.output(output);
  return { graph: simplify(builder.build()), names: { labels, losses, gradients, logits: logits.name } };
}
