/** Parts of a plan: what they lack, and what several are together. */
import type { Result, ResultPart, ResultShard } from './result.ts';

/**
 * What a part lacks, in words, e.g. `10 of 40 examples (shards 2/4, 4/4)`.
 *
 * @param count examples that the part has
 */
export function lackingOf({ planned, missing = [] }: ResultPart, count: number): string {
  const examples = `${String(planned - count)} of ${String(planned)} examples`;
  if (missing.length === 0) return examples;
  const shards = missing.map(({ index, count: of }) => `${String(index)}/${String(of)}`).join(', ');
  return `${examples} (${missing.length === 1 ? 'shard' : 'shards'} ${shards})`;
}

/**
 * Which part of their plan several parts make.
 *
 * @param count examples that they have together
 * @returns null for the whole of it
 */
export function mergedPart(parts: readonly Pick<Result, 'part'>[], count: number): ResultPart | null {
  const own = parts.flatMap(({ part }) => part ?? []);
  const [first] = own;
  // A result without a part is whole.
  if (first === undefined || own.length < parts.length || count >= first.planned) return null;
  const missing = missingShards(own);
  const { reason } = own.find((part) => part.reason !== 'shard') ?? first;
  return {
    planned: first.planned,
    shard: own.length === 1 ? first.shard : null,
    reason,
    ...(missing === null || own.length === 1 ? {} : { missing }),
  };
}

/** The shards that none of the parts has whole; null where they are not all of shards of the same count. */
function missingShards(parts: readonly ResultPart[]): ResultShard[] | null {
  const [count] = parts.flatMap(({ shard, missing }) => shard?.count ?? missing?.[0]?.count ?? []);
  if (count === undefined) return null;
  const present = new Set<number>();
  for (const { shard, missing, reason } of parts) {
    if (shard !== null) {
      if (shard.count !== count) return null;
      if (reason === 'shard') present.add(shard.index);
    } else if (missing?.[0]?.count === count) {
      const lacking = new Set(missing.map(({ index }) => index));
      for (let index = 1; index <= count; index++) if (!lacking.has(index)) present.add(index);
    } else {
      return null;
    }
  }
  return Array.from({ length: count }, (_, index) => ({ index: index + 1, count })).filter(
    ({ index }) => !present.has(index),
  );
}
