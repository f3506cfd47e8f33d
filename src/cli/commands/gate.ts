/** `robust-bench gate`: its options are in ../arguments/gate.ts, the work is in ../run/gate.ts, loaded when asked for. */
import type { Argv } from 'yargs';
import { gateOptions } from '../arguments/gate.ts';
import type { CommandContext } from '../command-context.ts';
import { examples } from '../examples.ts';

export function addGateCommand(parser: Argv, context: CommandContext): void {
  parser.command(
    'gate',
    'Compare a result with a baseline; exit 1 where robustness fell',
    (command) =>
      command
        .options(gateOptions)
        .epilogue(
          examples([
            [
              'In continuous integration',
              'gate --baseline base.json --current new.json --max-increase 1pp --junit gate.xml',
            ],
          ]),
        ),
    async (argv) => {
      const { runGate } = await import('../run/gate.ts');
      await runGate(argv, context);
    },
  );
}
