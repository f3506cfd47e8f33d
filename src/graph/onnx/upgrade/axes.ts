/** Operators whose axes, sizes or bounds were attributes once and are inputs since: the values become constants. */
import { attribute, int } from '../../attributes.ts';
import type { Node } from '../../types.ts';
import { REDUCTIONS } from '../../operators/reductions.ts';
import { boundedInt64s } from '../int64.ts';
import { refuse, scalarLike, withInputs, without } from './context.ts';
import type { Rewrite, Rewrites, UpgradeContext } from './context.ts';

/** The constant that takes an attribute's place, or '' where the node does not have it. */
function constantOfInts(node: Node, context: UpgradeContext, name: string): string {
  const values = attribute(node, name, 'ints');
  return values === undefined ? '' : context.addConstant(`${node.name}_${name}`, boundedInt64s(values));
}

function required(node: Node, name: string): void {
  if (node.attributes[name] === undefined) refuse(node, `the attribute ${name} is missing`);
}

/** Squeeze and Split (opset 13): one list of integers, which may be absent. */
const attributeToInput =
  (name: string): Rewrite =>
  (node, context) =>
    without(withInputs(node, [...node.inputs.slice(0, 1), constantOfInts(node, context, name)]), name);

/** Unsqueeze (opset 13). */
const unsqueeze: Rewrite = (node, context) => {
  required(node, 'axes');
  return attributeToInput('axes')(node, context);
};

/** Reductions (opset 18, the sum 13). No axes, or an empty list of them, was all axes, and an absent input is that. */
const reduction: Rewrite = (node, context) =>
  (attribute(node, 'axes', 'ints') ?? []).length === 0
    ? without(node, 'axes')
    : attributeToInput('axes')(node, context);

/** Slice (opset 10). */
const slice: Rewrite = (node, context) => {
  required(node, 'starts');
  required(node, 'ends');
  const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) => constantOfInts(node, context, name));
  const inputs = [...node.inputs.slice(0, 1), starts ?? '', ends ?? '', axes ?? ''];
  return without(withInputs(node, inputs), 'starts', 'ends', 'axes');
};

/** Pad (opset 11). The value that fills is 0 where absent, before and after. */
const pad: Rewrite = (node, context) => {
  required(node, 'pads');
  const data = node.inputs[0] ?? '';
  const value = attribute(node, 'value', 'float') ?? 0;
  const inputs = [
    data,
    constantOfInts(node, context, 'pads'),
    value === 0 ? '' : scalarLike(context, data, `${node.name}_value`, value),
  ];
  return without(withInputs(node, inputs), 'pads', 'value');
};

/** Split (opset 18): without sizes the number of outputs must be said. */
const splitCount: Rewrite = (node) =>
  (node.inputs[1] ?? '') !== ''
    ? node
    : { ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } };

/** TopK (opset 10). */
const topK: Rewrite = (node, context) => {
  const k = attribute(node, 'k', 'int');
  if (k === undefined) return refuse(node, 'the attribute k is missing');
  return without(
    withInputs(node, [...node.inputs.slice(0, 1), context.addConstant(`${node.name}_k`, boundedInt64s([k]))]),
    'k',
  );
};

export const axesUpgrades: Readonly<Record<number, Rewrites>> = {
  10: { Slice: slice, TopK: topK },
  11: { Pad: pad },
  13: {
    ReduceSum: reduction,
    Split: attributeToInput('split'),
    Squeeze: attributeToInput('axes'),
    Unsqueeze: unsqueeze,
  },
  18: {
    Split: splitCount,
    ...Object.fromEntries(
      REDUCTIONS.filter((operator) => operator !== 'ReduceSum').map((operator) => [operator, reduction]),
    ),
  },
};
