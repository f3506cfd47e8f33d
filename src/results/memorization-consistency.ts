/**
 * What must hold in a memorization result beyond its schema: that lists agree in length, that summaries are what the
 * curves and the lists of examples say, and that rates are their counts divided. Each check yields problems as
 * "pointer: what is wrong".
 */
import { classNameProblems, positionProblems, repeatedIds } from './consistency-lists.ts';
import { curveProblems } from './memorization-consistency-curves.ts';
import { errorProblems } from './memorization-consistency-errors.ts';
import { exampleProblems } from './memorization-consistency-examples.ts';
import { scoreProblems } from './memorization-consistency-scores.ts';
import { testOutcomeProblems } from './memorization-consistency-tests.ts';
import type { MemorizationResult, MemorizationRun } from './memorization.ts';

/** Every inconsistency of a memorization result that the schema accepts, in the order of the file. */
export function memorizationInconsistencies(result: MemorizationResult): string[] {
  const { runs } = result;
  return [
    ...setProblems(result),
    ...repeatedIds(
      runs.map(({ id }) => id),
      '/runs',
    ),
    ...variantProblems(runs),
    ...runs.flatMap((run, index) => [...runProblems(result, run, `/runs/${String(index)}`)]),
  ];
}

function* setProblems({ data, examples, engine, runs }: MemorizationResult): Iterable<string> {
  for (const name of ['train', 'test'] as const) {
    yield* classNameProblems(data[name], `/data/${name}`);
    const { size } = data[name];
    const { count, indices } = examples[name];
    const at = `/examples/${name}`;
    const listed = indices?.length ?? size;
    if (listed !== count) {
      yield indices === null
        ? `${at}/count is ${String(count)}, but indices is null and the split has ${String(size)} examples`
        : `${at}/indices has ${String(listed)} entries, expected one for each of the ${String(count)} examples`;
    }
    if (indices !== null) yield* positionProblems(indices, size, `${at}/indices`);
  }
  if (data.train.classes !== data.test.classes) {
    yield `/data/test/classes is ${String(data.test.classes)}, but /data/train/classes is ${String(data.train.classes)}`;
  }
  const computed = runs.findIndex(({ source }) => source !== 'predictions');
  if (engine === null && computed >= 0) {
    yield `/engine is null, but the source of /runs/${String(computed)} is "${runs[computed]?.source ?? ''}"`;
  }
}

function* runProblems(
  { data, examples }: MemorizationResult,
  run: MemorizationRun,
  at: string,
): Iterable<string> {
  const { groups, corruption } = run;
  for (const name of ['train', 'test'] as const) {
    if (groups[name] !== examples[name].count) {
      yield `${at}/groups/${name} is ${String(groups[name])}, but /examples/${name}/count is ${String(examples[name].count)}`;
    }
  }
  if (groups.real + groups.corrupted !== groups.train) {
    yield `${at}/groups has ${String(groups.real)} real and ${String(groups.corrupted)} corrupted examples, which do not make ${String(groups.train)}`;
  }
  if (groups.changed > groups.corrupted) {
    yield `${at}/groups/changed is ${String(groups.changed)}, more than the ${String(groups.corrupted)} corrupted examples`;
  }
  yield* corruptionProblems(corruption, data.train.classes, `${at}/corruption`);
  // Where the curves have no common length, what follows from them would only repeat it.
  const broken = [...curveProblems(run, `${at}/curves`)];
  yield* broken;
  if (broken.length > 0) return;
  yield* errorProblems(run, at);
  yield* scoreProblems(run, at);
  yield* exampleProblems(run, `${at}/perExample`);
  yield* testOutcomeProblems(run, data.test.classes, `${at}/testOutcomes`);
}

/** Runs of one variant are told apart by their seeds, and are the same in all else that tables say of them. */
function* variantProblems(runs: readonly MemorizationRun[]): Iterable<string> {
  for (const [index, { variant, name, seed, corruption }] of runs.entries()) {
    const first = runs.findIndex((other) => other.variant === variant);
    const known = runs[first];
    if (known === undefined || first === index) continue;
    const at = `/runs/${String(index)}`;
    const of = `that of /runs/${String(first)}, of the same variant`;
    if (known.name !== name) yield `${at}/name is not ${of}`;
    const noise = (given: MemorizationRun['corruption']): string =>
      JSON.stringify([given?.mode, given?.rate, given?.exact, given?.matrix]);
    if (noise(known.corruption) !== noise(corruption)) yield `${at}/corruption is not ${of}`;
    const twin = runs.findIndex((other) => other.variant === variant && other.seed === seed);
    if (twin < index) {
      yield `${at}/seed is ${JSON.stringify(seed)}, as is that of /runs/${String(twin)}, of the same variant`;
    }
  }
}

function* corruptionProblems(
  corruption: MemorizationRun['corruption'],
  classes: number,
  at: string,
): Iterable<string> {
  if (corruption === null) return;
  const { mode, rate, matrix } = corruption;
  const conditional = mode === 'class-conditional';
  for (const [name, value, expected] of [
    ['rate', rate, !conditional],
    ['matrix', matrix, conditional],
  ] as const) {
    if ((value !== null) !== expected) {
      yield `${at}/${name} is ${value === null ? 'null' : 'given'}, but the mode is ${mode}`;
    }
  }
  if (matrix !== null && [matrix, ...matrix].some((row) => row.length !== classes)) {
    yield `${at}/matrix is not ${String(classes)} rows of ${String(classes)} numbers`;
  }
}
