/** The command line as a process of its own. */
import { messageOf } from '../core/errors.ts';
import { EXIT } from './exit-codes.ts';
import { main } from './main.ts';

/** Runs the process's arguments and leaves its exit code. */
export async function runProgram(): Promise<void> {
  // Node ends a process in which something is thrown that nobody waits for with 1, which means that a gate failed.
  process.on('uncaughtException', (error: unknown) => {
    process.stderr.write(`internal error: ${messageOf(error).split('\n', 1)[0] ?? ''}\n`);
    if (process.env['ROBUST_BENCH_DEBUG'] === '1' && error instanceof Error) console.error(error.stack);
    process.exit(EXIT.internalError);
  });
  // Holds should the command neither end nor wait for anything.
  process.exitCode = EXIT.internalError;
  process.exitCode = await main(process.argv.slice(2));
}
