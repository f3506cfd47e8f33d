/**
 * The layers that architectures are written with. One description of a network serves twice: in training its
 * parameters are graph inputs and batch normalization uses the batch's statistics; in evaluation its parameters
 * are what the caller gives and batch normalization uses the running statistics.
 */
import { float, int } from '../../graph/attributes.ts';
import type {
  AveragePoolSettings,
  ConvolutionSettings,
  GraphBuilder,
  PoolSettings,
} from '../../graph/builder.ts';
import { float32 } from '../../graph/tensor.ts';
import { BATCH, type Tensor } from '../../graph/types.ts';
import { uniformOverFanIn, type Initialization, type KernelInitialization } from './initialization.ts';

/** A trained array of a network. */
export interface Parameter {
  readonly name: string;
  readonly dims: readonly number[];
  readonly initialization: Initialization;
  /** Whether it is a scale or a shift of batch normalization; not where absent. */
  readonly normalizes?: boolean;
}

/** A running statistic of batch normalization: not trained, renewed by every training step. */
export interface RunningStatistic {
  readonly name: string;
  readonly dims: readonly number[];
  readonly initial: number;
  /** The value that takes its place after a training step; absent in evaluation. */
  readonly renewed?: string;
}

/** A layer of dropout: the training graph takes its mask as an input. */
export interface Dropout {
  /** The graph input of dims [BATCH, ...dims] whose values are 0 or 1/(1 − rate). */
  readonly mask: string;
  /** Without the batch axis. */
  readonly dims: readonly number[];
  /** The probability that a value is dropped. */
  readonly rate: number;
}

/** A layer that was built: what it is called, its trained arrays and the value that it gives. */
export interface BuiltLayer {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly value: string;
}

export interface ConvolutionLayerSettings extends ConvolutionSettings {
  /** Adds a bias per channel, uniform in ±1/√fanIn at first. */
  readonly bias?: boolean;
  /** PyTorch's default where absent. */
  readonly initialization?: KernelInitialization;
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
  readonly dropouts: Dropout[] = [];
  readonly built: BuiltLayer[] = [];
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

  /** Convolution; `kernel` is the window's side. Half padding unless the settings say otherwise. */
  conv(
    name: string,
    x: string,
    channels: number,
    kernel: number,
    { bias = false, initialization = uniformOverFanIn, ...settings }: ConvolutionLayerSettings = {},
  ): string {
    const dims = [channels, this.channelsOf(x) / (settings.group ?? 1), kernel, kernel];
    const parameters = [{ name: `${name}.weight`, dims, initialization: initialization(dims) }];
    if (bias) {
      parameters.push({ name: `${name}.bias`, dims: [channels], initialization: uniformOverFanIn(dims) });
    }
    const [weight = '', shift] = this.#trained(parameters);
    const padding = Math.floor(kernel / 2);
    const pads = [padding, padding, padding, padding];
    return this.#note(name, parameters, this.builder.conv(x, weight, { pads, ...settings }, shift));
  }

  /** Batch normalization per channel, its scale 1 at first unless another is given. */
  batchNormalization(name: string, x: string, initialScale = 1): string {
    const dims = [this.channelsOf(x)];
    const parameters: Parameter[] = [
      {
        name: `${name}.weight`,
        dims,
        initialization: { kind: 'constant', value: initialScale },
        normalizes: true,
      },
      { name: `${name}.bias`, dims, initialization: { kind: 'constant', value: 0 }, normalizes: true },
    ];
    const [scale = '', shift = ''] = this.#trained(parameters);
    const meanName = `${name}.running_mean`;
    const varianceName = `${name}.running_var`;
    const mean = this.#array(meanName, dims);
    const variance = this.#array(varianceName, dims);
    if (!this.#mode.training) {
      this.statistics.push({ name: meanName, dims, initial: 0 }, { name: varianceName, dims, initial: 1 });
      const y = this.builder.batchNormalization(x, scale, shift, mean, variance, EPSILON);
      return this.#note(name, parameters, y);
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
    return this.#note(name, parameters, normalized.y);
  }

  /** y = x·Wᵀ + b, both uniform in ±1/√inputs at first unless said otherwise. */
  linear(
    name: string,
    x: string,
    outputs: number,
    initialization: { readonly weight?: Initialization; readonly bias?: Initialization } = {},
  ): string {
    const dims = [outputs, this.channelsOf(x)];
    const { weight = uniformOverFanIn(dims), bias = uniformOverFanIn(dims) } = initialization;
    const parameters = [
      { name: `${name}.weight`, dims, initialization: weight },
      { name: `${name}.bias`, dims: [outputs], initialization: bias },
    ];
    const [matrix = '', shift = ''] = this.#trained(parameters);
    return this.#note(name, parameters, this.builder.gemm(x, matrix, shift, { transposeB: true }));
  }

  maxPool(name: string, x: string, settings: PoolSettings): string {
    return this.#note(name, [], this.builder.maxPool(x, settings));
  }

  averagePool(name: string, x: string, settings: AveragePoolSettings): string {
    return this.#note(name, [], this.builder.averagePool(x, settings));
  }

  /** The mean of each channel: [N, channels, …] to [N, channels]. */
  globalAveragePool(x: string): string {
    return this.builder.flatten(this.builder.globalAveragePool(x));
  }

  relu(x: string): string {
    return this.builder.relu(x);
  }

  /**
   * Inverted dropout (Srivastava et al. 2014, section 10): in training, x times a mask that the trainer draws; x itself
   * in evaluation or where the rate is 0.
   *
   * @param rate the probability that a value is dropped, in [0, 1)
   * @param what `channels` drops each channel of an example whole (Tompson et al. 2015, section 3.2)
   */
  dropout(name: string, x: string, rate: number, what: 'elements' | 'channels' = 'elements'): string {
    if (!this.#mode.training || rate === 0) return x;
    const own = this.builder.dims(x).slice(1);
    const dims = own.map((size, axis) => (what === 'channels' && axis > 0 ? 1 : size));
    const mask = this.builder.input(`${name}.mask`, 'float32', [BATCH, ...dims]);
    this.dropouts.push({ mask, dims: dims.filter((size) => typeof size === 'number'), rate });
    return this.builder.mul(x, mask);
  }

  /** (x − mean) / deviation per channel, or per feature where x is [N, features], as constants of the graph. */
  normalize(x: string, mean: readonly number[], deviation: readonly number[]): string {
    const spatial = this.builder.dims(x).slice(2);
    const perChannel = (values: readonly number[]): string =>
      this.builder.constant(float32([1, values.length, ...spatial.map(() => 1)], values));
    return this.builder.div(this.builder.sub(x, perChannel(mean)), perChannel(deviation));
  }

  /** The size of axis 1. */
  channelsOf(x: string): number {
    const channels = this.builder.dims(x)[1];
    if (typeof channels !== 'number') throw new TypeError(`the channels of ${x} are not known`);
    return channels;
  }

  #trained(parameters: readonly Parameter[]): string[] {
    this.parameters.push(...parameters);
    return parameters.map(({ name, dims }) => this.#array(name, dims));
  }

  #note(name: string, parameters: readonly Parameter[], value: string): string {
    this.built.push({ name, parameters, value });
    return value;
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
