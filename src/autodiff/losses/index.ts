/** The losses by name, each with what it is fed beside the logits. To add one: a file beside this one and a row. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { appendCrossEntropy } from './cross-entropy.ts';
import { appendDlr, appendTargetedDlr } from './dlr.ts';
import { appendMargin } from './margin.ts';
import { appendProbabilityMargin } from './probability-margin.ts';
import { appendWeightedLogits } from './weighted-logits.ts';

/** What a loss compares the logits with: int64 [N] each, but for the weights, which are [N, K] like the logits. */
export type LossFeed = 'labels' | 'targets' | 'weights';

export interface Loss {
  readonly feeds: readonly LossFeed[];
  /**
   * Appends the loss of each example.
   *
   * @param feeds names of what it is fed, in the order of `feeds`
   * @returns the losses' name, [N]
   */
  append(builder: GraphBuilder, logits: string, ...feeds: string[]): string;
}

export const losses = {
  'cross-entropy': { feeds: ['labels'], append: appendCrossEntropy },
  margin: { feeds: ['labels'], append: appendMargin },
  'probability-margin': { feeds: ['labels'], append: appendProbabilityMargin },
  dlr: { feeds: ['labels'], append: appendDlr },
  'targeted-dlr': { feeds: ['labels', 'targets'], append: appendTargetedDlr },
  'weighted-logits': { feeds: ['weights'], append: appendWeightedLogits },
} as const satisfies Record<string, Loss>;
