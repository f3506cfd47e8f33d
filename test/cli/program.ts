/** The command line as a process of its own, for the tests of signals and pipes. */
import { main } from '../../src/cli/main.ts';

process.exitCode = await main(process.argv.slice(2));
