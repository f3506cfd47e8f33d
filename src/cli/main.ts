/** The command line: reads the arguments, runs one command, and turns what is thrown into a line and an exit code. */
import yargs from 'yargs';
import { InputError, messageOf } from '../core/errors.ts';
import { packageVersion } from '../core/package.ts';
import { addAttackCommand } from './commands/attack.ts';
import { addGateCommand } from './commands/gate.ts';
import { addModelsCommand } from './commands/models.ts';
import { addTrainCommand } from './commands/train.ts';
import { addValidateCommand } from './commands/validate.ts';
import { Interruption, processTerminal, type Terminal } from './terminal.ts';

/** The exit codes of every command. */
export const EXIT = { success: 0, gateFailed: 1, inputError: 2, internalError: 3, interrupted: 130 } as const;

/** What a command is given, and where it leaves its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  exitCode: number;
}

/**
 * Runs the command line.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const context: CommandContext = { terminal, exitCode: EXIT.success };
  const parser = yargs([])
    .scriptName('robust-bench')
    .usage(
      '$0 <command> [options]\n\nMeasures how robust a classifier is to adversarial examples and how much it memorizes corrupted labels.',
    )
    .strict()
    .demandCommand(1, 'name a command')
    .recommendCommands()
    .version(packageVersion)
    .help()
    .alias({ h: 'help' })
    .wrap(Math.min(110, process.stdout.columns || 110))
    .epilogue(
      'Exit codes: 0 success, 1 a gate failed, 2 usage, configuration or data error, 3 internal error.',
    )
    .exitProcess(false)
    .parserConfiguration({ 'duplicate-arguments-array': true, 'camel-case-expansion': true })
    .fail((message: string | null, error: Error | undefined) => {
      if (error !== undefined) throw error;
      throw new InputError(
        `${firstLine(message ?? 'the arguments are not understood')} (see robust-bench --help)`,
      );
    });
  addAttackCommand(parser, context);
  addTrainCommand(parser, context);
  addGateCommand(parser, context);
  addValidateCommand(parser, context);
  addModelsCommand(parser, context);
  try {
    await parser.parseAsync([...argv], {}, (_error, _arguments, output) => {
      if (output !== '') terminal.out(output);
    });
    return context.exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

function report(error: unknown, terminal: Terminal): number {
  const inputError = error instanceof InputError;
  if (error instanceof Interruption) {
    terminal.err(`\n${error.message}\n`);
    return EXIT.interrupted;
  }
  const prefix = inputError ? 'error' : 'internal error';
  terminal.err(`${prefix}: ${firstLine(messageOf(error))}\n`);
  if (!inputError && process.env['ROBUST_BENCH_DEBUG'] === '1' && error instanceof Error) {
    terminal.err(`${error.stack ?? ''}\n`);
  }
  return inputError ? EXIT.inputError : EXIT.internalError;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
