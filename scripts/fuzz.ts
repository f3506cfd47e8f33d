/**
 * Fuzzes every reader with seeded mutations of small valid files, each in a child process that is watched: an input
 * must be read or refused by an InputError, within five seconds and one GiB.
 *
 *     npx tsx scripts/fuzz.ts [--inputs 100000] [--seed 1] [--reader NAME] [--from 0] [--keep FOLDER]
 *
 * --inputs is the number in all, shared equally among the readers. A finding is printed with its reader and index;
 * `--reader NAME --from INDEX --inputs 1` with the same seed reads it again, and --keep leaves its files in a folder.
 * Exits with 1 when anything was found.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { damagedFiles } from '../test/fuzzing/reader.ts';
import { readers } from '../test/fuzzing/readers.ts';
import { runInput, writeInput } from '../test/fuzzing/run-input.ts';

const limitMs = 5_000;
const limitBytes = 2 ** 30;
/** A child reads so many inputs, and then another goes on, so that what one leaves behind is not blamed on the next. */
const inputsPerChild = 1_000;
const pollMs = 50;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    reader: { type: 'string' },
    from: { type: 'string', default: '0' },
    keep: { type: 'string' },
    child: { type: 'boolean', default: false },
  },
});

interface Task {
  readonly reader: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly folder: string;
  /** Where the child says how far it is, in a file: it says it at once, also when it then hangs. */
  readonly progress: string;
}

/** How far a child is: the input that it reads now, and what came of those before. */
interface Progress {
  readonly index: number;
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
  readonly done: boolean;
}

interface Exception {
  readonly index: number;
  readonly message: string;
}

async function work({ reader: name, seed, from, to, folder, progress }: Task): Promise<void> {
  const reader = readers.find((each) => each.name === name);
  if (reader === undefined) throw new Error(`there is no reader ${name}`);
  const file = openSync(progress, 'w');
  let [read, refused, slowestMs] = [0, 0, 0];
  const tell = (index: number): void => {
    const now: Progress = { index, read, refused, slowestMs, done: index === to };
    writeSync(file, JSON.stringify(now).padEnd(200), 0);
  };
  for (let index = from; index < to; index++) {
    // A place of its own: what is known of a file stays known of its path.
    const place = join(folder, String(index));
    writeInput(place, await damagedFiles(reader, seed, index));
    tell(index);
    const { kind, message, durationMs } = await runInput(reader, place);
    rmSync(place, { recursive: true, force: true });
    slowestMs = Math.max(slowestMs, durationMs);
    if (kind === 'read') read++;
    else if (kind === 'refused') refused++;
    else process.send?.({ index, message } satisfies Exception);
  }
  tell(to);
  closeSync(file);
  process.disconnect();
}

interface Finding {
  readonly reader: string;
  readonly index: number;
  readonly what: string;
}

interface Tally {
  read: number;
  refused: number;
  slowestMs: number;
  peakBytes: number;
  readonly findings: Finding[];
}

/** Reads the inputs of a task in one child; gives the index to go on from. */
function watch(task: Task, tally: Tally): Promise<number> {
  rmSync(task.progress, { force: true });
  const child = fork(fileURLToPath(import.meta.url), ['--child'], {
    execArgv: ['--import', import.meta.resolve('tsx'), '--max-old-space-size=2048'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let current = task.from - 1;
  let since = performance.now();
  let found: string | undefined;
  let complaint = '';
  const find = (what: string): void => {
    found ??= what;
    child.kill('SIGKILL');
  };
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2000);
  });
  child.on('message', ({ index, message }: Exception) => {
    note(task, index, message, tally);
  });
  const timer = setInterval(() => {
    const bytes = memoryOf(child);
    tally.peakBytes = Math.max(tally.peakBytes, bytes);
    const index = progressOf(task)?.index ?? current;
    if (index !== current) [current, since] = [index, performance.now()];
    if (current < task.from) return;
    if (bytes > limitBytes) find(`took ${String(Math.round(bytes / 2 ** 20))} MiB`);
    else if (performance.now() - since > limitMs + pollMs) find('did not end within five seconds');
  }, pollMs);
  child.send(task);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      const last = progressOf(task);
      tally.read += last?.read ?? 0;
      tally.refused += last?.refused ?? 0;
      tally.slowestMs = Math.max(tally.slowestMs, last?.slowestMs ?? 0);
      if (last?.done === true) {
        resolve(task.to);
        return;
      }
      const index = last?.index ?? task.from;
      note(task, index, found ?? `ended its process (${String(code ?? signal)}) ${complaint}`, tally);
      resolve(index + 1);
    });
  });
}

/** Undefined before the child has read its first input. */
function progressOf({ progress }: Task): Progress | undefined {
  try {
    return JSON.parse(readFileSync(progress, 'utf8')) as Progress;
  } catch {
    return undefined;
  }
}

/** The resident memory of a process; 0 where the system does not tell. */
function memoryOf({ pid }: ChildProcess): number {
  try {
    const pages = readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1];
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}

function note({ reader }: Task, index: number, what: string, tally: Tally): void {
  tally.findings.push({ reader, index, what });
  console.log(`FOUND ${reader} ${String(index)}: ${what}`);
}

/** Leaves the files of the findings in a folder. */
async function keep(folder: string, seed: number, findings: readonly Finding[]): Promise<void> {
  for (const { reader: name, index } of findings) {
    const reader = readers.find((each) => each.name === name);
    if (reader === undefined) continue;
    const place = `${name}-${String(index)}`.replaceAll(/\W+/g, '-');
    writeInput(join(folder, place), await damagedFiles(reader, seed, index));
  }
}

async function main(): Promise<void> {
  const chosen = readers.filter(({ name }) => values.reader === undefined || name === values.reader);
  if (chosen.length === 0)
    throw new Error(`--reader is one of ${readers.map(({ name }) => name).join(' | ')}`);
  const seed = Number(values.seed);
  const first = Number(values.from);
  const last = first + Math.ceil(Number(values.inputs) / chosen.length);
  const folder = mkdtempSync(join(tmpdir(), 'robust-bench-fuzz-'));
  let findings = 0;
  for (const { name } of chosen) {
    const tally: Tally = { read: 0, refused: 0, slowestMs: 0, peakBytes: 0, findings: [] };
    for (let from = first; from < last;) {
      const to = Math.min(last, from + inputsPerChild);
      from = await watch({ reader: name, seed, from, to, folder, progress: join(folder, 'progress') }, tally);
    }
    findings += tally.findings.length;
    if (values.keep !== undefined) await keep(values.keep, seed, tally.findings);
    console.log(
      `${name}: ${String(last - first)} inputs, ${String(tally.read)} read, ${String(tally.refused)} refused, ` +
        `${String(tally.findings.length)} found; slowest ${tally.slowestMs.toFixed(0)} ms, peak ${(tally.peakBytes / 2 ** 20).toFixed(0)} MiB`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = findings === 0 ? 0 : 1;
}

if (values.child) {
  process.once('message', (task: Task) => {
    work(task).catch((error: unknown) => {
      console.error(error);
      process.exit(70);
    });
  });
} else await main();
