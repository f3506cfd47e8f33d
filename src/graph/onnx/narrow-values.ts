/**
 * Values of narrow types (narrow-types.ts) hold their numbers in wider ones. Only operators to which the width does not
 * matter may read them: others would compute something else.
 */
import { InputError } from '../../core/errors.ts';
import { int } from '../attributes.ts';
import { narrowRange, narrowTypeOf } from '../narrow-types.ts';
import type { Node } from '../types.ts';

/** Operators that move the elements of their first input and leave them as they are. */
const movers: ReadonlySet<string> = new Set([
  'Expand',
  'Flatten',
  'Gather',
  'Identity',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/**
 * The nodes, quantisation to a narrow type with its code, by which its range is known.
 *
 * @param narrow constants of narrow types, with the codes of these
 * @throws InputError naming a node that reads a narrow value otherwise than it may
 */
export function withNarrowValues<N extends Node>(
  nodes: readonly N[],
  narrow: ReadonlyMap<string, number>,
): readonly N[] {
  if (narrow.size === 0) return nodes;
  const codes = new Map(narrow);
  follow(nodes, codes);
  return nodes.map((node) => {
    assertReads(node, codes);
    const code = codes.get(node.inputs[2] ?? '');
    if (node.operator !== 'QuantizeLinear' || code === undefined) return node;
    return { ...node, attributes: { ...node.attributes, output_dtype: int(code) } };
  });
}

/** Nodes may stand in any order, so that what is moved is looked for until nothing more is found. */
function follow(nodes: readonly Node[], codes: Map<string, number>): void {
  for (let found = -1; found !== codes.size;) {
    found = codes.size;
    for (const { operator, inputs, outputs } of nodes) {
      const code = movers.has(operator) ? codes.get(inputs[0] ?? '') : undefined;
      if (code !== undefined) codes.set(outputs[0] ?? '', code);
    }
  }
}

function assertReads(node: Node, codes: ReadonlyMap<string, number>): void {
  node.inputs.forEach((input, index) => {
    const code = codes.get(input);
    if (code !== undefined && !mayRead(node, index, code)) {
      const { name = '' } = narrowTypeOf(code) ?? {};
      throw new InputError(
        `node ${node.name} (${node.operator}) reads ${input}, which is of the type ${name} and may be dequantised, cast and moved only: export the model with int8 or float32`,
      );
    }
  });
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind === 'graph') {
      const inner = new Map(codes);
      follow(attribute.value.nodes, inner);
      for (const each of attribute.value.nodes) assertReads(each, inner);
    }
  }
}

function mayRead({ operator }: Node, index: number, code: number): boolean {
  if (operator === 'DequantizeLinear') return true;
  if (operator === 'QuantizeLinear') return index === 2 && narrowRange(code) !== undefined;
  return index === 0 && (operator === 'Cast' || movers.has(operator));
}
