/** What a corruption of labels is asked to be, and what it comes to once checked. */
import { InputError } from '../core/errors.ts';
import type { Seed } from '../core/random.ts';
import { assertTransitionMatrix, type TransitionMatrix } from './transition-matrix.ts';

/**
 * Which label an example gets.
 * - `uniform`: a masked example gets a class drawn uniformly from all classes, its own included, so that about
 *   p·(C−1)/C of the labels really change (Zhang et al. 2017, Understanding deep learning requires rethinking
 *   generalization; the protocol of the mixup paper).
 * - `symmetric`: a masked example gets one of the other classes, uniformly.
 * - `pair-flip`: a masked example of class c gets the class c + 1, the last one class 0.
 * - `class-conditional`: an example of class i gets class j with the probability T[i][j] of a given matrix.
 */
export const corruptionModes = ['uniform', 'symmetric', 'pair-flip', 'class-conditional'] as const;

export type CorruptionMode = (typeof corruptionModes)[number];

export interface CorruptionOptions {
  /** The root of every draw. */
  readonly seed: Seed;
  /** `uniform` when left out. */
  readonly mode?: CorruptionMode | undefined;
  /** p in [0, 1]: the probability that an example is masked. Left out for `class-conditional`, whose matrix says it. */
  readonly rate?: number | undefined;
  /** Masks exactly round(p·n) examples instead of each with probability p. */
  readonly exact?: boolean | undefined;
  /** For `class-conditional` alone: [C, C], T[i][j] is the probability that class i is given the label j. */
  readonly matrix?: TransitionMatrix | undefined;
}

/** A corruption in full, as label files record it. */
export interface CorruptionSettings {
  readonly seed: Seed;
  readonly mode: CorruptionMode;
  /** Null for `class-conditional`. */
  readonly rate: number | null;
  readonly exact: boolean;
  /** Null for every mode but `class-conditional`. */
  readonly matrix: TransitionMatrix | null;
}

/**
 * Fills in what was left out and checks that the parts fit together.
 *
 * @throws InputError on a rate outside [0, 1], fewer than two classes, a matrix of another size or whose rows are no
 *   distributions, and parts that contradict the mode
 */
export function corruptionSettings(options: CorruptionOptions, classCount: number): CorruptionSettings {
  const { seed, mode = 'uniform', rate, exact = false, matrix } = options;
  if (!corruptionModes.includes(mode)) {
    throw new InputError(`unknown corruption mode '${mode}': write one of ${corruptionModes.join(', ')}`);
  }
  if (!(classCount >= 2)) {
    throw new InputError(
      `the data have ${String(classCount)} class: to corrupt labels there must be another one to draw`,
    );
  }
  if (mode === 'class-conditional') {
    if (rate !== undefined || exact) {
      throw new InputError(
        `corruption mode class-conditional takes its rates from the matrix: leave out ${rate === undefined ? 'exact' : 'the rate'}`,
      );
    }
    if (matrix === undefined) {
      throw new InputError(
        'corruption mode class-conditional needs a matrix: T[i][j], the probability that class i is given the label j',
      );
    }
    assertTransitionMatrix(matrix, 'the transition matrix', classCount);
    return { seed, mode, rate: null, exact, matrix };
  }
  if (matrix !== undefined) {
    throw new InputError(`a matrix belongs to the corruption mode class-conditional, not to ${mode}`);
  }
  if (rate === undefined) {
    throw new InputError(
      `corruption mode ${mode} needs a rate, the fraction of examples to mask: 0.5 for 50 %`,
    );
  }
  if (!(rate >= 0 && rate <= 1)) {
    throw new InputError(
      `the corruption rate ${String(rate)} is no fraction from 0 to 1: write 0.5 for 50 %`,
    );
  }
  return { seed, mode, rate, exact, matrix: null };
}
