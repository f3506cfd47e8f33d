/** Exporters of the operators without a window, and the table of all. A new operator is one entry. */
import { float32 } from '../../../graph/tensor.ts';
import { transposed } from '../transposition.ts';
import type { Exported, ExportScope, OperatorExporter } from './scope.ts';
import { channelAffine, windowExporters } from './window.ts';

const identity: OperatorExporter = (scope) => scope.value(0);

function activation(name: string): OperatorExporter {
  return (scope) => {
    const { layer, form } = scope.value(0);
    return { layer: scope.layers.add('Activation', { activation: name }, [layer]), form };
  };
}

const batchNormalization: OperatorExporter = (scope) => {
  if (scope.int('training_mode', 0) === 1) throw scope.refuse('it is in training mode');
  const { layer, form } = scope.value(0);
  const config = {
    axis: -1,
    epsilon: scope.float('epsilon', 1e-5),
    momentum: 0.99,
    center: true,
    scale: true,
  };
  const added = scope.layers.add('BatchNormalization', config, [layer], {
    gamma: scope.weight(1),
    beta: scope.weight(2),
    moving_mean: scope.weight(3),
    moving_variance: scope.weight(4),
  });
  return { layer: added, form };
};

interface Affine {
  readonly scale: readonly number[];
  readonly mean: readonly number[];
  readonly offset: readonly number[];
}

/** A value joined with another, by a Keras layer, or with a constant per channel, by an affine of each channel. */
function arithmetic(
  layer: string | undefined,
  affineOf: (numbers: readonly number[], constantFirst: boolean) => Affine | undefined,
): OperatorExporter {
  return (scope) => {
    const constantAt = [0, 1].find((index) => scope.constant(index) !== undefined);
    if (constantAt === undefined) {
      if (layer === undefined) throw scope.refuse('Keras has no layer that tfjs reads for it');
      assertSameShape(scope);
      return scope.layer(layer, {}, [scope.input(0), scope.input(1)]);
    }
    const valueAt = 1 - constantAt;
    const dims = scope.dims(valueAt);
    const numbers = perChannel(scope, constantAt, dims);
    const affine = affineOf(numbers, constantAt === 0);
    if (affine === undefined) throw scope.refuse('it divides a constant by a value');
    return channelAffine(scope, scope.value(valueAt), dims[1] ?? 1, affine);
  };
}

function assertSameShape(scope: ExportScope): void {
  const [a, b] = [scope.dims(0), scope.dims(1)];
  if (a.length !== b.length || a.some((size, axis) => size !== b[axis])) {
    throw scope.refuse(`it joins the shapes [${a.join(', ')}] and [${b.join(', ')}]`);
  }
}

/** The constant's numbers where it varies along the channels only. */
function perChannel(scope: ExportScope, index: number, against: readonly number[]): readonly number[] {
  const constant = scope.weight(index);
  const sizes = [...against.map(() => 1), ...constant.dims].slice(-against.length);
  const fits =
    constant.dims.length <= against.length &&
    sizes.every((size, axis) => size === 1 || (axis === 1 && size === against[1]));
  if (!fits)
    throw scope.refuse(`its constant of shape [${constant.dims.join(', ')}] is not one number per channel`);
  return Array.from(constant.data);
}

const gemm: OperatorExporter = (scope) => {
  if (scope.int('transA', 0) !== 0 || scope.float('alpha', 1) !== 1 || scope.float('beta', 1) !== 1) {
    throw scope.refuse('it transposes or scales its inputs');
  }
  const kernel = scope.int('transB', 0) === 1 ? transposed(scope.weight(1), [1, 0]) : scope.weight(1);
  return dense(
    scope,
    kernel,
    (scope.node.inputs[2] ?? '') === '' ? undefined : Array.from(scope.weight(2).data),
  );
};

const matMul: OperatorExporter = (scope) => dense(scope, scope.weight(1), undefined);

function dense(
  scope: ExportScope,
  kernel: ReturnType<ExportScope['weight']>,
  bias: readonly number[] | undefined,
): Exported {
  const [, units = 1] = kernel.dims;
  if (scope.dims(0).length !== 2 || kernel.dims.length !== 2) throw scope.refuse('it multiplies no matrices');
  if (bias !== undefined && bias.length !== units && bias.length !== 1) {
    throw scope.refuse(`its bias has ${String(bias.length)} numbers, expected ${String(units)}`);
  }
  const config = { units, activation: 'linear', use_bias: bias !== undefined };
  if (bias === undefined) return scope.layer('Dense', config, [scope.input(0)], { kernel });
  const each = bias.length === units ? bias : Array.from({ length: units }, () => bias[0] ?? 0);
  return scope.layer('Dense', config, [scope.input(0)], { kernel, bias: float32([units], each) });
}

/** [N, C, H, W] to [N, C·H·W]: Keras flattens the channels last, so they are put first before. */
const flatten: OperatorExporter = (scope) => {
  const dims = scope.dims(0);
  const [output = ''] = scope.node.outputs;
  if (scope.dimsOf(output).length !== 2) throw scope.refuse('it gives no vector per example');
  const value = scope.value(0);
  if (value.form === 'vector' || dims.length === 2) return { layer: value.layer, form: 'same axes' };
  const moves = dims.slice(2).some((size) => size !== 1);
  if (moves && dims.length !== 4) throw scope.refuse(`it flattens ${String(dims.length)} axes, expected 4`);
  const source = moves ? scope.layers.add('Permute', { dims: [3, 1, 2] }, [value.layer]) : value.layer;
  return scope.layer('Flatten', { data_format: 'channels_last' }, [source]);
};

const concat: OperatorExporter = (scope) => {
  const rank = scope.dims(0).length;
  const axis = scope.int('axis', 1);
  if (axis !== 1 && axis !== 1 - rank) throw scope.refuse('it does not join channels');
  return scope.layer(
    'Concatenate',
    { axis: -1 },
    scope.node.inputs.map((_, index) => scope.input(index)),
  );
};

const inverted = (numbers: readonly number[]): readonly number[] => numbers.map((value) => 1 / value);

const exporters: Readonly<Record<string, OperatorExporter>> = {
  ...windowExporters,
  Identity: identity,
  Dropout: identity,
  Relu: activation('relu'),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  BatchNormalization: batchNormalization,
  Add: arithmetic('Add', (numbers) => ({ scale: [1], mean: [0], offset: numbers })),
  Sub: arithmetic(undefined, (numbers, constantFirst) =>
    constantFirst ? { scale: [-1], mean: [0], offset: numbers } : { scale: [1], mean: numbers, offset: [0] },
  ),
  Mul: arithmetic('Multiply', (numbers) => ({ scale: numbers, mean: [0], offset: [0] })),
  Div: arithmetic(undefined, (numbers, constantFirst) =>
    constantFirst ? undefined : { scale: inverted(numbers), mean: [0], offset: [0] },
  ),
  Gemm: gemm,
  MatMul: matMul,
  Flatten: flatten,
  Reshape: flatten,
  Concat: concat,
};

/** The exporter of an operator, or undefined for one that has none. */
export function operatorExporter(operator: string): OperatorExporter | undefined {
  return Object.hasOwn(exporters, operator) ? exporters[operator] : undefined;
}
