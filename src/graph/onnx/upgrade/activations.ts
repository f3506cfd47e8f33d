/** Softmax and its relatives, Clip and Dropout. */
import { attribute, int } from '../../attributes.ts';
import { float32 } from '../../tensor.ts';
import type { ValueType } from '../../types.ts';
import { Expansion, refuse, scalarLike, withInputs, without } from './context.ts';
import type { Rewrite, Rewrites } from './context.ts';

/**
 * Softmax, LogSoftmax and Hardmax (opset 13). Before, `axis` (default 1) split the shape in two and everything from
 * it on was one row; since, it is the one axis of the sum (default −1). Where the axes after it are 1 both are the
 * same; otherwise the row is made by Flatten, and the shape restored.
 */
const rowwise: Rewrite = (node, context) => {
  const x = node.inputs[0] ?? '';
  const axis = attribute(node, 'axis', 'int') ?? 1;
  const type = context.type(x) ?? context.type(node.outputs[0] ?? '');
  if (axis === -1 || (type !== undefined && isOneAxis(type, axis))) {
    return { ...node, attributes: { ...node.attributes, axis: int(axis) } };
  }
  const expansion = new Expansion(node, context);
  const rows = expansion.add('Flatten', [x], { axis: int(axis) });
  const normalized = expansion.add(node.operator, [rows], { axis: int(-1) });
  return expansion.finish('Reshape', [normalized, expansion.add('Shape', [x])]);
};

function isOneAxis(type: ValueType, axis: number): boolean {
  const first = axis < 0 ? axis + type.dims.length : axis;
  return first >= 0 && first < type.dims.length && type.dims.slice(first + 1).every((dim) => dim === 1);
}

/** The defaults of Clip before opset 11: the ends of float32, which bound nothing. */
const LARGEST = 3.4028234663852886e38;

/** Clip (opset 11): the bounds are inputs, and absent where there is none. */
const clip: Rewrite = (node, context) => {
  const x = node.inputs[0] ?? '';
  const bound = (name: string, none: (value: number) => boolean): string => {
    const value = attribute(node, name, 'float');
    if (value === undefined || none(value)) return '';
    return scalarLike(context, x, `${node.name}_${name}`, value);
  };
  const least = bound('min', (value) => value <= -LARGEST);
  const greatest = bound('max', (value) => value >= LARGEST);
  return without(withInputs(node, [x, least, greatest]), 'min', 'max');
};

/** Dropout (opset 10): the mask became boolean. Before, inference left it without values. */
const dropoutMask: Rewrite = (node, context) => {
  const mask = node.outputs[1] ?? '';
  if (mask === '') return node;
  if (context.isRead(mask))
    refuse(node, `its mask ${mask} is read, which opset ${String(context.opset)} leaves open`);
  return { ...node, outputs: node.outputs.slice(0, 1) };
};

/** Dropout (opset 12): the ratio is an input. Without the input training_mode it passes its input on, as before. */
const dropoutRatio: Rewrite = (node, context) => {
  const ratio = attribute(node, 'ratio', 'float');
  const x = node.inputs[0] ?? '';
  const inputs =
    ratio === undefined ? [x] : [x, context.addConstant(`${node.name}_ratio`, float32([], [ratio]))];
  return without({ ...node, inputs }, 'ratio');
};

export const activationUpgrades: Readonly<Record<number, Rewrites>> = {
  10: { Dropout: dropoutMask },
  11: { Clip: clip },
  12: { Dropout: dropoutRatio },
  13: { Softmax: rowwise, LogSoftmax: rowwise, Hardmax: rowwise },
};
