/**
 * Threads that decode images beside the main one. A request is divided among all of them at once, when it is made:
 * the threads go on while the main thread computes, and results do not depend on their number.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { startWorkerThread } from '../../core/worker-thread.ts';
import { InputError } from '../../core/errors.ts';
import type { Levels } from '../resample.ts';
import { type Frame, type FrameAugmentation, frameBytes } from './frame.ts';
import type { DecodingFailure, DecodingReply, DecodingRequest, ImageRequest } from './messages.ts';

/** More threads than this are not started unless asked for: the engine needs the cores. */
const mostThreads = 4;

export interface DecodingPool {
  /**
   * Decodes images; the threads have the request when the call returns.
   *
   * @returns [n, ...frame], of as many bits as the frame's depth
   * @throws InputError that names the first image that failed
   */
  decode(images: readonly ImageRequest[], frame: Frame, augmentation?: FrameAugmentation): Promise<Levels>;
  /** The SHA-256 of the files of images, 32 bytes each. */
  digest(images: readonly ImageRequest[]): Promise<Uint8Array>;
  /** Stops the threads; what is under way fails. A later request starts new ones. */
  dispose(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, { resolve: (reply: DecodingReply) => void; reject: (error: Error) => void }>;
}

/**
 * A pool whose threads start with the first request and let the process end while they have nothing to do.
 *
 * @param count the number of threads; as many as cores, at most 4, when undefined
 * @throws InputError when it is no whole number above 0
 */
export function createDecodingPool(
  count: number = Math.min(availableParallelism(), mostThreads),
): DecodingPool {
  if (!(Number.isInteger(count) && count > 0)) {
    throw new InputError(`${String(count)} is not a number of decoding threads: give a whole number above 0`);
  }
  let threads: readonly Thread[] | undefined;
  let nextId = 0;
  const dispose = async (): Promise<void> => {
    const stopped = threads ?? [];
    threads = undefined;
    for (const thread of stopped) failAll(thread, new Error('the threads that decode were stopped'));
    await Promise.all(stopped.map(({ worker }) => worker.terminate()));
  };
  const ask = async (
    images: readonly ImageRequest[],
    size: number,
    what: { frame?: Frame; augmentation?: FrameAugmentation },
  ): Promise<Uint8Array<ArrayBuffer>> => {
    threads ??= Array.from({ length: count }, () => startThread(() => void dispose()));
    const shares = shareOut(images, threads.length);
    const replies = threads.map((thread, number) => {
      const share = (shares[number] ?? []).map((position) => images[position]).filter(isGiven);
      return share.length === 0
        ? Promise.resolve(undefined)
        : request(thread, { id: nextId++, images: share, ...what });
    });
    const output = new Uint8Array(images.length * size);
    const failures: DecodingFailure[] = [];
    for (const [number, reply] of (await Promise.all(replies)).entries()) {
      const share = shares[number] ?? [];
      if (reply?.failure !== undefined) {
        failures.push({ ...reply.failure, position: share[reply.failure.position] ?? 0 });
      }
      const { bytes } = reply ?? {};
      if (bytes === undefined) continue;
      for (const [k, position] of share.entries()) {
        output.set(bytes.subarray(k * size, (k + 1) * size), position * size);
      }
    }
    const [first] = failures.sort((a, b) => a.position - b.position);
    if (first !== undefined) throw new (first.isInputError ? InputError : Error)(first.message);
    return output;
  };
  return {
    decode: async (images, frame, augmentation) => {
      const what = { frame, ...(augmentation === undefined ? {} : { augmentation }) };
      const bytes = await ask(images, frameBytes(frame), what);
      return frame.depth === 16 ? new Uint16Array(bytes.buffer) : bytes;
    },
    digest: (images) => ask(images, 32, {}),
    dispose,
  };
}

/**
 * The positions of each thread: in turn, but a Parquet row group always with the same thread, which keeps it.
 */
function shareOut(images: readonly ImageRequest[], count: number): number[][] {
  const shares = Array.from({ length: count }, (): number[] => []);
  for (const [position, { source }] of images.entries()) {
    const key = source.kind === 'parquet' ? hashOf(`${String(source.group.start)} ${source.path}`) : position;
    shares[key % count]?.push(position);
  }
  return shares;
}

/** FNV-1a of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const isGiven = <T>(value: T | undefined): value is T => value !== undefined;

function startThread(stop: () => void): Thread {
  const worker = startWorkerThread(import.meta.url, 'worker');
  const thread: Thread = { worker, pending: new Map() };
  worker.on('message', (reply: DecodingReply) => {
    const waiting = thread.pending.get(reply.id);
    thread.pending.delete(reply.id);
    if (thread.pending.size === 0) worker.unref();
    waiting?.resolve(reply);
  });
  worker.on('error', (error) => {
    failAll(thread, error);
    stop();
  });
  worker.on('exit', (code) => {
    failAll(thread, new Error(`a thread that decodes images ended with code ${String(code)}`));
  });
  // After the listeners: listening to messages refers to the thread again.
  worker.unref();
  return thread;
}

function request(thread: Thread, message: DecodingRequest): Promise<DecodingReply> {
  return new Promise((resolve, reject) => {
    thread.pending.set(message.id, { resolve, reject });
    // The process stays while a result is awaited.
    thread.worker.ref();
    thread.worker.postMessage(message);
  });
}

function failAll({ pending }: Thread, error: Error): void {
  for (const { reject } of pending.values()) reject(error);
  pending.clear();
}
