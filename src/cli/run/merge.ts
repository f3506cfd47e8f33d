/** What `robust-bench merge` does. */
import {
  assertWritable,
  canonicalJson,
  derive,
  merge,
  type NamedPart,
  readResult,
  renderAttackTable,
  writeResult,
} from '../../index.ts';
import type { MergeArguments } from '../arguments/merge.ts';
import type { CommandContext } from '../command-context.ts';

export async function runMerge(argv: MergeArguments, { terminal }: CommandContext): Promise<void> {
  await assertWritable(argv.out);
  const parts: NamedPart[] = [];
  for (const name of argv.parts) parts.push({ name, result: await readResult(name) });
  const result = merge(parts);
  await writeResult(argv.out, result);
  terminal.out((argv.json ? canonicalJson(result) : renderAttackTable(derive(result), terminal)).trimEnd());
  if (!argv.quiet) terminal.err(`result written to ${argv.out}\n`);
}
