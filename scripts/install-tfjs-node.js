/**
 * Installs @tensorflow/tfjs-node, or with --gpu @tensorflow/tfjs-node-gpu, for the robust-bench that this script
 * belongs to, without the host that their own install step downloads from: the JavaScript and the C++ sources of the
 * addon come from npm, libtensorflow and CUDA's libraries out of wheels of PyPI, and the addon is compiled here.
 *
 *   node node_modules/robust-bench/scripts/install-tfjs-node.js [--gpu] [--tensorflow VERSION]
 *
 * For Linux x64 with glibc. Needs npm, python3 with pip and a C++ compiler (c++, or what CXX names). Everything is
 * made in a folder beside its place and tried there; only what computes is moved into place.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { parseArgs } from 'node:util';

const TFJS = '4.22.0';
const NODE_API_HEADERS = '1.5.0';

/** The wheels from 2.12.1 on hold libtensorflow without Python in it; from 2.14 on they name CUDA's packages. */
const flavours = {
  cpu: { package: '@tensorflow/tfjs-node', wheel: 'tensorflow-cpu', version: '2.12.1' },
  gpu: { package: '@tensorflow/tfjs-node-gpu', wheel: 'tensorflow', version: '2.15.1' },
};

/** What of the wheel the addon is compiled against and runs on. */
const wheelParts = [
  'tensorflow/libtensorflow_',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tensorflow/tsl/',
  'tensorflow/include/tsl/',
  'tensorflow/include/xla/tsl/',
];

/** What of NVIDIA's packages a program needs at run time. */
const cudaParts = ['.so', '/bin/ptxas', 'libdevice'];

/** Unpacks the members of a wheel whose names begin with, or hold, one of the texts. */
const UNPACK = `
import sys, zipfile
path, target, how, *texts = sys.argv[1:]
with zipfile.ZipFile(path) as wheel:
    wheel.extractall(target, [name for name in wheel.namelist() if any(
        name.startswith(text) if how == 'begins' else text in name for text in texts)])
`;

/** Prints the packages that a wheel asks for with and-cuda, one a line, as pip takes them. */
const CUDA_PACKAGES = `
import re, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(each for each in wheel.namelist() if each.endswith('.dist-info/METADATA'))
    for line in wheel.read(name).decode().splitlines():
        found = re.match(r"Requires-Dist: (nvidia-[\\w-]+) ?\\(?([^;)]*)\\)? ?;.*and-cuda", line)
        if found: print(found[1] + found[2].replace(' ', ''))
`;

/** Computes 1·3 + 2·4 with the package whose folder is its argument. */
const TRIAL = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value == null; // gone from Node 23 on; tfjs-node calls it for every operator
const tf = require(process.argv[1]);
const { binding, isUsingGpuDevice } = tf.backend();
console.log(JSON.stringify({
  product: tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0],
  tensorflow: binding.TF_Version,
  gpu: isUsingGpuDevice,
}));
`;

/** A failure to be told in one line. */
class Failure extends Error {}

const started = performance.now();

function say(text) {
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

/**
 * Runs a program to its end.
 *
 * @param {string} purpose completes "cannot …" where it fails
 * @returns {string} what it printed
 */
function run(purpose, program, programArguments, options = {}) {
  const { status, signal, error, stdout, stderr } = spawnSync(program, programArguments, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    ...options,
  });
  if (status === 0) return stdout;
  throw new Failure(`cannot ${purpose}: ${reasonOf(program, error, signal, `${stdout}\n${stderr}`)}`);
}

function reasonOf(program, error, signal, output) {
  if (error?.code === 'ENOENT') return `there is no program ${program}`;
  if (error !== undefined && error !== null) return error.message;
  if (signal !== null) return `${program} was ended by ${signal}`;
  const lines = output.split('\n').map((line) => line.trim());
  const telling = lines.findLast((line) => /\berror\b/i.test(line) && !/A complete log/.test(line));
  return telling ?? lines.findLast((line) => line !== '') ?? `${program} failed`;
}

function settingsOf(argv) {
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        gpu: { type: 'boolean', default: false },
        tensorflow: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new Failure(`${error.message.split('\n', 1)[0]} (see --help)`);
  }
  const { tensorflow, gpu, help } = values;
  if (tensorflow !== undefined && !/^2\.\d+\.\d+$/.test(tensorflow)) {
    throw new Failure(`--tensorflow ${tensorflow} is no release of TensorFlow 2: write one such as 2.15.1`);
  }
  const flavour = flavours[gpu ? 'gpu' : 'cpu'];
  return { ...flavour, version: tensorflow ?? flavour.version, gpu, help };
}

function assertPlatform() {
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  if (process.platform === 'linux' && process.arch === 'x64' && glibc !== undefined) return;
  throw new Failure(
    `this script knows Linux x64 with glibc, and this is ${process.platform} ${process.arch}: try npm install @tensorflow/tfjs-node@${TFJS}`,
  );
}

/** Programs are looked for before anything is downloaded. */
function assertPrograms(compiler) {
  run('use npm', 'npm', ['--version']);
  run('use pip, which python3 -m pip must start', 'python3', ['-m', 'pip', '--version']);
  run('compile the addon, which needs a C++ compiler (c++, or what CXX names)', compiler, ['--version']);
}

/** The node_modules folder from which robust-bench imports packages. */
function modulesFolder() {
  const root = realpathSync(join(import.meta.dirname, '..'));
  return basename(dirname(root)) === 'node_modules' ? dirname(root) : join(root, 'node_modules');
}

/** Downloads a package as a wheel and returns its path. pip keeps what it downloads in its own cache. */
function downloadWheel(wanted, folder) {
  mkdirSync(folder, { recursive: true });
  const platforms = ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux1'];
  run(`download ${wanted} from PyPI`, 'python3', [
    ...[
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
    ],
    // The wheel is only unpacked: no Python of its version is needed.
    ...['--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311', '--abi', 'none'],
    ...platforms.flatMap((platform) => ['--platform', `${platform}_x86_64`]),
    ...['--dest', folder, wanted],
  ]);
  const [file] = readdirSync(folder);
  return join(folder, file);
}

function unpack(wheel, target, how, texts) {
  run(`unpack ${basename(wheel)}`, 'python3', ['-c', UNPACK, wheel, target, how, ...texts]);
}

/** The JavaScript and the C++ sources, with what they need, in a project of their own. */
function installSources(stage, name) {
  writeFileSync(join(stage, 'package.json'), '{"private": true}\n');
  run(
    `install ${name}@${TFJS} from npm`,
    'npm',
    [
      ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'],
      ...['--prefix', stage, `${name}@${TFJS}`, `node-api-headers@${NODE_API_HEADERS}`],
    ],
    { cwd: stage },
  );
  return join(stage, 'node_modules', name);
}

function installTensorFlow(stage, home, { wheel: name, version }) {
  const wheel = downloadWheel(`${name}==${version}`, join(stage, 'wheel'));
  const unpacked = join(stage, 'tensorflow');
  unpack(wheel, unpacked, 'begins', wheelParts);
  const libraries = join(home, 'deps', 'lib');
  rmSync(join(home, 'deps'), { recursive: true, force: true });
  mkdirSync(libraries, { recursive: true });
  for (const [library, alias] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ]) {
    const path = join(unpacked, 'tensorflow', library);
    if (!existsSync(path)) {
      throw new Failure(
        `${basename(wheel)} holds no ${library}: choose TensorFlow 2.12.1 or later with --tensorflow`,
      );
    }
    renameSync(path, join(libraries, library));
    symlinkSync(library, join(libraries, alias));
  }
  return { wheel, libraries, headers: join(unpacked, 'tensorflow', 'include') };
}

/** Compiles the addon to where tfjs-node looks for it; it finds the libraries by a path relative to itself. */
function compileAddon(compiler, stage, home, { libraries, headers }) {
  const folder = join(home, 'lib', 'napi-v8');
  rmSync(join(home, 'lib'), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('compile the addon', compiler, [
    ...['-std=c++17', '-O2', '-shared', '-fPIC', '-w', '-DNAPI_VERSION=8'],
    ...['-I', join(stage, 'node_modules', 'node-api-headers', 'include'), '-I', headers],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((source) => join(home, 'binding', source)),
    ...['-L', libraries, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
    ...['-o', join(folder, 'tfjs_binding.node')],
  ]);
}

/**
 * CUDA's libraries as the wheel of TensorFlow names them, linked beside libtensorflow, whose run path holds its own
 * folder. Only the driver (libcuda.so.1) stays to be brought by the machine.
 */
function installCuda(stage, home, { wheel, libraries }) {
  const wanted = run('read the wheel of TensorFlow', 'python3', ['-c', CUDA_PACKAGES, wheel])
    .split('\n')
    .filter((line) => line !== '');
  if (wanted.length === 0) {
    throw new Failure(
      `${basename(wheel)} names no CUDA packages: choose TensorFlow 2.14 or later with --tensorflow`,
    );
  }
  const cuda = join(home, 'deps', 'cuda');
  for (const [index, each] of wanted.entries()) {
    const folder = join(stage, `cuda-${String(index)}`);
    unpack(downloadWheel(each, folder), cuda, 'holds', cudaParts);
    rmSync(folder, { recursive: true });
    say(each);
  }
  for (const name of readdirSync(join(cuda, 'nvidia'))) {
    const folder = join(cuda, 'nvidia', name, 'lib');
    for (const file of existsSync(folder) ? readdirSync(folder) : []) {
      const link = join(libraries, file);
      if (file.includes('.so') && !existsSync(link))
        symlinkSync(join('..', 'cuda', 'nvidia', name, 'lib', file), link);
    }
  }
  const assembler = join(cuda, 'nvidia', 'cuda_nvcc', 'bin', 'ptxas');
  if (existsSync(assembler)) run('make ptxas executable', 'chmod', ['+x', assembler]);
}

/** Computes something, in a process of its own: an addon that does not fit ends its process. */
function tryOut(home) {
  const output = run(`compute with ${home}`, process.execPath, ['-e', TRIAL, home], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
  });
  const trial = JSON.parse(output.trim().split('\n').at(-1));
  if (trial.product !== 11) throw new Failure(`${home} computes 1·3 + 2·4 = ${trial.product}, not 11`);
  return trial;
}

/** Puts the package into its place with what it needs inside it, so that no other package is touched. */
function moveIntoPlace(stage, home, place) {
  const inner = join(home, 'node_modules');
  mkdirSync(inner, { recursive: true });
  const modules = join(stage, 'node_modules');
  const own = home.slice(modules.length + 1).split(sep);
  for (const name of readdirSync(modules)) {
    if (name.startsWith('.') || name === 'node-api-headers') continue;
    if (name !== own[0]) {
      renameSync(join(modules, name), join(inner, name));
      continue;
    }
    mkdirSync(join(inner, name), { recursive: true });
    for (const scoped of readdirSync(join(modules, name))) {
      if (scoped !== own[1]) renameSync(join(modules, name, scoped), join(inner, name, scoped));
    }
  }
  mkdirSync(dirname(place), { recursive: true });
  if (existsSync(place)) renameSync(place, join(stage, 'replaced'));
  renameSync(home, place);
}

function sizeOf(folder) {
  let bytes = 0;
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    bytes += lstatSync(join(folder, path)).size;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function install(settings) {
  assertPlatform();
  const compiler = process.env.CXX ?? 'c++';
  assertPrograms(compiler);
  const modules = modulesFolder();
  const place = join(modules, settings.package);
  let stage;
  try {
    mkdirSync(modules, { recursive: true });
    stage = mkdtempSync(join(modules, '.install-tfjs-node-'));
  } catch (error) {
    throw new Failure(`cannot write into ${modules}: ${error.message}`);
  }
  const clean = () => rmSync(stage, { recursive: true, force: true });
  process.once('exit', clean);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

  const staged = installSources(stage, settings.package);
  say(`${settings.package} ${TFJS} and the Node-API headers`);
  const tensorflow = installTensorFlow(stage, staged, settings);
  say(basename(tensorflow.wheel));
  compileAddon(compiler, stage, staged, tensorflow);
  say('addon compiled');
  if (settings.gpu) installCuda(stage, staged, tensorflow);
  tryOut(staged);
  moveIntoPlace(stage, staged, place);
  const trial = tryOut(place);
  say(`libtensorflow ${trial.tensorflow} on Node ${process.version} computes 1·3 + 2·4 = ${trial.product}`);
  if (settings.gpu && !trial.gpu) say('no GPU or no driver (libcuda.so.1) was found: it computes on the CPU');
  say(`${sizeOf(place)} in ${place}`);
}

try {
  const settings = settingsOf(process.argv.slice(2));
  if (settings.help) {
    console.log(`Installs @tensorflow/tfjs-node for robust-bench out of npm and PyPI (Linux x64).

  --gpu                 @tensorflow/tfjs-node-gpu, with CUDA's libraries: a download of 2.4 GB
  --tensorflow VERSION  the release of TensorFlow (${flavours.cpu.version}; with --gpu ${flavours.gpu.version})

Needs npm, python3 with pip and a C++ compiler (c++, or what CXX names).`);
  } else {
    install(settings);
  }
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
