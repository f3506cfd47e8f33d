/** BatchNormalization and GroupNormalization. */
import { attribute, int } from '../../attributes.ts';
import { int64s } from '../../tensor.ts';
import type { Node } from '../../types.ts';
import { Expansion, refuse, scalarLike, without } from './context.ts';
import type { Rewrite, Rewrites, UpgradeContext } from './context.ts';

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

/**
 * GroupNormalization, written out: x as [N, groups, the rest], minus its mean, over √(variance + epsilon); then the
 * scale and bias by row of [N, rows, the rest], which a shape of `rows` makes.
 */
function writtenOut(node: Node, context: UpgradeContext, groups: number, rows: number): Node[] {
  const [x = '', scale = '', bias = ''] = node.inputs;
  const shape = (hint: string, dims: readonly number[]): string =>
    context.addConstant(`${node.name}_${hint}`, int64s(dims));
  const epsilon = scalarLike(context, x, `${node.name}_epsilon`, attribute(node, 'epsilon', 'float') ?? 1e-5);
  const expansion = new Expansion(node, context);
  const last = shape('axes', [2]);
  const mean = (value: string): string => expansion.add('ReduceMean', [value, last], { keepdims: int(1) });
  const grouped = expansion.add('Reshape', [x, shape('groups', [0, groups, -1])]);
  const centred = expansion.add('Sub', [grouped, mean(grouped)]);
  const variance = mean(expansion.add('Mul', [centred, centred]));
  const deviation = expansion.add('Sqrt', [expansion.add('Add', [variance, epsilon])]);
  const normalized = expansion.add('Div', [centred, deviation]);
  const inRows =
    rows === groups ? normalized : expansion.add('Reshape', [normalized, shape('rows', [0, rows, -1])]);
  const column = shape('column', [rows, 1]);
  const scaled = expansion.add('Mul', [inRows, expansion.add('Reshape', [scale, column])]);
  const shifted = expansion.add('Add', [scaled, expansion.add('Reshape', [bias, column])]);
  return expansion.finish('Reshape', [shifted, expansion.add('Shape', [x])]);
}

function groupsOf(node: Node): number {
  return attribute(node, 'num_groups', 'int') ?? refuse(node, 'the attribute num_groups is missing');
}

/** GroupNormalization (new meaning in opset 21): a scale and bias by channel. */
const groupByChannel: Rewrite = (node, context) => {
  const channels = context.type(node.inputs[1] ?? '')?.dims[0] ?? context.type(node.inputs[0] ?? '')?.dims[1];
  if (typeof channels !== 'number') {
    return refuse(node, 'the length of its scale is not known, and it is needed to write it for opset 18');
  }
  return writtenOut(node, context, groupsOf(node), channels);
};

/** GroupNormalization (opsets 18 to 20, since declared a mistake): a scale and bias by group. */
const groupByGroup: Rewrite = (node, context) => writtenOut(node, context, groupsOf(node), groupsOf(node));

export const normalizationUpgrades: Readonly<Record<number, Rewrites>> = {
  9: { BatchNormalization: batchBySpace },
  14: { BatchNormalization: batchTraining },
};

export const normalizationDowngrades: Readonly<Record<number, Rewrites>> = {
  21: { GroupNormalization: groupByChannel },
};

/** Of OPSET, and avoided all the same. */
export const normalizationRestatements: Rewrites = { GroupNormalization: groupByGroup };
