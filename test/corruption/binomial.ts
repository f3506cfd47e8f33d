/** Bounds on a binomial count, from its exact distribution. */

/**
 * The least and the greatest count outside which a binomial falls, on each side, with at most half of `probability`.
 */
export function binomialBounds(
  trials: number,
  success: number,
  probability: number,
): readonly [number, number] {
  const logs = logFactorials(trials);
  const mass = (count: number): number =>
    Math.exp(
      logs[trials]! -
        logs[count]! -
        logs[trials - count]! +
        count * Math.log(success) +
        (trials - count) * Math.log(1 - success),
    );
  const edge = (counts: Iterable<number>): number => {
    let tail = 0;
    let last = 0;
    for (const count of counts) {
      last = count;
      tail += mass(count);
      if (tail > probability / 2) break;
    }
    return last;
  };
  const upwards = Array.from({ length: trials + 1 }, (_, count) => count);
  return [edge(upwards), edge([...upwards].reverse())];
}

function logFactorials(most: number): number[] {
  const logs = [0];
  for (let value = 1; value <= most; value++) logs.push(logs[value - 1]! + Math.log(value));
  return logs;
}
