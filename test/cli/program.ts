/** The command line as a process of its own, for the tests of signals and pipes. */
import { runProgram } from '../../src/cli/program.ts';

await runProgram();
