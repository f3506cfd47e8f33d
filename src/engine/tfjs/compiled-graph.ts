/** Interprets a graph: what is constant is computed at compile time, every other value lives until its last reader. */
import { InputError, messageOf } from '../../core/errors.ts';
import type { Graph, Node, Tensor } from '../../graph/types.ts';
import type { CompiledGraph, CompileOptions, StateBinding, Tensors } from '../engine.ts';
import { assertInputs } from '../inputs.ts';
import type { LoadedBackend } from './backend.ts';
import { assertComputable } from './computable.ts';
import { Call } from './operator.ts';
import { handlers } from './operators/index.ts';
import { liveNodes, scheduled, type Step } from './schedule.ts';
import { copyOf, download, upload } from './transfer.ts';
import { RuntimeValue } from './value.ts';
import { writtenOut } from './writing-out.ts';

type Values = Map<string, RuntimeValue>;

export class InterpretedGraph implements CompiledGraph {
  readonly #backend: LoadedBackend;
  readonly #graph: Graph;
  readonly #bindings: readonly StateBinding[];
  /** The graph inputs that `run` is given, as opposed to those it carries over. */
  readonly #given: Graph['inputs'];
  readonly #returned: Graph['outputs'];
  readonly #steps: readonly Step[];
  readonly #constants: Values = new Map();
  readonly #state: Values = new Map();
  readonly #onDispose: (graph: InterpretedGraph) => void;
  #disposed = false;

  /** @throws InputError naming the node and the operator when tfjs cannot compute it */
  constructor(
    backend: LoadedBackend,
    graph: Graph,
    options: CompileOptions,
    onDispose: (graph: InterpretedGraph) => void,
  ) {
    this.#backend = backend;
    this.#graph = writtenOut({ ...graph, nodes: liveNodes(graph) });
    this.#onDispose = onDispose;
    this.#bindings = options.state ?? [];
    const nodes = liveNodes(this.#graph);
    assertComputable(this.#graph, nodes, this.#bindings);
    const carried = new Set(this.#bindings.map(({ input }) => input));
    const renewing = new Set(this.#bindings.map(({ output }) => output));
    this.#given = this.#graph.inputs.filter(({ name }) => !carried.has(name));
    this.#returned = this.#graph.outputs.filter(({ name }) => !renewing.has(name));
    backend.activate();
    try {
      for (const { input, initial } of this.#bindings) this.#state.set(input, this.#owned(initial));
      this.#steps = scheduled(this.#graph, this.#fold(nodes));
      this.#dropUnreadConstants();
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  async run(inputs: Tensors): Promise<Tensors> {
    this.#assertUsable();
    assertInputs(this.#graph, this.#given, inputs);
    // No awaiting until the state is renewed: runs of any graphs may be under way at once.
    this.#backend.activate();
    const transient: Values = new Map();
    try {
      for (const { name } of this.#given) {
        const value = inputs[name];
        if (value !== undefined) transient.set(name, RuntimeValue.ofHost(this.#backend.tf, value));
      }
      for (const step of this.#steps) {
        this.#compute(step.node, transient);
        for (const name of step.lastRead) release(transient, name);
      }
      const results = this.#returned.map((output) => ({ output, value: this.#find(output.name, transient) }));
      const tensors = results.map(({ output, value }) => ({ output, tensor: value.first() }));
      this.#renewState(transient);
      const downloads = tensors.map(async ({ output, tensor }) => {
        return [output.name, download(tensor, await tensor.data(), output.dataType)] as const;
      });
      return Object.fromEntries(await Promise.all(downloads));
    } finally {
      for (const value of transient.values()) value.dispose();
    }
  }

  async readState(): Promise<Tensors> {
    this.#assertUsable();
    this.#backend.activate();
    const downloads = this.#bindings.map(async ({ input, initial }) => {
      const tensor = this.#find(input, new Map()).first();
      return [input, download(tensor, await tensor.data(), initial.dataType)] as const;
    });
    return Object.fromEntries(await Promise.all(downloads));
  }

  dispose(): Promise<void> {
    if (!this.#disposed) {
      this.#disposed = true;
      this.#free();
      this.#onDispose(this);
    }
    return Promise.resolve();
  }

  /** Computes the nodes whose inputs are all constant, and returns the others. */
  #fold(nodes: readonly Node[]): Node[] {
    const { tf } = this.#backend;
    for (const [name, value] of this.#graph.initializers) {
      this.#constants.set(name, RuntimeValue.ofHost(tf, value));
    }
    return nodes.filter((node) => {
      const constant = node.inputs.every((name) => name === '' || this.#constants.has(name));
      if (constant) this.#compute(node, this.#constants);
      return !constant;
    });
  }

  #dropUnreadConstants(): void {
    const read = new Set([
      ...this.#steps.flatMap(({ node }) => node.inputs),
      ...this.#graph.outputs.map(({ name }) => name),
    ]);
    for (const name of [...this.#constants.keys()]) {
      if (!read.has(name)) release(this.#constants, name);
    }
  }

  #compute(node: Node, values: Values): void {
    const { tf } = this.#backend;
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.#find(name, values)));
    const call = new Call(tf, node, inputs);
    try {
      const results = tf.tidy(() => {
        const computed = handlers[node.operator]?.(call) ?? [];
        return { computed: computed instanceof RuntimeValue ? [computed] : [...computed] } as never;
      }) as { computed: RuntimeValue[] };
      results.computed.forEach((value, index) => {
        const name = node.outputs[index] ?? '';
        if (name === '') value.dispose();
        else values.set(name, value);
      });
    } catch (error) {
      for (const value of call.made) value.dispose();
      throw error instanceof InputError ? error : call.error(messageOf(error).split('\n', 1)[0] ?? '');
    }
  }

  #find(name: string, values: Values): RuntimeValue {
    const value = values.get(name) ?? this.#state.get(name) ?? this.#constants.get(name);
    if (value === undefined) {
      throw new InputError(`the graph ${this.#graph.name} reads the value ${name}, which nothing makes`);
    }
    return value;
  }

  /** Every new value is looked up before any old one goes: a state may be renewed by another's old value. */
  #renewState(transient: Values): void {
    const { tf } = this.#backend;
    const renewed = this.#bindings.map(({ input, output }) => {
      const value = this.#find(output, transient);
      return [
        input,
        RuntimeValue.of(tf, value.dataType, tf.clone(value.in(value.layout)), value.layout),
      ] as const;
    });
    for (const [input, value] of renewed) {
      this.#state.get(input)?.dispose();
      this.#state.set(input, value);
    }
  }

  /** The tensor on the device. */
  #owned(value: Tensor): RuntimeValue {
    const { tf } = this.#backend;
    return RuntimeValue.of(tf, value.dataType, upload(tf, copyOf(value)));
  }

  #free(): void {
    for (const values of [this.#constants, this.#state]) {
      for (const value of values.values()) value.dispose();
      values.clear();
    }
  }

  #assertUsable(): void {
    if (this.#disposed) throw new InputError(`the graph ${this.#graph.name} was disposed of and cannot run`);
  }
}

function release(values: Values, name: string): void {
  values.get(name)?.dispose();
  values.delete(name);
}
