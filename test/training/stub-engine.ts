/** An engine that computes nothing: losses and errors come from lists, so that the loop around them can be seen. */
import type { CompiledGraph, Engine, Tensors } from '../../src/engine/engine.ts';
import { float32 } from '../../src/graph/tensor.ts';
import { OUTPUT_NAME } from '../../src/models/architectures/network.ts';
import { STEP } from '../../src/training/training-graph.ts';

export interface Script {
  /** The loss of each step; the last one for all further steps. */
  readonly losses: readonly number[];
  /** For each run of the evaluation graph, how many of its examples are wrong. */
  readonly wrong: readonly number[];
  /** What each training step was given. */
  readonly steps?: { learningRate: number; count: number }[];
  readonly classCount: number;
}

/** After n steps every weight holds the number n. Evaluation takes the label of every example to be 0. */
export function createStubEngine({
  losses,
  wrong,
  steps,
  classCount,
}: Script): Engine & { readonly open: Set<string> } {
  const open = new Set<string>();
  let runs = 0;
  let evaluations = 0;
  return {
    name: 'stub',
    provider: 'none',
    runtime: 'none',
    open,
    compile(graph, { state } = {}): Promise<CompiledGraph> {
      const kind = state === undefined ? 'evaluation' : 'training';
      open.add(kind);
      return Promise.resolve({
        run(inputs): Promise<Tensors> {
          if (kind === 'training') {
            steps?.push({
              learningRate: Number(inputs[STEP.learningRate]?.data[0]),
              count: inputs[STEP.images]?.dims[0] ?? 0,
            });
            const loss = losses[Math.min(runs++, losses.length - 1)] ?? 0;
            return Promise.resolve({ [STEP.loss]: float32([], [loss]) });
          }
          const count = inputs[graph.inputs[0]!.name]?.dims[0] ?? 0;
          const errors = wrong[evaluations++] ?? 0;
          const logits = new Float32Array(count * classCount);
          for (let row = 0; row < errors; row++) logits[row * classCount + 1] = 1;
          return Promise.resolve({ [OUTPUT_NAME]: float32([count, classCount], logits) });
        },
        readState: () =>
          Promise.resolve(
            Object.fromEntries(
              (state ?? []).map(({ input, initial }) => [
                input,
                float32(initial.dims, new Float32Array(initial.data.length).fill(runs)),
              ]),
            ),
          ),
        dispose() {
          open.delete(kind);
          return Promise.resolve();
        },
      });
    },
    dispose: () => Promise.resolve(),
  };
}
