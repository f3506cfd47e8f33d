/** The names that a mistyped one may stand for. */

/** How many are offered. */
const OFFERED = 3;

/** Names are shorter than this; of what is longer its beginning tells as much. */
const LONGEST = 200;

/** The few names nearest to a given one, the nearest first, by the edits that lead from one to the other. */
export function nearNames(given: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(given.slice(0, LONGEST), name) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, OFFERED)
    .map(({ name }) => name);
}

/** The least number of characters to insert, delete or replace (Levenshtein 1966). */
export function editDistance(from: string, to: string): number {
  // row[j]: the distance of the beginning of `from` read so far to the first j characters of `to`.
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (to[j - 1] === from[i] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
