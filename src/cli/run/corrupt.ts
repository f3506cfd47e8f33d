/** What `robust-bench corrupt` does. */
import {
  assertWritable,
  canonicalJson,
  corruptDataset,
  type CorruptionOptions,
  type Dataset,
  type LabelFile,
  openDataset,
  readTransitionMatrix,
  writeLabelFile,
} from '../../index.ts';
import type { CorruptArguments } from '../arguments/corrupt.ts';
import { dataSettings } from '../given.ts';
import type { CommandContext } from '../command-context.ts';
import { createProgressLine } from '../progress.ts';

export async function runCorrupt(argv: CorruptArguments, { terminal }: CommandContext): Promise<void> {
  await assertWritable(argv.out);
  const options: CorruptionOptions = {
    seed: argv.seed,
    mode: argv.mode,
    rate: argv.rate,
    exact: argv.exact,
    matrix: argv.matrix === undefined ? undefined : await readTransitionMatrix(argv.matrix),
  };
  const dataset = await openDataset(argv.data, { ...dataSettings(argv), split: argv.split });
  for (const note of dataset.notes ?? []) terminal.err(`note: ${note}\n`);
  const progress = createProgressLine(terminal, 'examples', argv.quiet);
  try {
    const file = await corruptDataset(dataset, options, {
      signal: terminal.signal,
      onProgress: (completed, total) => {
        progress.update(completed, total, 'labels');
      },
    });
    await writeLabelFile(argv.out, file);
    progress.finish();
    terminal.out(argv.json ? canonicalJson(summaryOf(file, dataset)).trimEnd() : report(file, argv.out));
  } finally {
    progress.finish();
    await dataset.dispose?.();
  }
}

function report({ data, settings, maskedCount, changedCount }: LabelFile, path: string): string {
  const { mode, rate, exact, seed } = settings;
  const percent = (count: number): string => `${((100 * count) / data.size).toFixed(1)} %`;
  const asked =
    rate === null
      ? 'by the matrix'
      : `${String(Number((100 * rate).toPrecision(12)))} %${exact ? ' exactly' : ''}`;
  return [
    `${path}: ${String(data.size)} labels of ${data.specification} ${data.split} in ${String(data.classes)} classes, ${mode}, seed ${String(seed)}`,
    `asked    ${asked}`,
    `masked   ${String(maskedCount)} (${percent(maskedCount)})`,
    `changed  ${String(changedCount)} (${percent(changedCount)})`,
  ].join('\n');
}

/** Counts of one class. */
interface ClassCounts {
  readonly class: number;
  name?: string;
  /** Examples whose true label is the class, and how many of these were masked and changed. */
  examples: number;
  masked: number;
  changed: number;
  /** Examples that are given the label of the class. */
  given: number;
}

/** The file without its long lists, and counts by class. */
function summaryOf(file: LabelFile, dataset: Dataset): object {
  const { tool, data, settings, maskedCount, changedCount } = file;
  return {
    tool,
    data,
    corruption: settings,
    counts: { masked: maskedCount, changed: changedCount },
    classes: countsByClass(file, dataset),
  };
}

function countsByClass({ labels, masked }: LabelFile, dataset: Dataset): readonly ClassCounts[] {
  const { classNames } = dataset;
  const counts = Array.from({ length: dataset.classCount }, (_, index): ClassCounts => {
    const name = classNames?.[index];
    const zeros = { examples: 0, masked: 0, changed: 0, given: 0 };
    return { class: index, ...(name === undefined ? {} : { name }), ...zeros };
  });
  for (const [index, trueLabel] of dataset.labels.entries()) {
    const given = labels[index] ?? trueLabel;
    const own = counts[trueLabel];
    const other = counts[given];
    if (own === undefined || other === undefined) continue;
    own.examples += 1;
    own.masked += masked[index] ?? 0;
    own.changed += given === trueLabel ? 0 : 1;
    other.given += 1;
  }
  return counts;
}
