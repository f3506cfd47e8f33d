/** The command line: reads the arguments, runs one command, and turns what is thrown into a line and an exit code. */
import { createRequire } from 'node:module';
import type { Argv } from 'yargs';
import type Yargs from 'yargs';
import { InputError, messageOf } from '../core/errors.ts';
import { packageVersion } from '../core/package.ts';
import { type CommandContext, givenOptions } from './command-context.ts';
import { addAttackCommand } from './commands/attack.ts';
import { addCorruptCommand } from './commands/corrupt.ts';
import { addGateCommand } from './commands/gate.ts';
import { addGradientCommand } from './commands/gradient.ts';
import { addMemorizeCommand } from './commands/memorize.ts';
import { addMergeCommand } from './commands/merge.ts';
import { addModelsCommand } from './commands/models.ts';
import { addRecipesCommand } from './commands/recipes.ts';
import { addTrainCommand } from './commands/train.ts';
import { addValidateCommand } from './commands/validate.ts';
import { examples } from './examples.ts';
import { EXIT } from './exit-codes.ts';
import { Interruption } from './interruption.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** The CommonJS build of yargs: that for ES modules breaks the lines of help texts in the middle of words. */
const yargs = createRequire(import.meta.url)('yargs') as typeof Yargs;

/** Adds a command to the parser. */
type AddCommand = (parser: Argv, context: CommandContext) => void;

const COMMANDS: Readonly<Record<string, AddCommand>> = {
  attack: addAttackCommand,
  corrupt: addCorruptCommand,
  memorize: addMemorizeCommand,
  train: addTrainCommand,
  recipes: addRecipesCommand,
  merge: addMergeCommand,
  gate: addGateCommand,
  validate: addValidateCommand,
  models: addModelsCommand,
  gradient: addGradientCommand,
};

/**
 * Runs the command line.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const context: CommandContext = { terminal, given: givenOptions(argv), exitCode: EXIT.success };
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
      examples([
        ['White box, on the data that the model card names', 'attack --model m.json --method ifgsm'],
        ['A network to attack', 'train --data idx:fashion-mnist --width 8 --epochs 10 --out runs/erm'],
      ]),
    )
    .exitProcess(false)
    .parserConfiguration({ 'duplicate-arguments-array': true, 'camel-case-expansion': true })
    .fail((message: string | null, error: Error | undefined) => {
      // Errors of yargs' own are about the arguments; all others come from a command.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw usageError(message ?? error?.message ?? 'the arguments are not understood', argv);
    });
  for (const add of Object.values(COMMANDS)) add(parser, context);
  try {
    await parser.parseAsync([...argv], {}, (_error, _arguments, output) => {
      if (output !== '') terminal.out(output);
    });
    await terminal.flush();
    return context.exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

function report(error: unknown, terminal: Terminal): number {
  const inputError = error instanceof InputError;
  if (error instanceof Interruption) {
    // A terminal echoes ^C: the message starts on a line of its own.
    terminal.err(`${terminal.interactive ? '\n' : ''}${error.message}\n`);
    return error.exitCode;
  }
  const prefix = inputError ? 'error' : 'internal error';
  terminal.err(`${prefix}: ${firstLine(messageOf(error))}\n`);
  if (!inputError && process.env['ROBUST_BENCH_DEBUG'] === '1' && error instanceof Error) {
    terminal.err(`${error.stack ?? ''}\n`);
  }
  return inputError ? EXIT.inputError : EXIT.internalError;
}

function usageError(message: string, [command = '']: readonly string[]): InputError {
  const help = Object.hasOwn(COMMANDS, command) ? `${command} --help` : '--help';
  return new InputError(`${message.trim().replace(/\s+/g, ' ')} (see robust-bench ${help})`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
