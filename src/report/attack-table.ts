/** An attack result as a table for the terminal, in the manner of the paper's Table 3. */
import type { ErrorRate, Result, ResultAttack, ResultEvaluation } from '../results/result.ts';
import { attackTitle, errorWithInterval, metricTitle } from './format.ts';
import { notesBelow } from './attack-notes.ts';
import { palette, renderTable, type Palette, type RenderOptions, type TableRow } from './table.ts';

/**
 * The errors of a result: a block for clean examples, one for the white box and one for each black-box source;
 * in each, rows of metric and attack against columns of models. Below it stand the comparisons, the measured
 * perturbations and the warnings.
 *
 * @returns lines without a final line feed
 */
export function renderAttackTable(result: Result, options: RenderOptions): string {
  const colors = palette(options);
  const targets = result.models.filter(({ id }) => result.evaluations.some(({ target }) => target === id));
  const head = ['Error in %', 'Attack', ...targets.map(({ name }) => name)].map(colors.strong);
  const columns = targets.map(({ id }) => id);
  const rows = blocksOf(result).flatMap((block, index): TableRow[] => [
    { title: `${index === 0 ? '' : '\n'}${colors.strong(block.title)}` },
    ...metrics.flatMap((metric) =>
      block.attacks.flatMap((attack) => rowOf(block, metric, attack, columns, result.attacks, colors)),
    ),
  ]);
  return [renderTable(head, rows), ...notesBelow(result, colors)].join('\n');
}

interface Block {
  readonly title: string;
  readonly evaluations: readonly ResultEvaluation[];
  /** The attacks of the block, null for none. */
  readonly attacks: readonly (ResultAttack | null)[];
}

function blocksOf({ evaluations, attacks, models }: Result): Block[] {
  const nameOf = (id: string | null): string => models.find((model) => model.id === id)?.name ?? '';
  const inSetting = (setting: ResultEvaluation['setting']): ResultEvaluation[] =>
    evaluations.filter((evaluation) => evaluation.setting === setting);
  const blackBox = inSetting('black-box');
  const sources = [...new Set(blackBox.map(({ source }) => source))];
  const blocks: Block[] = [
    { title: 'Clean', evaluations: inSetting('clean'), attacks: [null] },
    {
      title: 'White box: each model attacked by its own gradients',
      evaluations: inSetting('white-box'),
      attacks,
    },
    ...sources.map((source) => ({
      title: `Black box: examples made on ${nameOf(source)}`,
      evaluations: blackBox.filter((evaluation) => evaluation.source === source),
      attacks,
    })),
  ];
  return blocks.filter((block) => block.evaluations.length > 0);
}

interface Metric {
  readonly title: string;
  readonly of: (evaluation: ResultEvaluation) => Pick<ErrorRate, 'rate' | 'interval'> | null | undefined;
}

/** What a row shows of an evaluation. */
const metrics: readonly Metric[] = [
  { title: metricTitle('top1'), of: ({ top1 }) => top1 },
  { title: `${metricTitle('top1')}, 8-bit`, of: ({ rounded8Bit }) => rounded8Bit?.top1 },
  { title: metricTitle('top5'), of: ({ top5 }) => top5 },
  { title: metricTitle('targets'), of: ({ targetRate }) => targetRate },
];

/** One row, or none where no model of the block has the metric. */
function rowOf(
  { evaluations }: Block,
  { title, of }: Metric,
  attack: ResultAttack | null,
  columns: readonly string[],
  attacks: readonly ResultAttack[],
  colors: Palette,
): TableRow[] {
  const rates = columns.map((id) => {
    const evaluation = evaluations.find(
      (candidate) => candidate.attack === (attack?.id ?? null) && candidate.target === id,
    );
    return evaluation === undefined ? null : (of(evaluation) ?? null);
  });
  const present = rates.filter((rate) => rate !== null);
  if (present.length === 0) return [];
  const least = Math.min(...present.map(({ rate }) => rate));
  // One number alone is not the best of anything.
  const compared = present.length > 1;
  const cells = rates.map((rate) => {
    if (rate === null) return '–';
    return compared && rate.rate === least ? colors.good(errorWithInterval(rate)) : errorWithInterval(rate);
  });
  return [[title, attack === null ? '' : uniqueTitle(attack, attacks), ...cells]];
}

/** The attack's title, with its id where another attack has the same title. */
function uniqueTitle(attack: ResultAttack, attacks: readonly ResultAttack[]): string {
  const title = attackTitle(attack);
  const same = attacks.filter((other) => attackTitle(other) === title);
  return same.length > 1 ? `${title} (${attack.id})` : title;
}
