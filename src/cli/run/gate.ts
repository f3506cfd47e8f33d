/** What `robust-bench gate` does. */
import {
  assertWritable,
  canonicalJson,
  compareResults,
  derive,
  parsePercentagePoints,
  readResult,
  renderGateJUnit,
  renderGateMarkdown,
  renderGateTable,
  writeFileAtomically,
} from '../../index.ts';
import type { GateArguments } from '../arguments/gate.ts';
import { EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../command-context.ts';

export async function runGate(argv: GateArguments, context: CommandContext): Promise<void> {
  const maxIncrease = parsePercentagePoints(argv['max-increase']);
  // Both are checked before either is written.
  if (argv.junit !== undefined) await assertWritable(argv.junit);
  if (argv.markdown !== undefined) await assertWritable(argv.markdown);
  const baseline = derive(await readResult(argv.baseline));
  const current = derive(await readResult(argv.current));
  const report = compareResults(baseline, current, { maxIncrease, strict: argv.strict });
  if (argv.junit !== undefined) await writeFileAtomically(argv.junit, renderGateJUnit(report));
  if (argv.markdown !== undefined) await writeFileAtomically(argv.markdown, renderGateMarkdown(report));
  const { terminal } = context;
  terminal.out((argv.json ? canonicalJson(report) : renderGateTable(report, terminal)).trimEnd());
  context.exitCode = report.passed ? EXIT.success : EXIT.gateFailed;
}
