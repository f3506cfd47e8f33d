/** Finds out whether a graph takes its images channels last, as most do, or channels first. */
import { numbersOf } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';
import { attributeOf, textOf } from './attributes.ts';
import type { DataFormat } from './scope.ts';
import type { OperatorNode } from './topology.ts';

/** What a node says of the order of its first input's axes, if anything. */
function formatOf(
  node: OperatorNode,
  weights: ReadonlyMap<string, Tensor>,
): DataFormat | 'nothing' | undefined {
  const named = textOf(attributeOf(node.attributes, 'data_format')?.['s'])?.toUpperCase();
  if (named === 'NHWC' || named === 'NCHW') return named;
  if (node.operator === 'Transpose') {
    const permutation = weights.get(node.inputs[1]?.node ?? '');
    const text = permutation === undefined ? '' : numbersOf(permutation).join();
    return text === '0,3,1,2' ? 'NHWC' : text === '0,2,3,1' ? 'NCHW' : 'nothing';
  }
  return ['Reshape', 'MatMul', '_FusedMatMul', 'Mean', 'Shape'].includes(node.operator)
    ? 'nothing'
    : undefined;
}

/**
 * The layout of an image input: what the first operator behind it says that depends on it, or how it is transposed.
 * Channels last where none says anything.
 */
export function imageFormat(
  nodes: Iterable<OperatorNode>,
  input: string,
  weights: ReadonlyMap<string, Tensor>,
): DataFormat {
  const reached = new Set([input]);
  // The nodes come in the order of computation, so one pass reaches what lies behind the input.
  for (const node of nodes) {
    if (!node.inputs.some((source) => reached.has(source.node))) continue;
    const format = formatOf(node, weights);
    if (format === 'NHWC' || format === 'NCHW') return format;
    if (format === undefined) reached.add(node.name);
  }
  return 'NHWC';
}
