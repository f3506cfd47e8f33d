/** What decides the numbers of a result, as one hash: parts of one plan have the same. */
import { createHash } from 'node:crypto';
import type { Column, Result, ResultModel } from './result.ts';

/** The facts of a plan; those of a whole result are its own. */
export type PlanFacts = Pick<Result, 'tool' | 'seed' | 'data' | 'models' | 'engine' | 'attacks'> & {
  /** All examples of the plan, in ascending order. */
  readonly examples: { readonly selection: Result['examples']['selection']; readonly indices: Column };
  readonly clean: readonly { readonly model: string }[];
  readonly runs: readonly {
    readonly attack: string;
    readonly source: string;
    readonly scored: readonly { readonly model: string }[];
  }[];
};

/** @returns 64 lower-case hexadecimal digits */
export function planHash({
  tool,
  seed,
  data,
  models,
  engine,
  attacks,
  examples,
  clean,
  runs,
}: PlanFacts): string {
  const facts = {
    tool,
    seed,
    data,
    models: models.map(withoutFindings),
    engine,
    attacks,
    selection: examples.selection,
    indices: examples.indices,
    scoring: scoring({ clean, runs }),
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(facts)))
    .digest('hex');
}

/** The facts of a plan in which two results differ, as far as parts of it hold them. */
export function differingFacts(first: Result, second: Result): string[] {
  const facts = (result: Result): Readonly<Record<string, unknown>> => {
    const { tool, seed, data, models, engine, attacks, examples, clean, runs } = result;
    return {
      tool,
      seed,
      data,
      models: models.map(withoutFindings),
      engine,
      attacks,
      'the selection of examples': examples.selection,
      'what is scored on what': scoring({ clean, runs }),
    };
  };
  const [one, other] = [facts(first), facts(second)];
  return Object.keys(one).filter(
    (name) => JSON.stringify(sorted(one[name])) !== JSON.stringify(sorted(other[name])),
  );
}

function scoring({ clean, runs }: Pick<PlanFacts, 'clean' | 'runs'>): unknown {
  return {
    clean: clean.map(({ model }) => model),
    runs: runs.map(({ attack, source, scored }) => [attack, source, scored.map(({ model }) => model)]),
  };
}

/** A model without what was only found when it ran: checks that round otherwise elsewhere, and notes. */
function withoutFindings(model: ResultModel): Omit<ResultModel, 'check' | 'notes'> {
  const facts = { ...model };
  delete facts.check;
  delete facts.notes;
  return facts;
}

/** The same with the keys of every object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
