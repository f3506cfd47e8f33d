/** Schema violations as people read them: where in the file, what is there, what is expected. */
import type { ErrorObject } from 'ajv';

/** How many violations one message names. */
const named = 3;

/**
 * One line for a list of violations: the first few in full, then how many more there are.
 *
 * @param errors what ajv reports with `allErrors` and `verbose`
 */
export function describeViolations(errors: readonly ErrorObject[]): string {
  return describeProblems(problemsOf(errors));
}

/** Joins problems to one line: the first few in full, then how many more there are. */
export function describeProblems(problems: readonly string[]): string {
  const more = problems.length - named;
  const rest = more > 0 ? [`and ${String(more)} more`] : [];
  return [...problems.slice(0, named), ...rest].join('; ');
}

function problemsOf(errors: readonly ErrorObject[]): string[] {
  // A choice between an object and null fails once for each branch: what the branches say is enough, and an
  // object that is there was not meant to be null.
  const telling = errors.filter(
    ({ keyword, params, data }) =>
      keyword !== 'anyOf' && !(keyword === 'type' && params['type'] === 'null' && isObject(data)),
  );
  const expected = new Map<string, { readonly found: string; readonly choices: Set<string> }>();
  const problems: (string | { readonly at: string })[] = [];
  for (const error of telling) {
    const at = error.instancePath === '' ? 'the whole' : error.instancePath;
    const direct = structuralProblem(error, at);
    if (direct !== null) {
      problems.push(direct);
      continue;
    }
    const entry = expected.get(at);
    if (entry === undefined) {
      problems.push({ at });
      expected.set(at, { found: excerpt(error.data), choices: new Set([expectation(error)]) });
    } else {
      entry.choices.add(expectation(error));
    }
  }
  return problems.map((problem) => {
    if (typeof problem === 'string') return problem;
    const entry = expected.get(problem.at);
    return `${problem.at} is ${entry?.found ?? ''}, expected ${[...(entry?.choices ?? [])].join(' or ')}`;
  });
}

/** What concerns the keys of an object rather than one value. */
function structuralProblem({ keyword, params }: ErrorObject, at: string): string | null {
  if (keyword === 'required') return `${at} lacks the field ${quote(params['missingProperty'])}`;
  if (keyword === 'additionalProperties') {
    return `${at} has the unknown field ${quote(params['additionalProperty'])}`;
  }
  return null;
}

function expectation({ keyword, params, parentSchema, message }: ErrorObject): string {
  const text = (name: string): string => String(params[name]);
  switch (keyword) {
    case 'type':
      return [params['type']].flat().map(typeName).join(' or ');
    case 'const':
      return quote(params['allowedValue']);
    case 'enum':
      return `one of ${(params['allowedValues'] as unknown[]).map(quote).join(', ')}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `a number ${text('comparison')} ${text('limit')}`;
    case 'minLength':
      return 'a text that is not empty';
    case 'maxLength':
      return `a text of at most ${text('limit')} characters`;
    case 'minItems':
      return `a list of at least ${text('limit')}`;
    case 'maxItems':
      return `a list of at most ${text('limit')}`;
    case 'uniqueItems':
      return 'a list without repetition';
    case 'pattern':
      return `this: ${descriptionOf(parentSchema)}`;
    default:
      return message ?? keyword;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};

function typeName(type: unknown): string {
  return typeNames[String(type)] ?? String(type);
}

function descriptionOf(schema: object | undefined): string {
  const description = (schema as { readonly description?: string } | undefined)?.description ?? 'the pattern';
  return description.replace(/\.$/, '');
}

/** A value as the message shows it: short, and on one line. */
export function excerpt(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${String(value.length)}`;
  if (isObject(value)) return 'an object';
  return quote(value);
}

function quote(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
