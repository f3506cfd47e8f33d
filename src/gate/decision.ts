/** When an increase of an error fails the gate, and the least one that can. */
import { pairedDifference } from '../statistics/difference.ts';

export interface GateRule {
  /** The greatest increase allowed, as a fraction. */
  readonly maxIncrease: number;
  /** Whether the increase as measured decides. */
  readonly strict: boolean;
  /** Of the interval that must lie above what is allowed, otherwise. */
  readonly level: number;
}

/** How many of `count` examples changed, and which way. */
export interface Changes {
  readonly newlyWrong: number;
  readonly newlyRight: number;
  readonly count: number;
}

/** Whether the error has risen by more than is allowed: as measured, or beyond what chance explains. */
export function rises(changes: Changes, { maxIncrease, strict, level }: GateRule): boolean {
  const { newlyWrong, newlyRight, count } = changes;
  // In whole examples, so that 7 of 100 is not above 0.07.
  const above = newlyWrong - newlyRight > maxIncrease * count + 1e-9;
  if (strict || !above) return above;
  const counts = {
    bothRight: count - newlyWrong - newlyRight,
    onlyFirstRight: newlyWrong,
    onlySecondRight: newlyRight,
    bothWrong: 0,
  };
  return pairedDifference(counts, level).interval.lower > maxIncrease;
}

/**
 * The least increase that fails, were as many examples to change as did, or as many more as it takes.
 *
 * @returns a fraction of the examples; above 1 where even the loss of all of them would pass
 */
export function leastDetectable({ newlyWrong, newlyRight, count }: Changes, rule: GateRule): number {
  const changed = newlyWrong + newlyRight;
  const fails = (net: number): boolean => {
    const worse = Math.max(net, Math.floor((changed + net) / 2));
    return rises({ newlyWrong: worse, newlyRight: worse - net, count }, rule);
  };
  let [low, high] = [0, count + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fails(middle)) high = middle;
    else low = middle;
  }
  return high / count;
}
