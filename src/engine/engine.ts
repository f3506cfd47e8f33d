/**
 * What an engine promises. Graphs are standard ONNX, gradients included, so an engine needs forward operators
 * only. onnxruntime.ts and tfjs/ keep this promise; nothing else in the toolkit names a runtime.
 */
import type { Graph, Tensor } from '../graph/types.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

/** A value that the compiled graph keeps from one run to the next: weights, momentum, running statistics. */
export interface StateBinding {
  /** The graph input that takes the value. */
  readonly input: string;
  /** The graph output whose value takes its place after a run. */
  readonly output: string;
  /** Copied when the graph is compiled. */
  readonly initial: Tensor;
}

export interface CompileOptions {
  /** Inputs the engine itself feeds, from the run before; they are neither given to nor returned by `run`. */
  readonly state?: readonly StateBinding[];
  /** False: the runtime is to run the graph as it is written, for comparison. True where absent. */
  readonly optimize?: boolean;
}

export interface CompiledGraph {
  /**
   * Runs the graph once.
   *
   * @param inputs every graph input that is not state, by name; the arrays are not changed nor kept
   * @returns every graph output that is not state, by name; the arrays belong to the caller
   * @throws InputError when an input is missing, unknown, or of the wrong type or shape
   */
  run(inputs: Tensors): Promise<Tensors>;
  /** The present state by input name; empty where none was bound. The arrays belong to the caller. */
  readState(): Promise<Tensors>;
  /** Frees what the graph holds. Idempotent. Running it afterwards is an error. */
  dispose(): Promise<void>;
}

/** A model file that the runtime runs by its own understanding. */
export interface RunnableFile {
  /**
   * Runs the file once.
   *
   * @param inputs every input of the file, by name
   * @param outputs the names of those wanted
   * @throws InputError when the runtime cannot
   */
  run(inputs: Tensors, outputs: readonly string[]): Promise<Tensors>;
  dispose(): Promise<void>;
}

export interface Engine {
  /** `onnxruntime` or `tfjs`. */
  readonly name: string;
  /** What computes, as recorded in results: `cpu`, `cuda`, `wasm`, `node-gpu` … */
  readonly provider: string;
  /** The runtime package and its version, e.g. `onnxruntime-node 1.30.0`. */
  readonly runtime: string;
  /** What was passed over in choosing what computes, one sentence each, for the reader. */
  readonly notes?: readonly string[];
  /** Whether the runtime rewrites graphs before it runs them, and can be told not to. */
  readonly optimizes?: boolean;
  /** The graph's constants and the state's first values are copied: changing their arrays later changes nothing. */
  compile(graph: Graph, options?: CompileOptions): Promise<CompiledGraph>;
  /**
   * Opens an ONNX file that the graph language cannot say; absent where the engine has no reader of its own.
   *
   * @throws InputError when the runtime cannot read it
   */
  openFile?(path: string): Promise<RunnableFile>;
  /** Frees every graph still compiled. Idempotent. */
  dispose(): Promise<void>;
}
