/** The npm packages behind each TensorFlow.js backend: where they are, whether they are whole, how to get them. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What can compute, the fastest first. */
export const tfjsBackends = ['node-gpu', 'node', 'wasm', 'cpu'] as const;
export type TfjsBackend = (typeof tfjsBackends)[number];

/** The tested release of every package. */
const version = '4.22.0';

interface Source {
  /** The package that computes. */
  readonly package: string;
  /** Where the operators come from. */
  readonly operators: string;
  /** The name under which the package registers itself with tfjs-core. */
  readonly registered: string;
  /** Whether it computes with libtensorflow, through an addon that is compiled for the machine. */
  readonly native: boolean;
}

export const sources: Readonly<Record<TfjsBackend, Source>> = {
  // The native packages bundle tfjs-core and re-export it.
  'node-gpu': native('@tensorflow/tfjs-node-gpu'),
  node: native('@tensorflow/tfjs-node'),
  wasm: portable('wasm'),
  cpu: portable('cpu'),
};

function native(name: string): Source {
  return { package: name, operators: name, registered: 'tensorflow', native: true };
}

function portable(name: 'wasm' | 'cpu'): Source {
  return {
    package: `@tensorflow/tfjs-backend-${name}`,
    operators: '@tensorflow/tfjs-core',
    registered: name,
    native: false,
  };
}

const require = createRequire(import.meta.url);

/** Whether the backend's packages are there; they may still fail to load. */
export function isInstalled(backend: TfjsBackend): boolean {
  const { package: name, operators } = sources[backend];
  return [name, operators].every((each) => manifestOf(each) !== undefined);
}

/** What the backend lacks, as a clause, or undefined where all its files are there. */
export function lackOf(backend: TfjsBackend): string | undefined {
  if (!isInstalled(backend)) return 'a package that is not installed';
  return sources[backend].native && !hasAddon(sources[backend].package)
    ? 'a compiled addon that its package lacks'
    : undefined;
}

/** Where the package's install step, or the toolkit's script, puts the compiled addon. */
function hasAddon(name: string): boolean {
  const folder = join(dirname(manifestOf(name) ?? ''), 'lib');
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((path) =>
    path.endsWith('tfjs_binding.node'),
  );
}

/** The command that installs a backend; a native one can be had without the host of its own install step. */
export function installAdvice(backend: TfjsBackend): string {
  const { package: name, operators } = sources[backend];
  const names = name === operators ? [name] : [operators, name];
  const command = `npm install ${names.map((each) => `${each}@${version}`).join(' ')}`;
  if (!sources[backend].native) return command;
  const path = fileURLToPath(new URL('../../../scripts/install-tfjs-node.js', import.meta.url));
  const fromHere = relative(process.cwd(), path);
  const script = fromHere.length < path.length ? fromHere : path;
  const flag = backend === 'node-gpu' ? ' --gpu' : '';
  return `node ${script}${flag} (out of npm and PyPI), or ${command}`;
}

/** The version of an installed package. */
export function installedVersion(name: string): string {
  const file = manifestOf(name);
  return file === undefined ? version : (require(file) as { version: string }).version;
}

function manifestOf(name: string): string | undefined {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}
