/** Starts the engine that the command line asks for. */
import { createEngine, type Engine } from '../index.ts';
import type { Terminal } from './terminal.ts';

/**
 * Starts the engine of `--engine`, and tells which better ones were passed over.
 *
 * @throws InputError as createEngine
 */
export async function startEngine(
  { engine: specification, threads }: { readonly engine: string; readonly threads?: number | undefined },
  terminal: Terminal,
): Promise<Engine> {
  const engine = await createEngine(specification, threads === undefined ? {} : { threads });
  for (const note of engine.notes ?? []) terminal.err(`note: ${note}\n`);
  return engine;
}
