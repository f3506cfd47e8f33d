/** An attack result as a table for the terminal, in the manner of the paper's Table 3. */
import type { Derived, DerivedAttack, DerivedEvaluation } from '../results/derived.ts';
import type { Rate } from '../results/error-rate.ts';
import { errorWithInterval, metricTitle } from './format.ts';
import { notesBelow } from './attack-notes.ts';
import { palette, renderTable, type Palette, type RenderOptions, type TableRow } from './table.ts';

/**
 * The errors of a result: a block for clean examples, one for attacks on the models themselves by what they ask of
 * them, and one for each model whose examples others were tested on; in each, rows of metric and attack against columns
 * of models. Below it stand the worst cases, the comparisons, the measured perturbations and the warnings.
 *
 * @returns lines without a final line feed
 */
export function renderAttackTable(derived: Derived, options: RenderOptions): string {
  const colors = palette(options);
  const models = derived.models.filter(({ id }) => derived.evaluations.some(({ model }) => model === id));
  const head = ['Error in %', 'Attack', ...models.map(({ name }) => name)].map(colors.strong);
  const columns = models.map(({ id }) => id);
  const rows = blocksOf(derived).flatMap((block, index): TableRow[] => [
    { title: `${index === 0 ? '' : '\n'}${colors.strong(block.title)}` },
    ...metrics.flatMap((metric) =>
      block.attacks.flatMap((attack) => rowOf(block, metric, attack, columns, colors)),
    ),
  ]);
  return [renderTable(head, rows), ...notesBelow(derived, colors)].join('\n');
}

interface Block {
  readonly title: string;
  readonly evaluations: readonly DerivedEvaluation[];
  /** The attacks of the block, null for none. */
  readonly attacks: readonly (DerivedAttack | null)[];
}

const ownTitles: Readonly<Record<NonNullable<DerivedEvaluation['access']>, string>> = {
  gradient: 'White box: each model attacked by its own gradients',
  scores: 'Black box: each model attacked by its own scores',
  decisions: 'Black box: each model attacked by its own decisions',
};

function blocksOf({ evaluations, attacks, models }: Derived): Block[] {
  const nameOf = (id: string | null): string => models.find((model) => model.id === id)?.name ?? '';
  const transferred = evaluations.filter(({ transfer }) => transfer);
  const sources = [...new Set(transferred.map(({ source }) => source))];
  const blocks: Block[] = [
    { title: 'Clean', evaluations: evaluations.filter(({ attack }) => attack === null), attacks: [null] },
    ...(['gradient', 'scores', 'decisions'] as const).map((access) => ({
      title: ownTitles[access],
      evaluations: evaluations.filter((own) => own.access === access && !own.transfer),
      attacks,
    })),
    ...sources.map((source) => ({
      title: `Black box: examples made on ${nameOf(source)}`,
      evaluations: transferred.filter((evaluation) => evaluation.source === source),
      attacks,
    })),
  ];
  return blocks.filter((block) => block.evaluations.length > 0);
}

interface Metric {
  readonly title: string;
  readonly of: (evaluation: DerivedEvaluation) => Rate | null | undefined;
}

/** What a row shows of an evaluation. */
const metrics: readonly Metric[] = [
  { title: metricTitle('top1'), of: ({ top1 }) => top1 },
  { title: `${metricTitle('top1')}, 8-bit`, of: ({ rounded }) => rounded?.top1 },
  { title: metricTitle('top5'), of: ({ top5 }) => top5 },
  { title: metricTitle('targets'), of: ({ targets }) => targets?.rate },
];

/** One row, or none where no model of the block has the metric. */
function rowOf(
  { evaluations }: Block,
  { title, of }: Metric,
  attack: DerivedAttack | null,
  columns: readonly string[],
  colors: Palette,
): TableRow[] {
  const rates = columns.map((id) => {
    const evaluation = evaluations.find(
      (candidate) => candidate.attack === (attack?.id ?? null) && candidate.model === id,
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
  return [[title, attack?.name ?? '', ...cells]];
}
