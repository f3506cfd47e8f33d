/** Tables and colours for the terminal. */
import Table from 'cli-table3';

export interface RenderOptions {
  /** Whether to use colours; without them the text holds no escape sequence. */
  readonly color: boolean;
}

export type Paint = (text: string) => string;

export interface Palette {
  readonly strong: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warning: Paint;
}

/** Paints text with ANSI escape sequences, or leaves it as it is. */
export function palette({ color }: RenderOptions): Palette {
  const paint =
    (code: number, end: number): Paint =>
    (text) =>
      color ? `\u001b[${String(code)}m${text}\u001b[${String(end)}m` : text;
  return { strong: paint(1, 22), good: paint(32, 39), bad: paint(31, 39), warning: paint(33, 39) };
}

/** A row of cells, or a title across the whole table. */
export type TableRow = readonly string[] | { readonly title: string };

/** A boxed table; it has no colours but those of its cells. */
export function renderTable(head: readonly string[], rows: readonly TableRow[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const row of rows) {
    table.push('title' in row ? [{ content: row.title, colSpan: head.length }] : [...row]);
  }
  return table.toString();
}
