/** What Square draws: where it begins, and how it changes the best point so far. */
import type { RandomStream } from '../../core/random.ts';

export interface Proposal {
  /** The clean input, [...inputShape]; not changed. */
  readonly clean: Float32Array;
  /** The best point so far; not changed. */
  readonly best: Float32Array;
  /** The share of the pixels that is changed, in (0, 1]. */
  readonly share: number;
  readonly stream: RandomStream;
}

/** Of one example at a time; points may lie outside the ball, which the caller projects to. */
export interface Squares {
  start(clean: Float32Array, stream: RandomStream): Float32Array;
  propose(proposal: Proposal): Float32Array;
}

/** 1 or −1. */
export function drawSign(stream: RandomStream): number {
  return stream.uniform() < 0.5 ? -1 : 1;
}
