/** Loads the TensorFlow.js package and backend that were asked for, or the best that is installed. */
import { createRequire } from 'node:module';
import { InputError, messageOf } from '../../core/errors.ts';

/** The operators of tfjs-core, from whichever package brings them: every package has a copy of its own. */
export type Tf = typeof import('@tensorflow/tfjs-core');

/** What can compute, the fastest first. */
export const tfjsBackends = ['node-gpu', 'node', 'wasm', 'cpu'] as const;
export type TfjsBackend = (typeof tfjsBackends)[number];

export interface LoadedBackend {
  readonly tf: Tf;
  readonly provider: TfjsBackend;
  /** The package and its version, e.g. `@tensorflow/tfjs-backend-wasm 4.22.0`. */
  readonly runtime: string;
  /** Makes this backend the one that its copy of tfjs-core computes with. */
  activate(): void;
}

/** The tested release of every package. */
const version = '4.22.0';

interface Source {
  /** The package that computes. */
  readonly package: string;
  /** Where the operators come from. */
  readonly operators: string;
  /** The name under which the package registers itself with tfjs-core. */
  readonly registered: string;
}

const sources: Readonly<Record<TfjsBackend, Source>> = {
  // The native packages bundle tfjs-core and re-export it.
  'node-gpu': native('@tensorflow/tfjs-node-gpu'),
  node: native('@tensorflow/tfjs-node'),
  wasm: portable('wasm'),
  cpu: portable('cpu'),
};

function native(name: string): Source {
  return { package: name, operators: name, registered: 'tensorflow' };
}

function portable(name: 'wasm' | 'cpu'): Source {
  return {
    package: `@tensorflow/tfjs-backend-${name}`,
    operators: '@tensorflow/tfjs-core',
    registered: name,
  };
}

const require = createRequire(import.meta.url);

/**
 * Loads a backend.
 *
 * @param backend the best installed one where absent
 * @param threads for the native CPU package; the portable ones compute on one thread in Node
 * @throws InputError with the install command when a package is missing or cannot be loaded
 */
export async function loadBackend(backend?: TfjsBackend, threads?: number): Promise<LoadedBackend> {
  const provider = backend ?? tfjsBackends.find(isInstalled);
  if (provider === undefined) {
    throw new InputError(`no TensorFlow.js package is installed; install one: ${installCommand('wasm')}`);
  }
  if (!isInstalled(provider)) {
    throw new InputError(
      `the engine tfjs:${provider} needs a package that is not installed; install it: ${installCommand(provider)}`,
    );
  }
  const { operators, package: name, registered } = sources[provider];
  if (threads !== undefined && registered === 'tensorflow') {
    // Read once by libtensorflow, when it makes its thread pool.
    process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
  }
  try {
    const tf = (await import(operators)) as Tf;
    if (name !== operators) await import(name);
    // Without it, tfjs prints advertisements for its other packages.
    tf.enableProdMode();
    if (!(await tf.setBackend(registered))) throw new Error(`the backend ${registered} does not start`);
    assertUsesGpu(tf, provider);
    return {
      tf,
      provider,
      runtime: `${name} ${installedVersion(name)}`,
      // Once started, a backend is set before the call returns.
      activate: () => {
        if (tf.getBackend() !== registered) void tf.setBackend(registered);
      },
    };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = messageOf(error).split('\n', 1)[0] ?? '';
    throw new InputError(
      `the engine tfjs:${provider} cannot be loaded (${reason}); install it again: ${installCommand(provider)}`,
    );
  }
}

/** The GPU package falls back to the processor silently where it finds no GPU; here that is an error. */
function assertUsesGpu(tf: Tf, provider: TfjsBackend): void {
  if (provider !== 'node-gpu') return;
  const computing = tf.backend() as { isUsingGpuDevice?: boolean };
  if (computing.isUsingGpuDevice === true) return;
  throw new InputError(
    'the engine tfjs:node-gpu found no GPU it can use: check the CUDA libraries, or write --engine tfjs:node or tfjs:wasm',
  );
}

function installCommand(backend: TfjsBackend): string {
  const { package: name, operators } = sources[backend];
  const names = name === operators ? [name] : [operators, name];
  return `npm install ${names.map((each) => `${each}@${version}`).join(' ')}`;
}

function isInstalled(backend: TfjsBackend): boolean {
  const { package: name, operators } = sources[backend];
  return [name, operators].every((each) => packageFile(each) !== undefined);
}

function installedVersion(name: string): string {
  const file = packageFile(name);
  return file === undefined ? version : (require(file) as { version: string }).version;
}

function packageFile(name: string): string | undefined {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}
