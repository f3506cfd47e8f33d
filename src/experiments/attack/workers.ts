/** Runners of units in worker threads, each with models and an engine of its own. */
import type { Worker } from 'node:worker_threads';
import { InputError } from '../../core/errors.ts';
import { startWorkerThread } from '../../core/worker-thread.ts';
import type { UnitResult, UnitRunner } from '../../evaluation/unit-runner.ts';
import type { ModelFindings } from '../../evaluation/records.ts';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './worker.ts';

export interface Workers {
  readonly runners: readonly UnitRunner[];
  /** What the workers learned of the models so far, by name. */
  readonly findings: ReadonlyMap<string, ModelFindings>;
  /** Ends the threads, each before its next call of a model. */
  close(): Promise<void>;
}

/** Starts worker threads; what they cannot open is told by their first unit. */
export function startWorkers(count: number, setup: WorkerSetup): Workers {
  const findings = new Map<string, ModelFindings>();
  const threads = Array.from({ length: count }, () => startWorkerThread(import.meta.url, 'worker', setup));
  const ended = new Set<Worker>();
  for (const thread of threads) {
    thread.on('exit', () => ended.add(thread));
    // Told to the unit that the thread is at; one that is at none has nothing to fail.
    thread.on('error', () => ended.add(thread));
  }
  const learn = (found: readonly ModelFindings[]): void => {
    for (const each of found) findings.set(each.name, mergedFindings(findings.get(each.name), each));
  };
  return {
    findings,
    runners: threads.map((thread) => ({
      run: (unit, inputs) => ask(thread, { kind: 'do', unit, inputs }, learn),
    })),
    async close() {
      await Promise.all(
        threads.map(
          (thread) =>
            new Promise<void>((resolve) => {
              if (ended.has(thread)) {
                resolve();
                return;
              }
              thread.on('exit', () => {
                resolve();
              });
              thread.postMessage({ kind: 'stop' } satisfies WorkerRequest);
            }),
        ),
      );
    },
  };
}

/** Sends a unit to a worker, which has one at a time. */
function ask(
  thread: Worker,
  request: WorkerRequest,
  learn: (found: readonly ModelFindings[]) => void,
): Promise<UnitResult> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      thread.off('message', onMessage);
      thread.off('error', onError);
      thread.off('exit', onExit);
    };
    const onMessage = (reply: WorkerReply): void => {
      settle();
      if (reply.kind === 'failed') {
        reject(reply.isInputError ? new InputError(reply.message) : new Error(reply.message));
        return;
      }
      learn(reply.findings);
      resolve(reply.result);
    };
    const onError = (error: unknown): void => {
      settle();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onExit = (): void => {
      settle();
      reject(new Error('a worker thread ended before its unit was done'));
    };
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.on('exit', onExit);
    thread.postMessage(request);
  });
}

/** One model's findings in two workers: the more that was compared, and the greater difference, is what holds. */
export function mergedFindings(known: ModelFindings | undefined, found: ModelFindings): ModelFindings {
  const [a, b] = [known?.check, found.check];
  if (known === undefined || a === undefined || b === undefined) return found;
  const greatest = Math.max(a.forwardAgainstGradientGraph ?? 0, b.forwardAgainstGradientGraph ?? 0);
  const isCompared =
    a.forwardAgainstGradientGraph !== undefined || b.forwardAgainstGradientGraph !== undefined;
  return {
    name: found.name,
    check: {
      ...a,
      ...b,
      tolerance: Math.max(a.tolerance, b.tolerance),
      ...(isCompared ? { forwardAgainstGradientGraph: greatest } : {}),
    },
    notes: [...new Set([...known.notes, ...found.notes])],
  };
}
