/** Where long work lets go of the thread for a moment, so that Ctrl-C is noticed. */

/**
 * Lets the event loop turn once, then throws if the signal is aborted. A native or tfjs computation blocks the event
 * loop and promises alone never let it turn, so without this a signal of the operating system would wait until all
 * work is done. A turn costs a few microseconds.
 *
 * @throws the signal's reason when it is aborted
 */
export async function interruptionPoint(signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return;
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
