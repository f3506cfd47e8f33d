/** Reads fixtures/gradients: operators with inputs, outputs and gradients as PyTorch computed them. */
import { readFileSync } from 'node:fs';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { expandNode, isWrittenOut } from '../../src/graph/operators/expand.ts';
import { float32, tensor } from '../../src/graph/tensor.ts';
import type { Attribute, Dimension, Node, Tensor } from '../../src/graph/types.ts';
import type { BATCH } from '../../src/graph/types.ts';

export interface CaseInput {
  readonly type: 'float32' | 'int64' | 'int32' | 'int16' | 'uint16' | 'bool' | 'int8' | 'uint8';
  readonly dims: readonly number[];
  readonly constant: boolean;
  readonly values: readonly number[];
}

export interface GradientCase {
  readonly name: string;
  readonly operator: string;
  readonly attributes: Readonly<Record<string, readonly [Attribute['kind'], Attribute['value']]>>;
  /** Whether the first axis of the first input may be of unknown size. */
  readonly batch: boolean;
  readonly inputs: readonly (CaseInput | null)[];
  readonly output: { readonly dims: readonly number[]; readonly values: readonly number[] };
  readonly gradients: readonly (readonly number[] | null)[];
}

export const families = [
  'activation',
  'convolution',
  'elementwise',
  'expanded',
  'linear',
  'movement',
  'normalization',
  'pooling',
  'recurrent',
  'reduction',
  'sampling',
  'selection',
] as const;

export function readCases(family: (typeof families)[number] | 'straight-through'): GradientCase[] {
  const file = new URL(`../../fixtures/gradients/${family}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as GradientCase[];
}

/** The weight of each output element in the sum that is differentiated, as the fixtures have it. */
export function weightsFor(size: number): number[] {
  return Array.from({ length: size }, (_, index) => (((7 * index) % 11) - 5) / 4);
}

export function tensorOf({ type, dims, values }: CaseInput): Tensor {
  if (type === 'int64') return tensor('int64', dims, BigInt64Array.from(values, BigInt));
  if (type === 'int32') return tensor('int32', dims, Int32Array.from(values));
  if (type === 'int16') return tensor('int16', dims, Int16Array.from(values));
  if (type === 'uint16') return tensor('uint16', dims, Uint16Array.from(values));
  if (type === 'bool') return tensor('bool', dims, Uint8Array.from(values));
  if (type === 'int8') return tensor('int8', dims, Int8Array.from(values));
  if (type === 'uint8') return tensor('uint8', dims, Uint8Array.from(values));
  return float32(dims, values);
}

export interface CaseGraph {
  readonly builder: GraphBuilder;
  /** The case's operator's first output. */
  readonly output: string;
  /** The inputs that are differentiated by, with their number. */
  readonly variables: readonly { readonly name: string; readonly index: number }[];
}

/** The case's operator alone in a graph, its variables as inputs. */
export function graphOf(item: GradientCase, batchName?: typeof BATCH): CaseGraph {
  const builder = new GraphBuilder('case');
  const names = item.inputs.map((input, index) => {
    if (input === null) return '';
    if (input.constant) return builder.constant(tensorOf(input));
    const [first, ...others] = input.dims;
    const dims: Dimension[] =
      index === 0 && batchName !== undefined && first !== undefined
        ? [batchName, ...others]
        : [...input.dims];
    return builder.input(`input_${String(index)}`, 'float32', dims);
  });
  const attributes = Object.fromEntries(
    Object.entries(item.attributes).map(([name, [kind, value]]) => [name, { kind, value } as Attribute]),
  );
  const training = item.attributes['training_mode']?.[1] === 1;
  const outputs = training ? ['output', 'running_mean', 'running_variance'] : ['output'];
  const twoOutputs = item.operator === 'TopK' ? ['output', 'places'] : outputs;
  addNode(builder, {
    operator: item.operator,
    name: 'operator',
    inputs: names,
    outputs: twoOutputs,
    attributes,
  });
  const variables = item.inputs.flatMap((input, index) =>
    input === null || input.constant ? [] : [{ name: names[index] ?? '', index }],
  );
  return { builder, output: 'output', variables };
}

/** Adds a node, or what its expansion writes where graphs do not hold its operator. */
export function addNode(builder: GraphBuilder, node: Node): void {
  if (!isWrittenOut(builder, node)) {
    builder.node(node.operator, node.inputs, node.attributes, { name: node.name, outputs: node.outputs });
    return;
  }
  const { nodes, constants } = expandNode(node, {
    type: (value) => builder.inferred(value),
    constant: (value) => builder.constantOf(value),
    fresh: (hint) => builder.fresh(hint),
  });
  for (const [name, value] of constants) builder.constant(value, name);
  for (const each of nodes) addNode(builder, each);
}
