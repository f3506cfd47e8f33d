/**
 * Attacks the networks of the VNN-COMP 2021 benchmarks by the command line, FGSM and I-FGSM with its defaults, and prints
 * their errors, and the seconds of the whole process, by the clock and of all cores.
 *
 *   npx tsx benchmarks/vnncomp.ts FOLDER --data cifar10:DIR [--mnist npz:FILE] [--limit 1000] [--eps 2/255]
 *     [--cli dist/cli/main.js] [--threads 2]
 *
 * FOLDER holds resnet_2b.onnx and the others, which are files of github.com/stanleybak/vnncomp2021. A network of MNIST
 * runs where --mnist names data. --cli runs another build, such as an earlier version's src/cli/main.ts.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { derive } from '../src/results/derive.ts';
import { readResult } from '../src/results/file.ts';
import type { Result } from '../src/results/result.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    mnist: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    eps: { type: 'string', default: '2/255' },
    threads: { type: 'string', default: '2' },
    cli: { type: 'string', default: fileURLToPath(new URL('../src/cli/main.ts', import.meta.url)) },
  },
});

/** Files leave out how their images were normalised; these are the figures of those who trained them. */
const NORMALIZATIONS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^resnet_/, ['--mean', '0.4914,0.4822,0.4465', '--std', '0.2471,0.2435,0.2616']],
  [/_kw\.onnx$/, ['--mean', '0.485,0.456,0.406', '--std', '0.225,0.225,0.225']],
  [/^cifar10_small/, ['--model-layout', 'channels-last']],
];

interface Outcome {
  readonly seconds: number;
  /** Seconds of all cores together, which other work on the machine changes less. */
  readonly coreSeconds: number;
  readonly result?: Result;
  readonly refusal?: string;
}

async function attack(path: string, data: string, out: string): Promise<Outcome> {
  const [, own = []] = NORMALIZATIONS.find(([pattern]) => pattern.test(basename(path))) ?? [];
  const program = `process.exitCode = await (await import(${JSON.stringify(pathToFileURL(resolve(values.cli)).href)})).main(process.argv.slice(1)); const { user, system } = process.cpuUsage(); process.stderr.write('core seconds ' + (user + system) / 1e6);`;
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--input-type=module', '--eval', program, '--', 'attack', '--model', path],
      ...['--bounds', '0,1', '--data', data, '--method', 'fgsm,ifgsm', '--eps', values.eps],
      ...['--limit', values.limit, '--threads', values.threads, '--out', out, '--quiet', ...own],
    ],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const start = performance.now();
  const code = await new Promise<number | null>((done) => child.once('close', done));
  const seconds = (performance.now() - start) / 1000;
  const coreSeconds = Number(/core seconds ([\d.]+)$/.exec(said)?.[1]);
  if (code !== 0) {
    const refusal = said.split('\n').find((line) => line.startsWith('error')) ?? said;
    return { seconds, coreSeconds, refusal };
  }
  return { seconds, coreSeconds, result: await readResult(out) };
}

function row(name: string, { seconds, coreSeconds, result, refusal }: Outcome): string[] {
  const times = [seconds, coreSeconds].map((time) => time.toFixed(1));
  if (result === undefined) return [name, refusal ?? '', '', '', '', ...times];
  const [model] = result.models;
  const batch =
    typeof model?.fixedBatch === 'number'
      ? `fixed, ${String(model.fixedBatch)}`
      : model?.check === undefined
        ? 'not recorded'
        : model.check.batchOpened === true
          ? '1, opened'
          : 'any';
  const { evaluations } = derive(result);
  const errors = ['', 'fgsm@', 'ifgsm@'].map((method) => {
    const found = evaluations.find(({ attack }) =>
      method === '' ? attack === null : attack?.startsWith(method) === true,
    );
    return found === undefined ? '' : `${(100 * found.top1.rate).toFixed(1)} %`;
  });
  return [name, batch, ...errors, ...times];
}

const [folder] = positionals;
if (folder === undefined || values.data === undefined) {
  throw new Error('usage: npx tsx benchmarks/vnncomp.ts FOLDER --data cifar10:DIR');
}
const work = await mkdtemp(join(tmpdir(), 'robust-bench-vnncomp-'));
const table = new Table({
  head: ['model', 'batch in the file', 'clean', 'FGSM', 'I-FGSM', 'seconds', 'of all cores'],
  style: { head: [], border: [] },
});
for (const file of (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort()) {
  const data = file.startsWith('mnist') ? values.mnist : values.data;
  if (data === undefined) {
    table.push([file, 'no --mnist data given', '', '', '', '', '']);
    continue;
  }
  table.push(row(file, await attack(resolve(folder, file), data, join(work, `${file}.json`))));
}
await rm(work, { recursive: true });
console.log(table.toString());
