/**
 * The layers that architectures are written with. One description of a network serves twice: in training its
 * parameters are graph inputs and batch normalization uses the batch's statistics; in evaluation its parameters
 * are what the caller gives and batch normalization uses the running statistics.
 */
import { float, int } from '../../graph/attributes.ts';
import type { ConvolutionSettings, GraphBuilder } from '../../graph/builder.ts';
import { float32 } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/types.ts';

/** How a parameter starts; `fanIn` is the number of inputs that one output sums. */
export type Initialization =
  | { readonly kind: 'uniform over fan-in'; readonly fanIn: number }
  | { readonly kind: 'constant'; readonly value: number };

/** A trained array of a network. */
export interface Parameter {
  readonly name: string;
  readonly dims: readonly number[];
  readonly initialization: Initialization;
}

/** A running statistic of batch normalization: not trained, renewed by every training step. */
export interface RunningStatistic {
  readonly name: string;
  readonly dims: readonly number[];
  readonly initial: number;
  /** The value that takes its place after a training step; absent in evaluation. */
  readonly renewed?: string;
}

/** Gives the array of a parameter or statistic by name, where a network is built for evaluation. */
export type Weights = ReadonlyMap<string, Tensor>;

/** PyTorch's defaults for batch normalization. */
const EPSILON = 1e-5;
const STATISTICS_MOMENTUM = 0.1;

type Mode = { readonly training: true } | { readonly training: false; readonly weights?: Weights };

/** Builds layers into a graph and notes the parameters and statistics that they use. */
export class Layers {
  readonly builder: GraphBuilder;
  readonly parameters: Parameter[] = [];
  readonly statistics: RunningStatistic[] = [];
  readonly #mode: Mode;

  private constructor(builder: GraphBuilder, mode: Mode) {
    this.builder = builder;
    this.#mode = mode;
  }

  /** Parameters and statistics become graph inputs; batch normalization uses the batch. */
  static forTraining(builder: GraphBuilder): Layers {
    return new Layers(builder, { training: true });
  }

  /** Parameters and statistics are constants where `weights` are given, else graph inputs. */
  static forEvaluation(builder: GraphBuilder, weights?: Weights): Layers {
    return new Layers(builder, weights === undefined ? { training: false } : { training: false, weights });
  }

  /** Convolution without bias; `kernel` is the window's side. Half padding unless the settings say otherwise. */
  conv(
    name: string,
    x: string,
    channels: number,
    kernel: number,
    settings: ConvolutionSettings = {},
  ): string {
    const dims = [channels, this.channelsOf(x) / (settings.group ?? 1), kernel, kernel];
    const fanIn = (dims[1] ?? 0) * kernel * kernel;
    const weight = this.#parameter(`${name}.weight`, dims, { kind: 'uniform over fan-in', fanIn });
    const padding = Math.floor(kernel / 2);
    return this.builder.conv(x, weight, { pads: [padding, padding, padding, padding], ...settings });
  }

  /** Batch normalization per channel. */
  batchNormalization(name: string, x: string): string {
    const dims = [this.channelsOf(x)];
    const scale = this.#parameter(`${name}.weight`, dims, { kind: 'constant', value: 1 });
    const shift = this.#parameter(`${name}.bias`, dims, { kind: 'constant', value: 0 });
    const meanName = `${name}.running_mean`;
    const varianceName = `${name}.running_var`;
    const mean = this.#array(meanName, dims);
    const variance = this.#array(varianceName, dims);
    if (!this.#mode.training) {
      this.statistics.push({ name: meanName, dims, initial: 0 }, { name: varianceName, dims, initial: 1 });
      return this.builder.batchNormalization(x, scale, shift, mean, variance, EPSILON);
    }
    const normalized = this.#normalizeByBatch(x, [scale, shift, mean, variance]);
    this.statistics.push(
      { name: meanName, dims, initial: 0, renewed: this.#renew(mean, normalized.mean) },
      {
        name: varianceName,
        dims,
        initial: 1,
        renewed: this.#renew(variance, this.#unbiased(x, normalized.variance)),
      },
    );
    return normalized.y;
  }

  /** y = x·Wᵀ + b. */
  linear(name: string, x: string, outputs: number): string {
    const inputs = this.channelsOf(x);
    const initialization: Initialization = { kind: 'uniform over fan-in', fanIn: inputs };
    const weight = this.#parameter(`${name}.weight`, [outputs, inputs], initialization);
    const bias = this.#parameter(`${name}.bias`, [outputs], initialization);
    return this.builder.gemm(x, weight, bias, { transposeB: true });
  }

  relu(x: string): string {
    return this.builder.relu(x);
  }

  /** (x − mean) / deviation per channel, as constants of the graph. */
  normalize(x: string, mean: readonly number[], deviation: readonly number[]): string {
    const perChannel = (values: readonly number[]): string =>
      this.builder.constant(float32([1, values.length, 1, 1], values));
    return this.builder.div(this.builder.sub(x, perChannel(mean)), perChannel(deviation));
  }

  /** The size of axis 1. */
  channelsOf(x: string): number {
    const channels = this.builder.dims(x)[1];
    if (typeof channels !== 'number') throw new TypeError(`the channels of ${x} are not known`);
    return channels;
  }

  #parameter(name: string, dims: readonly number[], initialization: Initialization): string {
    this.parameters.push({ name, dims, initialization });
    return this.#array(name, dims);
  }

  #array(name: string, dims: readonly number[]): string {
    if (this.#mode.training || this.#mode.weights === undefined) {
      return this.builder.input(name, 'float32', dims);
    }
    const value = this.#mode.weights.get(name);
    if (value === undefined) throw new RangeError(`there are no weights named ${name}`);
    return this.builder.constant(value, name);
  }

  /** ONNX's momentum 0 makes the operator's other outputs the batch's own mean and population variance. */
  #normalizeByBatch(x: string, parameters: readonly string[]): { y: string; mean: string; variance: string } {
    const [y, mean, variance] = ['normalized', 'batch_mean', 'batch_variance'].map((hint) =>
      this.builder.fresh(hint),
    ) as [string, string, string];
    this.builder.node(
      'BatchNormalization',
      [x, ...parameters],
      { epsilon: float(EPSILON), momentum: float(0), training_mode: int(1) },
      { outputs: [y, mean, variance] },
    );
    return { y, mean, variance };
  }

  /** Running statistics use n/(n−1) times the population variance of the batch, as PyTorch's do. */
  #unbiased(x: string, variance: string): string {
    const { builder } = this;
    const channels = builder.scalar(this.channelsOf(x));
    const count = builder.div(builder.cast(builder.apply('Size', [x]), 'float32'), channels);
    return builder.mul(variance, builder.div(count, builder.sub(count, builder.scalar(1))));
  }

  #renew(running: string, batch: string): string {
    const { builder } = this;
    return builder.add(
      builder.mul(running, builder.scalar(1 - STATISTICS_MOMENTUM)),
      builder.mul(batch, builder.scalar(STATISTICS_MOMENTUM)),
    );
  }
}
