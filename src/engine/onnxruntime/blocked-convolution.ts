/**
 * Convolutions whose kernel is not a constant, in the runtime's blocked layout. The runtime itself moves a convolution
 * to its direct kernels, which keep channels in blocks of 16, only where the kernel is a constant; in a training step
 * it never is. These operators are private to the runtime's pinned version and to processors with 512-bit vectors, so
 * `blockedConvolutionWorks` tries them on this machine first, and without them the graph stays as it is.
 */
import { int, ints } from '../../graph/attributes.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { float32, int64s, sizeOf } from '../../graph/tensor.ts';
import type { Attribute, Graph, Node, Tensor } from '../../graph/types.ts';

/** Channels of a block. */
const BLOCK = 16;

/** On smaller images the runtime's ordinary convolution is the faster (measured). */
const LEAST_SIDE = 8;

const DOMAIN = 'com.microsoft.nchwc';

/** Attributes that both operators have. */
const SHARED = ['dilations', 'pads', 'strides'];

/** The same graph with each convolution that gains by it in the blocked layout. */
export function withBlockedConvolutions(graph: Graph): Graph {
  const candidates = graph.nodes.filter(({ operator, inputs }) => {
    return operator === 'Conv' && !graph.initializers.has(inputs[1] ?? '');
  });
  if (candidates.length === 0) return graph;
  const types = GraphBuilder.from(graph);
  const chosen = new Map(
    candidates.flatMap((node) => {
      const kernel = types.staticDims(node.inputs[1] ?? '');
      return kernel !== undefined && gains(node, kernel, types) ? [[node, kernel] as const] : [];
    }),
  );
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node) => {
    const kernel = chosen.get(node);
    if (kernel === undefined) return [node];
    const blocked = blockedNodes(node, kernel);
    for (const [name, value] of blocked.constants) initializers.set(name, value);
    return blocked.nodes;
  });
  return { ...graph, initializers, nodes };
}

function gains(node: Node, kernel: readonly number[], types: GraphBuilder): boolean {
  const [outputs = 0, inputs = 0] = kernel;
  const { attributes } = node;
  const group = attributes['group'];
  const strides = attributes['strides'];
  // A 1×1 kernel that skips nothing is a matrix product on the image as it lies: bringing it to blocks only costs.
  const isProduct =
    kernel.slice(2).every((side) => side === 1) &&
    (strides?.kind !== 'ints' || strides.value.every((stride) => stride === 1));
  const [, , ...sides] = types.dims(node.outputs[0] ?? '');
  return (
    kernel.length === 4 &&
    !isProduct &&
    outputs % BLOCK === 0 &&
    inputs % BLOCK === 0 &&
    node.inputs.length === 2 &&
    (group === undefined || group.value === 1) &&
    attributes['auto_pad'] === undefined &&
    sides.every((side) => typeof side === 'number' && side >= LEAST_SIDE)
  );
}

/** Image and kernel brought to the blocked layout, the convolution, and its output brought back. */
function blockedNodes(node: Node, dims: readonly number[]): { nodes: Node[]; constants: [string, Tensor][] } {
  const [outputs = 0, inputs = 0, height = 0, width = 0] = dims;
  const [image = '', kernel = ''] = node.inputs;
  const named = (part: string): string => `${node.name} blocked ${part}`;
  const taps = height * width;
  const shapes: [string, Tensor][] = [
    [named('output blocks'), int64s([outputs / BLOCK, BLOCK, inputs * taps])],
    [named('input blocks'), int64s([(outputs / BLOCK) * (inputs / BLOCK), BLOCK, taps, BLOCK])],
    [named('kernel shape'), int64s(dims)],
  ];
  const step = (
    operator: string,
    part: string,
    from: readonly string[],
    attributes: Record<string, Attribute> = {},
    output = named(part),
  ): Node => ({ operator, name: named(part), inputs: from, outputs: [output], attributes });
  const shared = Object.fromEntries(
    Object.entries(node.attributes).filter(([name]) => SHARED.includes(name)),
  );
  return {
    constants: shapes,
    nodes: [
      // Within a pair of blocks: tap, input channel, output channel. In two steps, each of which the runtime has a
      // quick way for.
      step('Reshape', 'kernel in output blocks', [kernel, named('output blocks')]),
      step('Transpose', 'outputs last', [named('kernel in output blocks')], { perm: ints([0, 2, 1]) }),
      step('Reshape', 'kernel in blocks', [named('outputs last'), named('input blocks')]),
      step('Transpose', 'taps first', [named('kernel in blocks')], { perm: ints([0, 2, 1, 3]) }),
      step('Reshape', 'kernel', [named('taps first'), named('kernel shape')]),
      step(`${DOMAIN}::ReorderInput`, 'image', [image]),
      step(`${DOMAIN}::Conv`, 'product', [named('image'), named('kernel')], {
        ...shared,
        kernel_shape: ints([height, width]),
      }),
      step(
        `${DOMAIN}::ReorderOutput`,
        'output',
        [named('product')],
        { channels: int(outputs) },
        node.outputs[0],
      ),
    ],
  };
}

/** A graph to try the layout with, and inputs for it: a convolution that differs in every channel and tap. */
export function trialConvolution(): { graph: Graph; inputs: { image: Tensor; kernel: Tensor } } {
  const channels = 2 * BLOCK;
  const builder = new GraphBuilder('blocked convolution trial');
  const image = builder.input('image', 'float32', [1, channels, LEAST_SIDE, LEAST_SIDE]);
  const kernel = builder.input('kernel', 'float32', [channels, channels, 3, 3]);
  const convolved = builder.conv(image, kernel, { pads: [1, 1, 1, 1] });
  builder.output(builder.identity(convolved, 'output'));
  const ramp = (dims: readonly number[], period: number): Tensor =>
    float32(
      dims,
      Float32Array.from({ length: sizeOf(dims) }, (_, index) => ((index * 7) % period) / period - 0.5),
    );
  return {
    graph: builder.build(),
    inputs: {
      image: ramp(builder.staticDims(image) ?? [], 31),
      kernel: ramp(builder.staticDims(kernel) ?? [], 37),
    },
  };
}
