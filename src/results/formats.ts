/** The kinds of results, as documents. */
import { type DocumentFormat, earlierVersion } from '../core/document-format.ts';
import { inconsistencies } from './consistency.ts';
import { memorizationInconsistencies } from './memorization-consistency.ts';
import { memorizationSchemaId, type MemorizationResult } from './memorization.ts';
import { resultSchemaId, type Result } from './result.ts';
import {
  definitionsSchema,
  memorizationSchema,
  memorizationSchema1,
  resultSchema,
  resultSchema1,
} from './schema.ts';
import { versionOneProblems } from './version-1/check.ts';
import type { MemorizationResult as MemorizationVersionOne } from './version-1/memorization.ts';
import type { Result as VersionOne } from './version-1/result.ts';
import { upgradeMemorization } from './version-1/upgrade-memorization.ts';
import { upgradeVersionOne } from './version-1/upgrade.ts';

const references = (): readonly object[] => [definitionsSchema()];

/** What `robust-bench attack` writes. */
export const resultFormat: DocumentFormat<Result> = {
  title: 'result',
  mark: { field: 'schema', id: resultSchemaId },
  remedy: 'run robust-bench attack again',
  schema: resultSchema,
  references,
  earlier: [
    earlierVersion<VersionOne, Result>({
      id: 'robust-bench/result/1',
      schema: resultSchema1,
      references,
      check: versionOneProblems,
      upgrade: upgradeVersionOne,
    }),
  ],
  check: inconsistencies,
};

/** What `robust-bench memorize` writes. */
export const memorizationFormat: DocumentFormat<MemorizationResult> = {
  title: 'memorization result',
  mark: { field: 'schema', id: memorizationSchemaId },
  remedy: 'run robust-bench memorize again',
  schema: memorizationSchema,
  references,
  earlier: [
    earlierVersion<MemorizationVersionOne, MemorizationResult>({
      id: 'robust-bench/memorization/1',
      schema: memorizationSchema1,
      references,
      // All that it says is kept, and checked once it is brought up.
      check: () => [],
      upgrade: upgradeMemorization,
    }),
  ],
  check: memorizationInconsistencies,
};
