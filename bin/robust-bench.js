#!/usr/bin/env node
/** The executable: hands the arguments to the command line in src/cli and exits with the code it gives. */
import { main } from '../dist/cli/main.js';

process.exitCode = await main(process.argv.slice(2));
