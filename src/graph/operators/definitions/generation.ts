/** Operators that make values: constants, ranges, chance, and what is read off a shape. */
import { random } from '../../rows/chance.ts';
import { indexingRows } from '../../rows/indexing.ts';
import { furtherShapes } from '../../shapes/further.ts';
import { generationShapes } from '../../shapes/generation.ts';
import type { Definitions } from '../definition.ts';

export const generationDefinitions = {
  Bernoulli: { since: 15, inputs: [1, 1], rows: random, isRandom: true },
  Constant: { since: 7, inputs: [0, 0], types: generationShapes.Constant },
  ConstantOfShape: {
    since: 9,
    inputs: [1, 1],
    types: generationShapes.ConstantOfShape,
    rows: indexingRows.ConstantOfShape,
  },
  EyeLike: { since: 9, inputs: [1, 1], attributes: { k: 0 }, types: furtherShapes.EyeLike },
  Multinomial: {
    since: 7,
    inputs: [1, 1],
    attributes: { dtype: 6, sample_size: 1 },
    rows: random,
    isRandom: true,
  },
  RandomNormal: {
    since: 7,
    inputs: [0, 0],
    attributes: { dtype: 1, mean: 0, scale: 1 },
    rows: random,
    isRandom: true,
  },
  RandomNormalLike: {
    since: 7,
    inputs: [1, 1],
    attributes: { mean: 0, scale: 1 },
    rows: random,
    isRandom: true,
  },
  RandomUniform: {
    since: 7,
    inputs: [0, 0],
    attributes: { dtype: 1, high: 1, low: 0 },
    rows: random,
    isRandom: true,
  },
  RandomUniformLike: {
    since: 7,
    inputs: [1, 1],
    attributes: { high: 1, low: 0 },
    rows: random,
    isRandom: true,
  },
  Range: { since: 11, inputs: [3, 3], types: generationShapes.Range },
  Shape: {
    since: 7,
    inputs: [1, 1],
    attributes: { start: 0 },
    types: generationShapes.Shape,
    rows: indexingRows.Shape,
  },
  Size: { since: 7, inputs: [1, 1], types: generationShapes.Size, rows: indexingRows.Size },
} satisfies Definitions;
