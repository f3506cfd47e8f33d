/** A peer toolkit in a process of its own that answers one line to each line, so that both sides take turns. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface PeerProcess {
  /** The line that the peer printed when it was ready. */
  readonly greeting: string;
  ask(request: string): Promise<string>;
  close(): void;
}

export async function startPeer(command: string, parameters: readonly string[]): Promise<PeerProcess> {
  const child = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`${command} ended before it answered`);
    return line.value;
  };
  child.on('error', (error) => {
    process.stderr.write(`${command} cannot be started: ${error.message}\n`);
  });
  return {
    greeting: await next(),
    async ask(request) {
      child.stdin.write(`${request}\n`);
      return next();
    },
    close() {
      child.stdin.end();
    },
  };
}
