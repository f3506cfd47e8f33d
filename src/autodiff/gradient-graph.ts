/** The gradient of a loss, or of a given output, by the inputs of a graph, as a graph that stands alone. */
import { InputError } from '../core/errors.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { isFloating } from '../graph/filling.ts';
import { simplify } from '../graph/simplify/simplify.ts';
import { BATCH } from '../graph/types.ts';
import type { Graph, OpenValue, Value } from '../graph/types.ts';
import { appendGradients, type GradientOptions } from './gradient.ts';
import { appendCrossEntropy } from './losses/cross-entropy.ts';
import { appendMargin } from './losses/margin.ts';

/** What is differentiated: a loss of an output and of labels, or the output's sum weighted by a cotangent. */
export type Differentiated = 'cross-entropy' | 'margin' | 'cotangent';

export interface GradientGraphOptions extends GradientOptions {
  /**
   * `cross-entropy`: Σ −log softmax(z)[y] over the batch, of logits z [N, K] and labels y; descending it makes the
   * labels likelier. `margin`: Σ max_{j≠y} z_j − z_y. `cotangent`: Σ cotangent · output, whose gradient is the
   * vector-Jacobian product.
   */
  readonly of: Differentiated;
  /** The output that is differentiated; may be absent where the graph has one. */
  readonly output?: string;
  /** The inputs that gradients are taken by; all floating-point ones where absent. */
  readonly inputs?: readonly string[];
  /** Whether the graph's own outputs, and the losses of the examples, are given too. */
  readonly withOutputs?: boolean;
}

/**
 * The graph that takes the inputs of another, and `labels` (int64 [N]) or `cotangent` (of the output's type and
 * shape), and gives for each chosen input NAME its gradient `grad_NAME`, of the input's type and shape. Behind the
 * gradients come, where asked for, the outputs of the graph and the losses, `loss` [N]. Characters of an input's name
 * other than letters, digits and _ become _ in its gradient's, and a name that is taken gets _ at its end.
 *
 * @throws InputError when an input or output is unknown or not of floating-point numbers, or the loss does not fit the
 * output; UnsupportedOperatorError when an operator on the way has no gradient
 */
export function createGradientGraph(graph: Graph, options: GradientGraphOptions): Graph {
  const builder = GraphBuilder.from(graph);
  const inputs = chosenInputs(graph, options.inputs);
  const output = chooseOutput(graph.outputs, options.output);
  const loss = appendDifferentiated(builder, output.name, options.of);
  const gradients = appendGradients(
    builder,
    loss,
    inputs.map(({ name }) => name),
    options,
  );
  for (const [index, { name }] of inputs.entries()) {
    const wanted = free(builder, `grad_${name.replace(/\W/g, '_')}`);
    builder.output(builder.identity(gradients[index] ?? '', wanted));
  }
  if (options.withOutputs === true) {
    for (const { name } of graph.outputs) builder.output(name);
    if (options.of !== 'cotangent') builder.output(builder.identity(loss, free(builder, 'loss')));
  }
  return simplify({ ...builder.build(), name: `gradient of ${graph.name}` });
}

function appendDifferentiated(builder: GraphBuilder, output: string, of: Differentiated): string {
  const { dataType, dims } = builder.type(output);
  if (of === 'cotangent') {
    return builder.mul(output, builder.input(free(builder, 'cotangent'), dataType, dims));
  }
  const [batch = BATCH, classes] = dims;
  const append = of === 'margin' ? appendMargin : appendCrossEntropy;
  if (dims.length !== 2 || classes === 1) {
    throw new InputError(
      `the output ${output} has the shape [${dims.join(', ')}], and a ${of} needs logits [N, K] of two classes or more: differentiate another output, or take the gradient by a cotangent`,
    );
  }
  return append(builder, output, builder.input(free(builder, 'labels'), 'int64', [batch]));
}

function chosenInputs(graph: Graph, wanted: readonly string[] | undefined): readonly Value[] {
  const listed = graph.inputs.map(({ name, dataType }) => `${name} (${dataType})`).join(', ');
  if (wanted === undefined) {
    const floating = graph.inputs.filter(({ dataType }) => isFloating(dataType));
    if (floating.length > 0) return floating;
    throw new InputError(
      `none of the inputs is of floating-point numbers, and only those have gradients: it has ${listed}`,
    );
  }
  return [...new Set(wanted)].map((name) => {
    const input = graph.inputs.find((each) => each.name === name);
    if (input === undefined) throw new InputError(`there is no input ${name}: it has ${listed}`);
    if (isFloating(input.dataType)) return input;
    throw new InputError(
      `the input ${name} is ${input.dataType}, and only floating-point values have gradients: it has ${listed}`,
    );
  });
}

/**
 * The output to differentiate.
 *
 * @param outputs of a graph, or as a file declares them; a type that it leaves open may be a floating-point one
 * @throws InputError when there is none of the name, or none or several of floating-point numbers to choose from
 */
export function chooseOutput<V extends OpenValue>(outputs: readonly V[], wanted: string | undefined): V {
  const listed = outputs.map(({ name, dataType }) => `${name} (${dataType ?? 'of an open type'})`).join(', ');
  const named = outputs.filter(({ name }) => wanted === undefined || name === wanted);
  const [output, ...others] = named.filter(({ dataType }) => dataType === undefined || isFloating(dataType));
  if (named.length === 0) throw new InputError(`there is no output ${wanted ?? ''}: it has ${listed}`);
  if (output === undefined) {
    throw new InputError(`only floating-point values have gradients, and its outputs are ${listed}`);
  }
  if (others.length > 0) {
    throw new InputError(`it has several outputs to differentiate, ${listed}: choose one with --of`);
  }
  return output;
}

/** The name, with _ at its end as often as needed to be none that the graph has. */
function free(builder: GraphBuilder, name: string): string {
  return builder.has(name) ? free(builder, `${name}_`) : name;
}
