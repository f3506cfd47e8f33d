/** The embedded default engine: ONNX Runtime, one compiled session per graph. */
import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { InputError, messageOf } from '../../core/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import { encodeModel } from '../../graph/onnx/write.ts';
import { writableGraph } from '../../graph/operators/expand.ts';
import type { Graph, Tensor } from '../../graph/types.ts';
import type { CompiledGraph, CompileOptions, Engine, RunnableFile, Tensors } from '../engine.ts';
import { assertInputs } from '../inputs.ts';
import { withCopiedStatistics } from './batch-statistics.ts';
import { trialConvolution, withBlockedConvolutions } from './blocked-convolution.ts';
import { copyOf, fromRuntime, toRuntime } from './tensors.ts';

export interface OnnxRuntimeOptions {
  /** Threads of one operator; all physical cores where absent. */
  readonly threads?: number;
  /** `cpu` (default), `cuda`, `webgpu`, `dml`, `coreml`: what the installed runtime has. */
  readonly provider?: string;
}

type Runtime = typeof import('onnxruntime-node');

/**
 * Passes of the runtime that change what a graph computes. `Pad_Fusion` (1.30.0) merges a `Pad` of zeros into the
 * `MaxPool` behind it, whose own padding never wins, as if the zeros were −∞.
 */
const WRONG_OPTIMIZERS = ['Pad_Fusion'];

/**
 * Starts the engine.
 *
 * @throws InputError when the runtime is not installed or lacks the provider
 */
export async function createOnnxRuntimeEngine(options: OnnxRuntimeOptions = {}): Promise<Engine> {
  const runtime = await loadRuntime();
  const provider = options.provider ?? 'cpu';
  assertProvider(runtime, provider);
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    // Errors come back as exceptions; the runtime's own log would only repeat them on the terminal.
    logSeverityLevel: 4,
    interOpNumThreads: 1,
    extra: { optimization: { disable_specified_optimizers: WRONG_OPTIMIZERS.join(';') } },
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
  };
  const engine = new OnnxRuntimeEngine(runtime, provider, sessionOptions);
  if (provider !== 'cpu') await assertStarts(engine);
  return engine;
}

class OnnxRuntimeEngine implements Engine {
  readonly name = 'onnxruntime';
  readonly optimizes = true;
  readonly provider: string;
  readonly runtime: string;
  readonly #runtime: Runtime;
  readonly #options: InferenceSession.SessionOptions;
  readonly #sessions = new Map<Graph, SharedSession>();
  /** The outcome of the trial, once it was made. */
  #blocked: Promise<boolean> | undefined;

  constructor(runtime: Runtime, provider: string, options: InferenceSession.SessionOptions) {
    this.#runtime = runtime;
    this.provider = provider;
    this.runtime = `onnxruntime-node ${runtime.env.versions.node ?? runtime.env.versions.common}`;
    this.#options = options;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<CompiledGraph> {
    if (options.optimize === false) return this.#compileAsWritten(graph, options);
    let shared = this.#sessions.get(graph);
    if (shared === undefined) {
      shared = { users: 0, session: this.#open(graph) };
      this.#sessions.set(graph, shared);
    }
    shared.users++;
    const release = async (): Promise<void> => {
      shared.users--;
      if (shared.users > 0 || this.#sessions.get(graph) !== shared) return;
      this.#sessions.delete(graph);
      await (await shared.session).release();
    };
    try {
      return new CompiledSession(this.#runtime, graph, await shared.session, options, release);
    } catch (error) {
      this.#sessions.delete(graph);
      throw error;
    }
  }

  async openFile(path: string): Promise<RunnableFile> {
    const session = await this.#created({ name: path }, () =>
      this.#runtime.InferenceSession.create(path, this.#options),
    );
    return {
      run: async (inputs, outputs) => {
        const feeds = Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [name, toRuntime(this.#runtime, value)]),
        );
        try {
          const fetched = await session.run(feeds, [...outputs]);
          return Object.fromEntries(
            Object.entries(fetched).map(([name, value]) => [name, fromRuntime(value)]),
          );
        } catch (error) {
          throw new InputError(`onnxruntime failed in ${path}: ${firstLine(messageOf(error))}`);
        }
      },
      dispose: () => session.release(),
    };
  }

  async dispose(): Promise<void> {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const { session } of open) await (await session).release();
  }

  async #compileAsWritten(graph: Graph, options: CompileOptions): Promise<CompiledGraph> {
    const asWritten = { ...this.#options, graphOptimizationLevel: 'disabled' as const };
    const session = await this.#created(graph, () => this.#create(withCopiedStatistics(graph), asWritten));
    return new CompiledSession(this.#runtime, graph, session, options, () => session.release());
  }

  async #open(graph: Graph): Promise<InferenceSession> {
    const faithful = withCopiedStatistics(graph);
    const faster = this.provider === 'cpu' ? withBlockedConvolutions(faithful) : faithful;
    const chosen = faster !== faithful && (await this.#blockedConvolutionsWork()) ? faster : faithful;
    return this.#created(graph, () => this.#create(chosen));
  }

  async #created(
    { name }: Pick<Graph, 'name'>,
    create: () => Promise<InferenceSession>,
  ): Promise<InferenceSession> {
    try {
      return await create();
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`onnxruntime cannot run the graph ${name}: ${firstLine(messageOf(error))}`);
    }
  }

  #create(graph: Graph, options = this.#options): Promise<InferenceSession> {
    return this.#runtime.InferenceSession.create(encodeModel(writableGraph(graph)), options);
  }

  /** Whether this runtime on this processor computes a blocked convolution as it does an ordinary one. */
  #blockedConvolutionsWork(): Promise<boolean> {
    this.#blocked ??= this.#tryBlockedConvolution().catch(() => false);
    return this.#blocked;
  }

  async #tryBlockedConvolution(): Promise<boolean> {
    const { graph, inputs } = trialConvolution();
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, toRuntime(this.#runtime, value)]),
    );
    const results: Float32Array[] = [];
    for (const variant of [graph, withBlockedConvolutions(graph)]) {
      const session = await this.#create(variant);
      const { output } = await session.run(feeds);
      if (output?.data instanceof Float32Array) results.push(output.data.slice());
      await session.release();
    }
    const [ordinary, blocked] = results;
    return (
      ordinary !== undefined &&
      blocked?.length === ordinary.length &&
      blocked.every((value, index) => Math.abs(value - (ordinary[index] ?? NaN)) <= 1e-4)
    );
  }
}

interface SharedSession {
  users: number;
  readonly session: Promise<InferenceSession>;
}

class CompiledSession implements CompiledGraph {
  readonly #runtime: Runtime;
  readonly #graph: Graph;
  readonly #session: InferenceSession;
  readonly #release: () => Promise<void>;
  /** The graph inputs that `run` is given, as opposed to those it carries over. */
  readonly #given: Graph['inputs'];
  readonly #state = new Map<string, RuntimeTensor>();
  /** By the output that renews it, the state's input. */
  readonly #renewedBy = new Map<string, string>();
  #disposed = false;

  constructor(
    runtime: Runtime,
    graph: Graph,
    session: InferenceSession,
    options: CompileOptions,
    release: () => Promise<void>,
  ) {
    this.#runtime = runtime;
    this.#graph = graph;
    this.#session = session;
    this.#release = release;
    for (const { input, output, initial } of options.state ?? []) {
      this.#state.set(input, toRuntime(runtime, copyOf(initial)));
      this.#renewedBy.set(output, input);
    }
    this.#given = graph.inputs.filter(({ name }) => !this.#state.has(name));
  }

  async run(inputs: Tensors): Promise<Tensors> {
    this.#assertUsable();
    assertInputs(this.#graph, this.#given, inputs);
    const feeds: Record<string, RuntimeTensor> = Object.fromEntries(this.#state);
    for (const { name } of this.#given) {
      const value = inputs[name];
      if (value !== undefined) feeds[name] = toRuntime(this.#runtime, value);
    }
    const fetched = await this.#fetch(feeds);
    const results: Record<string, Tensor> = {};
    for (const { name } of this.#graph.outputs) {
      const value = fetched[name];
      if (value === undefined) continue;
      const state = this.#renewedBy.get(name);
      if (state === undefined) results[name] = fromRuntime(value);
      else this.#state.set(state, value);
    }
    return results;
  }

  readState(): Promise<Tensors> {
    this.#assertUsable();
    const state = [...this.#state].map(([name, value]) => [name, copyOf(fromRuntime(value))] as const);
    return Promise.resolve(Object.fromEntries(state));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#state.clear();
    await this.#release();
  }

  async #fetch(feeds: Record<string, RuntimeTensor>): Promise<InferenceSession.OnnxValueMapType> {
    try {
      return await this.#session.run(feeds);
    } catch (error) {
      throw new InputError(
        `onnxruntime failed in the graph ${this.#graph.name}: ${firstLine(messageOf(error))}`,
      );
    }
  }

  #assertUsable(): void {
    if (this.#disposed) throw new InputError(`the graph ${this.#graph.name} was disposed of and cannot run`);
  }
}

async function loadRuntime(): Promise<Runtime> {
  try {
    const runtime = await import('onnxruntime-node');
    // What goes wrong comes back as an exception; the log of the whole runtime, as of its sessions, would repeat it.
    runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (error) {
    throw new InputError(
      `onnxruntime-node cannot be loaded (${firstLine(messageOf(error))}); install it: npm install onnxruntime-node`,
    );
  }
}

function assertProvider(runtime: Runtime, provider: string): void {
  const listed = runtime.listSupportedBackends().map(({ name }) => name);
  if (listed.includes(provider)) return;
  throw new InputError(
    `onnxruntime has no provider ${provider} on this machine; it has ${listed.join(', ')}: write --engine onnxruntime:${listed[0] ?? 'cpu'}`,
  );
}

/** The provider may be listed and lack its libraries or its device, which the first session finds out. */
async function assertStarts(engine: Engine): Promise<void> {
  const builder = new GraphBuilder('trial');
  builder.output(builder.relu(builder.input('x', 'float32', [1])));
  try {
    await (await engine.compile(builder.build())).dispose();
  } catch (error) {
    throw new InputError(
      `the provider ${engine.provider} of onnxruntime cannot start on this machine: write --engine onnxruntime for the CPU (${firstLine(messageOf(error))})`,
    );
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
