/** Loads the TensorFlow.js backend that was asked for, or the best that loads here. */
import util from 'node:util';
import { InputError, messageOf } from '../../core/errors.ts';
import {
  installAdvice,
  installedVersion,
  isInstalled,
  lackOf,
  sources,
  tfjsBackends,
  type TfjsBackend,
} from './packages.ts';

/** The operators of tfjs-core, from whichever package brings them: every package has a copy of its own. */
export type Tf = typeof import('@tensorflow/tfjs-core');

export interface LoadedBackend {
  readonly tf: Tf;
  readonly provider: TfjsBackend;
  /**
   * The package and its version, e.g. `@tensorflow/tfjs-backend-wasm 4.22.0`, and of a native one its library's:
   * `@tensorflow/tfjs-node 4.22.0, libtensorflow 2.12.1`.
   */
  readonly runtime: string;
  /** Which better backends do not work here and why, one sentence each. */
  readonly notes: readonly string[];
  /** Makes this backend the one that its copy of tfjs-core computes with. */
  activate(): void;
}

/** What the native backends tell of themselves beyond the interface of tfjs-core. */
interface NativeBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

/**
 * Loads a backend.
 *
 * @param backend the one that must load; where absent, the best that is installed and loads, with a note on each
 * better one that is installed and does not
 * @param threads for the native CPU package; the portable ones compute on one thread in Node
 * @throws InputError with the install command when a package is missing or cannot be loaded
 */
export async function loadBackend(backend?: TfjsBackend, threads?: number): Promise<LoadedBackend> {
  if (backend !== undefined) {
    const loaded = await load(backend, threads);
    if (loaded.provider === backend) return loaded;
    throw new InputError(
      'the engine tfjs:node-gpu found no GPU it can use: check the driver and the CUDA libraries, or write --engine tfjs:node or tfjs:wasm',
    );
  }
  const notes: string[] = [];
  for (const candidate of tfjsBackends.filter(isInstalled)) {
    try {
      const loaded = await load(candidate, threads);
      return { ...loaded, notes: [...notes, ...loaded.notes] };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.push(`tfjs:${candidate} is passed over: ${error.message}`);
    }
  }
  const [reason] = notes;
  throw new InputError(
    reason ?? `no TensorFlow.js package is installed; install one: ${installAdvice('wasm')}`,
  );
}

async function load(provider: TfjsBackend, threads: number | undefined): Promise<LoadedBackend> {
  const lack = lackOf(provider);
  if (lack !== undefined) {
    throw new InputError(`the engine tfjs:${provider} needs ${lack}; install it: ${installAdvice(provider)}`);
  }
  const { operators, package: name, registered, native } = sources[provider];
  if (native) prepareForTensorFlow(threads);
  try {
    const tf = (await import(operators)) as Tf;
    if (name !== operators) await import(name);
    // Without it, tfjs prints advertisements for its other packages.
    tf.enableProdMode();
    if (!(await tf.setBackend(registered))) throw new Error(`the backend ${registered} does not start`);
    const computing = tf.backend() as NativeBackend;
    const library = computing.binding?.TF_Version;
    return {
      tf,
      ...computingOn(provider, computing),
      runtime: `${name} ${installedVersion(name)}${library === undefined ? '' : `, libtensorflow ${library}`}`,
      // Once started, a backend is set before the call returns.
      activate: () => {
        if (tf.getBackend() !== registered) void tf.setBackend(registered);
      },
    };
  } catch (error) {
    const reason = messageOf(error).split('\n', 1)[0] ?? '';
    throw new InputError(
      `the engine tfjs:${provider} cannot be loaded (${reason}); install it again: ${installAdvice(provider)}`,
    );
  }
}

/**
 * The GPU package without a GPU computes on the processor, silently, and is then what the backend `node` is. It is not
 * to be followed by the package of that name: one process holds one libtensorflow.
 */
function computingOn(
  provider: TfjsBackend,
  computing: NativeBackend,
): Pick<LoadedBackend, 'provider' | 'notes'> {
  if (provider !== 'node-gpu' || computing.isUsingGpuDevice === true) return { provider, notes: [] };
  return {
    provider: 'node',
    notes: [`${sources[provider].package} found no GPU it can use and computes on the processor`],
  };
}

/** What libtensorflow and tfjs-node look up when they are loaded or first compute. */
function prepareForTensorFlow(threads: number | undefined): void {
  // Read once by libtensorflow, when it makes its thread pool.
  if (threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
  // Otherwise it tells on stderr which instructions of the processor it uses.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  // tfjs-node calls it for every operator, and Node lacks it from 23 on.
  const former = util as { isNullOrUndefined?: (value: unknown) => boolean };
  former.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
