/** Options as the library takes them; what was not given is left out. */
import type { DataOptions, ModelOptions, ValueRange } from '../index.ts';

interface GivenModelOptions {
  readonly bounds?: ValueRange | undefined;
  readonly mean?: readonly number[] | 'none' | undefined;
  readonly std?: readonly number[] | undefined;
  readonly modelLayout?: string | undefined;
  readonly inputShape?: readonly number[] | undefined;
  readonly outputs?: string | undefined;
  readonly output?: string | undefined;
  readonly approximateGradient?: string | undefined;
}

/** What the command line says about model files. */
export function modelSettings(given: GivenModelOptions): ModelOptions {
  const { bounds, mean, std, modelLayout, inputShape, outputs, output, approximateGradient } = given;
  return {
    ...(bounds === undefined ? {} : { bounds: bounds }),
    ...(mean === undefined || mean === 'none' ? {} : { mean: mean }),
    ...(std === undefined ? {} : { std: std }),
    ...(modelLayout === undefined ? {} : { layout: modelLayout as NonNullable<ModelOptions['layout']> }),
    ...(inputShape === undefined ? {} : { inputShape: inputShape }),
    ...(outputs === undefined ? {} : { outputs: outputs as NonNullable<ModelOptions['outputs']> }),
    ...(output === undefined ? {} : { output }),
    ...(approximateGradient === undefined ? {} : { approximateGradient: 'straight-through' as const }),
  };
}

export interface GivenDataOptions {
  readonly layout?: string | undefined;
  readonly dataRange?: ValueRange | undefined;
  readonly imageSize?: number | undefined;
  readonly imageChannels?: number | undefined;
  readonly classOrder?: string | undefined;
  readonly firstLabel?: number | undefined;
  readonly labelColumn?: string | undefined;
  readonly imageColumn?: string | undefined;
  readonly decodingThreads?: number | undefined;
}

/** What the command line says about data files, but for the split. */
export function dataSettings(given: GivenDataOptions): Omit<DataOptions, 'split'> {
  const { layout, dataRange, imageSize, decodingThreads } = given;
  const { imageChannels, classOrder, firstLabel, labelColumn, imageColumn } = given;
  return {
    ...(layout === undefined ? {} : { layout: layout === 'channels-last' ? 'NHWC' : 'NCHW' }),
    ...(dataRange === undefined ? {} : { range: dataRange }),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(imageChannels === undefined ? {} : { channels: imageChannels }),
    ...(classOrder === undefined ? {} : { classOrder: classOrder as NonNullable<DataOptions['classOrder']> }),
    ...(firstLabel === undefined ? {} : { firstLabel }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(imageColumn === undefined ? {} : { imageColumn }),
    ...(decodingThreads === undefined ? {} : { decodingThreads }),
  };
}
