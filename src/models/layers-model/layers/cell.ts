/** What a recurrent layer repeats. */

export interface Cell {
  /** How many states there are. */
  readonly states: number;
  /** How many spatial axes each step has; none but in convolutional cells. */
  readonly spatial: number;
  /** Whether it is several cells, whose states come last cell first. */
  readonly stacked: boolean;
  /** The states, the output first, after a step with the input [N, features]. */
  readonly step: (input: string, states: readonly string[]) => readonly string[];
  readonly zeroStates: (input: string) => readonly string[];
}
