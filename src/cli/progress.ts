/** A progress line with rate and time left: rewritten in place on a terminal, now and then a plain line elsewhere. */
import type { Terminal } from './terminal.ts';

export interface ProgressLine {
  /** @param completed units of work done, of `total` */
  update(completed: number, total: number, text: string): void;
  /** Ends the line, so that what follows starts on one of its own. */
  finish(): void;
}

const INTERACTIVE_INTERVAL_MS = 100;
const PLAIN_INTERVAL_MS = 10_000;

/**
 * @param unit what is counted, in the plural
 * @param quiet nothing is printed
 * @param clock milliseconds from any start
 */
export function createProgressLine(
  terminal: Terminal,
  unit: string,
  quiet: boolean,
  clock: () => number = () => performance.now(),
): ProgressLine {
  const started = clock();
  const interval = terminal.interactive ? INTERACTIVE_INTERVAL_MS : PLAIN_INTERVAL_MS;
  let printed = terminal.interactive ? -Infinity : started;
  let open = false;
  return {
    update(completed, total, text) {
      const now = clock();
      if (quiet || now - printed < interval) return;
      printed = now;
      const rate = completed / ((now - started) / 1000);
      const left = rate > 0 ? durationText((total - completed) / rate) : '?';
      const line = `${text}  ${String(completed)}/${String(total)} ${unit}  ${rate.toFixed(rate < 10 ? 1 : 0)}/s  ${left} left`;
      terminal.err(terminal.interactive ? `\r\u001B[2K${line}` : `${line}\n`);
      open = terminal.interactive;
    },
    finish() {
      if (open) terminal.err('\r\u001B[2K');
      open = false;
    },
  };
}

/** Seconds as people read them: 45s, 3m 20s, 2h 5m. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${String(whole)}s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))}m ${String(whole % 60)}s`;
  return `${String(Math.floor(whole / 3600))}h ${String(Math.floor((whole % 3600) / 60))}m`;
}
