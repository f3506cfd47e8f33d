/** Starts a module of this package in a worker thread, compiled or, where the sources themselves run, as it is. */
import { Worker } from 'node:worker_threads';

/**
 * @param neighbour `import.meta.url` of the module that stands beside the worker's
 * @param name the worker's file, without its ending
 * @param data what the worker gets as its `workerData`; copied
 */
export function startWorkerThread(neighbour: string, name: string, data?: unknown): Worker {
  const options = data === undefined ? {} : { workerData: data };
  if (!neighbour.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, neighbour), options);
  // Node 20 loads sources only after tsx is registered in that thread.
  const loader = import.meta.resolve('tsx/esm/api');
  const entry = new URL(`./${name}.ts`, neighbour).href;
  const start = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}); })`;
  return new Worker(start, { ...options, eval: true });
}
