/** BatchNormalization. */
import { attribute, int } from '../../attributes.ts';
import { refuse, without } from './context.ts';
import type { Rewrite, Rewrites } from './context.ts';

/** BatchNormalization (opset 9): statistics by channel only; before, `spatial` 0 asked for one by element. */
const batchBySpace: Rewrite = (node) => {
  if ((attribute(node, 'spatial', 'int') ?? 1) !== 1) {
    refuse(
      node,
      'statistics for each element (spatial = 0) are not supported: export the model for opset 9 or later',
    );
  }
  return without(node, 'spatial');
};

/**
 * BatchNormalization (opset 14): training is an attribute, and gives the running statistics only; before, it was
 * meant where a node had further outputs: running mean and variance, then those of the batch.
 */
const batchTraining: Rewrite = (node, context) => {
  if (node.outputs.slice(1).every((output) => output === '')) {
    return { ...node, outputs: node.outputs.slice(0, 1) };
  }
  const saved = node.outputs.slice(3).find((output) => output !== '' && context.isRead(output));
  if (saved !== undefined) {
    refuse(
      node,
      `its output ${saved} (a statistic of the batch) has no counterpart: export the model in evaluation mode`,
    );
  }
  return {
    ...node,
    outputs: node.outputs.slice(0, 3),
    attributes: { ...node.attributes, training_mode: int(1) },
  };
};

export const normalizationUpgrades: Readonly<Record<number, Rewrites>> = {
  9: { BatchNormalization: batchBySpace },
  14: { BatchNormalization: batchTraining },
};
