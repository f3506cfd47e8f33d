/** Every operator that the engine computes, by family. An operator more is an entry in its family's table. */
import type { Handlers } from '../operator.ts';
import { activations } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { bitwise } from './bitwise.ts';
import { choosing } from './choosing.ts';
import { constants } from './constant.ts';
import { convolutions } from './convolution.ts';
import { indexing } from './indexing.ts';
import { matrices } from './matrix.ts';
import { normalizations } from './normalization.ts';
import { pools } from './pooling.ts';
import { rearrangements } from './rearrangement.ts';
import { reductions } from './reduction.ts';
import { regions } from './regions.ts';
import { scattering } from './scattering.ts';
import { shapes } from './shape.ts';
import { slicing } from './slicing.ts';
import { transposedConvolutions } from './transposed-convolution.ts';

export const handlers: Handlers = {
  ...activations,
  ...arithmetic,
  ...bitwise,
  ...choosing,
  ...constants,
  ...convolutions,
  ...indexing,
  ...matrices,
  ...normalizations,
  ...pools,
  ...rearrangements,
  ...reductions,
  ...regions,
  ...scattering,
  ...shapes,
  ...slicing,
  ...transposedConvolutions,
};
