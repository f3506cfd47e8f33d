/** What a unit of work leaves behind: columns of its range, plain data that can be sent, journalled and put together. */
import type { ModelCheck } from '../classifier/classifier.ts';
import type { Norm } from '../attacks/balls/ball.ts';
import type { OutputRanges } from './probability-check.ts';
import type { ScoreColumns } from './score.ts';

export interface CleanRecord {
  readonly kind: 'clean';
  readonly model: string;
  readonly start: number;
  readonly score: ScoreColumns;
  readonly outputs: OutputRanges;
}

/** Sizes of perturbations, [n] each, in units of the source's range; in L0 a count. */
export type SizeColumns = { readonly [N in 'linf' | 'l2']: Float64Array } & {
  readonly [N in Exclude<Norm, 'linf' | 'l2'>]?: Float64Array;
};

export interface RoundedColumns {
  readonly predictions: Int32Array;
  readonly ranks: Int32Array;
}

export interface AttackRecord {
  readonly kind: 'attack';
  readonly attack: string;
  readonly source: string;
  readonly start: number;
  readonly sizes: SizeColumns;
  readonly gradients: Int32Array;
  readonly queries: Int32Array;
  readonly zeroGradients: Uint8Array;
  readonly targets: Int32Array | null;
  readonly led: Uint8Array | null;
  /** Of the examples as 8-bit pixels, where they were asked for. */
  readonly rounded: SizeColumns | null;
  readonly scored: readonly {
    readonly model: string;
    readonly score: ScoreColumns;
    readonly rounded: RoundedColumns | null;
  }[];
}

/** What was learned of a model when it ran. */
export interface ModelFindings {
  readonly name: string;
  readonly check: ModelCheck | undefined;
  readonly notes: readonly string[];
}

export type UnitRecord = (CleanRecord | AttackRecord) & {
  /** What was known of the models when the unit was journalled: a run that goes on from it may not learn it again. */
  readonly findings?: readonly ModelFindings[];
};
