/** The builder that models and gradient rules are written with: one method an operator, shapes as plain numbers. */
import { float, int, ints, text } from './attributes.ts';
import { NodeBuilder } from './node-builder.ts';
import { float32, int64s } from './tensor.ts';
import type { Attribute, Attributes, DataType, Graph } from './types.ts';
import { dataTypeCodes } from './data-types.ts';

export interface ConvolutionSettings {
  readonly strides?: readonly number[];
  /** Begin of each spatial axis, then end of each. */
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
  readonly group?: number;
}

export interface TransposedConvolutionSettings extends ConvolutionSettings {
  readonly outputPadding?: readonly number[];
}

export interface PoolSettings {
  readonly kernelShape: readonly number[];
  readonly strides?: readonly number[];
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
  readonly ceilMode?: boolean;
}

export interface AveragePoolSettings extends Omit<PoolSettings, 'dilations'> {
  /** Whether padding counts as elements of value 0; by default the average is over the input's own. */
  readonly countIncludePad?: boolean;
}

export class GraphBuilder extends NodeBuilder {
  /** A builder that goes on from a finished graph: same values, no outputs yet. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.name);
    builder.adopt(graph);
    return builder;
  }

  /** Adds a node of one output and returns that output's name. */
  apply(operator: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const outputs = this.node(
      operator,
      inputs,
      attributes,
      output === undefined ? {} : { outputs: [output] },
    );
    return outputs[0] ?? '';
  }

  scalar(value: number): string {
    return this.constant(float32([], [value]));
  }

  shapeConstant(values: readonly number[]): string {
    return this.constant(int64s(values));
  }

  conv(x: string, kernel: string, settings: ConvolutionSettings = {}, bias?: string): string {
    return this.apply('Conv', withOptional([x, kernel], bias), convolutionAttributes(settings));
  }

  convTranspose(
    x: string,
    kernel: string,
    settings: TransposedConvolutionSettings = {},
    bias?: string,
  ): string {
    const padding = settings.outputPadding;
    return this.apply('ConvTranspose', withOptional([x, kernel], bias), {
      ...convolutionAttributes(settings),
      ...(padding === undefined ? {} : { output_padding: ints(padding) }),
    });
  }

  /** y = a·b + c, with a and b transposed first where asked. */
  gemm(
    a: string,
    b: string,
    c?: string,
    settings: { transposeA?: boolean; transposeB?: boolean } = {},
  ): string {
    return this.apply('Gemm', withOptional([a, b], c), {
      ...(settings.transposeA === true ? { transA: int(1) } : {}),
      ...(settings.transposeB === true ? { transB: int(1) } : {}),
    });
  }

  matMul = (a: string, b: string): string => this.apply('MatMul', [a, b]);
  add = (a: string, b: string): string => this.apply('Add', [a, b]);
  sub = (a: string, b: string): string => this.apply('Sub', [a, b]);
  mul = (a: string, b: string): string => this.apply('Mul', [a, b]);
  div = (a: string, b: string): string => this.apply('Div', [a, b]);
  pow = (a: string, b: string): string => this.apply('Pow', [a, b]);
  neg = (x: string): string => this.apply('Neg', [x]);
  sqrt = (x: string): string => this.apply('Sqrt', [x]);
  exp = (x: string): string => this.apply('Exp', [x]);
  log = (x: string): string => this.apply('Log', [x]);
  abs = (x: string): string => this.apply('Abs', [x]);
  sign = (x: string): string => this.apply('Sign', [x]);
  relu = (x: string): string => this.apply('Relu', [x]);
  sigmoid = (x: string): string => this.apply('Sigmoid', [x]);
  tanh = (x: string): string => this.apply('Tanh', [x]);
  equal = (a: string, b: string): string => this.apply('Equal', [a, b]);
  greater = (a: string, b: string): string => this.apply('Greater', [a, b]);
  less = (a: string, b: string): string => this.apply('Less', [a, b]);
  where = (condition: string, a: string, b: string): string => this.apply('Where', [condition, a, b]);
  identity = (x: string, output?: string): string => this.apply('Identity', [x], {}, output);
  shape = (x: string): string => this.apply('Shape', [x]);
  globalAveragePool = (x: string): string => this.apply('GlobalAveragePool', [x]);

  cast(x: string, to: DataType): string {
    return this.apply('Cast', [x], { to: int(dataTypeCodes[to]) });
  }

  softmax(x: string, axis?: number): string {
    return this.apply('Softmax', [x], axis === undefined ? {} : { axis: int(axis) });
  }

  logSoftmax(x: string, axis: number): string {
    return this.apply('LogSoftmax', [x], { axis: int(axis) });
  }

  /** Evaluation mode: (x − mean) / √(variance + epsilon) · scale + bias, per channel. */
  batchNormalization(
    x: string,
    scale: string,
    bias: string,
    mean: string,
    variance: string,
    epsilon?: number,
  ): string {
    const attributes = epsilon === undefined ? {} : { epsilon: float(epsilon) };
    return this.apply('BatchNormalization', [x, scale, bias, mean, variance], attributes);
  }

  maxPool(x: string, settings: PoolSettings): string {
    return this.apply('MaxPool', [x], poolAttributes(settings));
  }

  averagePool(x: string, settings: AveragePoolSettings): string {
    return this.apply('AveragePool', [x], {
      ...poolAttributes(settings),
      ...(settings.countIncludePad === true ? { count_include_pad: int(1) } : {}),
    });
  }

  reduceSum = (x: string, axes: readonly number[], keepDims = true): string =>
    this.#reduce('ReduceSum', x, axes, keepDims);
  reduceMean = (x: string, axes: readonly number[], keepDims = true): string =>
    this.#reduce('ReduceMean', x, axes, keepDims);
  reduceMax = (x: string, axes: readonly number[], keepDims = true): string =>
    this.#reduce('ReduceMax', x, axes, keepDims);

  /** Reshapes to the given sizes: one may be −1 (the rest), 0 keeps the input's. */
  reshape(x: string, dims: readonly number[]): string {
    return this.apply('Reshape', [x, this.shapeConstant(dims)]);
  }

  flatten(x: string, axis = 1): string {
    return this.apply('Flatten', [x], { axis: int(axis) });
  }

  transpose(x: string, permutation: readonly number[]): string {
    return this.apply('Transpose', [x], { perm: ints(permutation) });
  }

  squeeze(x: string, axes: readonly number[]): string {
    return this.apply('Squeeze', [x, this.shapeConstant(axes)]);
  }

  unsqueeze(x: string, axes: readonly number[]): string {
    return this.apply('Unsqueeze', [x, this.shapeConstant(axes)]);
  }

  concat(parts: readonly string[], axis: number): string {
    return this.apply('Concat', parts, { axis: int(axis) });
  }

  slice(
    x: string,
    settings: {
      readonly starts: readonly number[];
      readonly ends: readonly number[];
      readonly axes: readonly number[];
      readonly steps?: readonly number[];
    },
  ): string {
    const { starts, ends, axes, steps } = settings;
    const inputs = [x, this.shapeConstant(starts), this.shapeConstant(ends), this.shapeConstant(axes)];
    return this.apply(
      'Slice',
      withOptional(inputs, steps === undefined ? undefined : this.shapeConstant(steps)),
    );
  }

  /** Pads with a constant; `pads` is the begin of each axis, then the end of each. */
  pad(x: string, pads: readonly number[], value = 0): string {
    const inputs = [x, this.shapeConstant(pads)];
    return this.apply('Pad', value === 0 ? inputs : [...inputs, this.scalar(value)], {
      mode: text('constant'),
    });
  }

  gather(x: string, indices: string, axis = 0): string {
    return this.apply('Gather', [x, indices], { axis: int(axis) });
  }

  /** Broadcasts to the shape held by an int64 value. */
  expand(x: string, shape: string): string {
    return this.apply('Expand', [x, shape]);
  }

  #reduce(operator: string, x: string, axes: readonly number[], keepDims: boolean): string {
    return this.apply(operator, [x, this.shapeConstant(axes)], { keepdims: int(keepDims ? 1 : 0) });
  }
}

function withOptional(inputs: readonly string[], last: string | undefined): readonly string[] {
  return last === undefined ? inputs : [...inputs, last];
}

function convolutionAttributes(settings: ConvolutionSettings): Attributes {
  return {
    ...optionalInts('strides', settings.strides),
    ...optionalInts('pads', settings.pads),
    ...optionalInts('dilations', settings.dilations),
    ...(settings.group === undefined ? {} : { group: int(settings.group) }),
  };
}

function poolAttributes(settings: PoolSettings): Attributes {
  return {
    kernel_shape: ints(settings.kernelShape),
    ...optionalInts('strides', settings.strides),
    ...optionalInts('pads', settings.pads),
    ...optionalInts('dilations', settings.dilations),
    ...(settings.ceilMode === true ? { ceil_mode: int(1) } : {}),
  };
}

function optionalInts(name: string, values: readonly number[] | undefined): Record<string, Attribute> {
  return values === undefined ? {} : { [name]: ints(values) };
}
