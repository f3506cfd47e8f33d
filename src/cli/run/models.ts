/** What `robust-bench models` does. */
import { visible } from '../../core/printable.ts';
import { canonicalJson, createEngine, describeModel, type ModelSummary } from '../../index.ts';
import type { ModelsArguments } from '../arguments/models.ts';
import { modelSettings } from '../given.ts';
import type { CommandContext } from '../command-context.ts';

export async function runModels(argv: ModelsArguments, { terminal }: CommandContext): Promise<void> {
  const options = modelSettings(argv);
  const summaries: ModelSummary[] = [];
  const engine = await createEngine('onnxruntime');
  try {
    for (const file of argv.files) summaries.push(await describeModel(file, options, engine));
  } finally {
    await engine.dispose();
  }
  if (argv.json) {
    terminal.out(canonicalJson(summaries).trimEnd());
    return;
  }
  terminal.out(summaries.map((summary) => linesOf(summary).join('\n')).join('\n\n'));
}

function linesOf(summary: ModelSummary): string[] {
  const { classifier, operators, card } = summary;
  const value = ({ name, dataType, dims }: ModelSummary['inputs'][number]): string =>
    `${name} ${dataType ?? 'of no tensor type'} [${dims?.join(', ') ?? '…'}]`;
  const { access, why } = summary.use;
  const rows: [string, string][] = [
    ['use', why === undefined ? access : `${access}: ${why}`],
    ['format', formatOf(summary)],
    [
      'weights',
      `${summary.file}, ${summary.parameterCount === undefined ? '' : `${String(summary.parameterCount)} numbers, `}sha256 ${summary.sha256}`,
    ],
    ['inputs', summary.inputs.map(value).join('; ')],
    ['outputs', summary.outputs.map(value).join('; ')],
    ...(classifier === undefined ? [] : classifierRows(classifier)),
    ...(card?.training === undefined ? [] : ([['trained', trainingOf(card.training)]] as [string, string][])),
    [
      'operators',
      operators
        .map(({ operator, count, gradient }) => `${String(count)} ${operator}${note(gradient)}`)
        .join(', '),
    ],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [summary.path, ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${visible(text)}`)];
}

function formatOf({ format, opset, producer }: ModelSummary): string {
  const details = [
    ...(opset === undefined ? [] : [`opset ${String(opset)}`]),
    ...(producer === '' ? [] : [`written by ${producer}`]),
  ];
  return [format, ...details].join(', ');
}

function classifierRows(classifier: NonNullable<ModelSummary['classifier']>): [string, string][] {
  const { inputShape, bounds, classCount, classNames, outputs, notes } = classifier;
  const range =
    bounds === undefined
      ? 'not known: write --bounds 0,1 or --bounds 0,255'
      : `${String(bounds.lower)} to ${String(bounds.upper)}`;
  return [
    ['image', `[${inputShape.join(', ')}], values ${range}`],
    [
      'classes',
      `${String(classCount)}${classNames === undefined ? '' : ` (${classNames.join(', ')})`}, ${outputs}`,
    ],
    ...notes.map((note): [string, string] => ['note', note]),
  ];
}

function note(gradient: ModelSummary['operators'][number]['gradient']): string {
  if (gradient === 'gradient') return '';
  return gradient === 'zero' ? ' (gradient zero)' : ' (no gradient)';
}

function trainingOf(training: NonNullable<NonNullable<ModelSummary['card']>['training']>): string {
  const { method, architecture, width, epochs, seed, cleanError } = training;
  const facts = [
    method,
    architecture,
    width === undefined ? undefined : `width ${String(width)}`,
    epochs === undefined ? undefined : `${String(epochs)} epochs`,
    seed === undefined ? undefined : `seed ${String(seed)}`,
    cleanError === undefined ? undefined : `clean error ${(cleanError * 100).toFixed(2)} %`,
  ];
  return facts.filter((fact) => fact !== undefined).join(', ');
}
