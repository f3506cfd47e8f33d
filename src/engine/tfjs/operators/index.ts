/** Every operator that the engine computes, by family. An operator more is an entry in its family's table. */
import type { Call, Handlers } from '../operator.ts';
import { activations } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { constants } from './constant.ts';
import { convolutions } from './convolution.ts';
import { indexing, indexingRefusals } from './indexing.ts';
import { matrices } from './matrix.ts';
import { normalizations } from './normalization.ts';
import { pools } from './pooling.ts';
import { reductions } from './reduction.ts';
import { shapes } from './shape.ts';
import { slicing } from './slicing.ts';
import { transposedConvolutions } from './transposed-convolution.ts';

export const handlers: Handlers = {
  ...activations,
  ...arithmetic,
  ...constants,
  ...convolutions,
  ...indexing,
  ...matrices,
  ...normalizations,
  ...pools,
  ...reductions,
  ...shapes,
  ...slicing,
  ...transposedConvolutions,
};

/** What of an operator's settings cannot be computed, by operator: the reason, or undefined where all is well. */
export const refusals: Readonly<Record<string, (call: Call) => string | undefined>> = {
  ...indexingRefusals,
};
