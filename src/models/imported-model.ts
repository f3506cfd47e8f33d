/** What an importer of another format gives: the graph, and what a record of the file needs. */
import type { Graph } from '../graph/types.ts';

export interface ImportedModel {
  /** Image inputs are [N, C, H, W]; outputs bear the names that the file gives them. */
  readonly graph: Graph;
  /** Base names of the weight shards. */
  readonly files: readonly string[];
  /** SHA-256 of the shards' bytes in the order of the manifest. */
  readonly sha256: string;
  readonly producer: string;
  /** What reading changed, left out or took for granted, one sentence each. */
  readonly notes: readonly string[];
}
