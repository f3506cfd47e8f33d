/** The engine of TensorFlow.js: interprets graphs with tfjs operators on whichever of its backends is asked for. */
import { InputError } from '../../core/errors.ts';
import type { Graph } from '../../graph/types.ts';
import type { CompiledGraph, CompileOptions, Engine } from '../engine.ts';
import { loadBackend, type LoadedBackend } from './backend.ts';
import { InterpretedGraph } from './compiled-graph.ts';
import type { TfjsBackend } from './packages.ts';

export interface TfjsOptions {
  /** The best that is installed and loads where absent. */
  readonly backend?: TfjsBackend;
  /** Threads of one operator, for the backend `node`; `wasm` and `cpu` compute on one thread in Node. */
  readonly threads?: number;
}

/**
 * Starts the engine.
 *
 * @throws InputError with the install command when the backend's package is missing or cannot be loaded; when it is
 * asked for threads that it does not have
 */
export async function createTfjsEngine(options: TfjsOptions = {}): Promise<Engine> {
  const loaded = await loadBackend(options.backend, options.threads);
  const { provider } = loaded;
  const threads = options.threads ?? 1;
  if (threads > 1 && (provider === 'wasm' || provider === 'cpu')) {
    throw new InputError(
      `tfjs:${provider} computes on one thread, not on ${String(threads)}: leave --threads out`,
    );
  }
  return new TfjsEngine(loaded);
}

class TfjsEngine implements Engine {
  readonly name = 'tfjs';
  readonly #backend: LoadedBackend;
  readonly #graphs = new Set<InterpretedGraph>();

  constructor(backend: LoadedBackend) {
    this.#backend = backend;
  }

  get provider(): string {
    return this.#backend.provider;
  }

  get runtime(): string {
    return this.#backend.runtime;
  }

  get notes(): readonly string[] {
    return this.#backend.notes;
  }

  compile(graph: Graph, options: CompileOptions = {}): Promise<CompiledGraph> {
    return new Promise((resolve) => {
      const compiled = new InterpretedGraph(this.#backend, graph, options, (gone) =>
        this.#graphs.delete(gone),
      );
      this.#graphs.add(compiled);
      resolve(compiled);
    });
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#graphs].map((graph) => graph.dispose()));
  }
}
