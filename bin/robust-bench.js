#!/usr/bin/env node
/** The executable: starts the command line in src/cli. */
import { runProgram } from '../dist/cli/program.js';

await runProgram();
