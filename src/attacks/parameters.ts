/**
 * The parameters of an attack, as a table that drives everything about them: defaults and checks, the options of the
 * command line, the record in the result, the attack's id.
 */
import { InputError } from '../core/errors.ts';
import type { Norm } from './balls/ball.ts';
import type { Size } from './size.ts';

export type ParameterValue = number | string | boolean;

/** What a default may follow from. */
export interface ParameterContext {
  readonly norm: Norm;
  /** null for a minimum-norm attack without a radius. */
  readonly radius: Size | null;
}

interface Described<V extends ParameterValue> {
  readonly description: string;
  /** The value where none is given. */
  readonly default: V | ((context: ParameterContext) => V);
}

export interface NumberParameter extends Described<number> {
  readonly kind: 'number';
  /** What a given value must be, e.g. `a whole number of at least 1`. */
  readonly requirement: string;
  readonly accepts: (value: number, context: ParameterContext) => boolean;
}

/** A length in the attack's norm: written like ε, held in units of the range. */
export interface SizeParameter extends Described<number> {
  readonly kind: 'size';
  readonly requirement: string;
  readonly accepts: (value: number, context: ParameterContext) => boolean;
}

export interface ChoiceParameter extends Described<string> {
  readonly kind: 'choice';
  readonly choices: readonly string[];
}

export interface SwitchParameter extends Described<boolean> {
  readonly kind: 'switch';
}

export type Parameter = NumberParameter | SizeParameter | ChoiceParameter | SwitchParameter;

export type ParameterTable = Readonly<Record<string, Parameter>>;

/** The values of a table, by name. */
export type ParametersOf<T extends ParameterTable> = {
  readonly [Name in keyof T]: T[Name] extends ChoiceParameter
    ? string
    : T[Name] extends SwitchParameter
      ? boolean
      : number;
};

/** @param least the least whole number that is taken */
export function wholeNumber(
  description: string,
  fallback: NumberParameter['default'],
  least = 1,
): NumberParameter {
  return {
    kind: 'number',
    description,
    default: fallback,
    requirement: `a whole number of at least ${String(least)}`,
    accepts: (value) => Number.isSafeInteger(value) && value >= least,
  };
}

/** A number from `least` to `greatest`. */
export function numberBetween(
  description: string,
  fallback: NumberParameter['default'],
  least: number,
  greatest: number,
): NumberParameter {
  const isOpen = greatest === Infinity;
  return {
    kind: 'number',
    description,
    default: fallback,
    requirement: isOpen
      ? `a finite number of at least ${String(least)}`
      : `a number from ${String(least)} to ${String(greatest)}`,
    accepts: (value) => Number.isFinite(value) && value >= least && value <= greatest,
  };
}

/** A length above 0 in the attack's norm. */
export function stepSize(description: string, fallback: SizeParameter['default']): SizeParameter {
  return {
    kind: 'size',
    description,
    default: fallback,
    requirement: 'a part of the range, above 0 and in L∞ at most 1',
    accepts: (value, { norm }) => value > 0 && value <= (norm === 'linf' ? 1 : Number.MAX_VALUE),
  };
}

export function choice(description: string, choices: readonly string[], fallback: string): ChoiceParameter {
  return { kind: 'choice', description, choices, default: fallback };
}

export function switched(description: string, fallback: boolean): SwitchParameter {
  return { kind: 'switch', description, default: fallback };
}

/** The value that a parameter has where none is given. */
export function defaultOf(parameter: Parameter, context: ParameterContext): ParameterValue {
  return typeof parameter.default === 'function' ? parameter.default(context) : parameter.default;
}

/**
 * All parameters of a table: what is given, checked, and defaults for the rest.
 *
 * @param title names the attack in messages
 * @throws InputError when one is unknown to the table or out of its domain
 */
export function completeParameters(
  title: string,
  table: ParameterTable,
  given: Readonly<Record<string, ParameterValue>>,
  context: ParameterContext,
): Record<string, ParameterValue> {
  const known = Object.keys(table);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined) {
    throw new InputError(
      `${title} has no parameter ${unknown}: it has ${known.length > 0 ? known.join(', ') : 'none'}`,
    );
  }
  const values: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(table)) {
    const fallback = defaultOf(parameter, context);
    const value = given[name] ?? fallback;
    // A default that follows from ε = 0 need not be a value that anybody may give.
    if (value !== fallback) assertValue({ title, name, parameter, context }, value);
    values[name] = value;
  }
  return values;
}

interface Asked {
  readonly title: string;
  readonly name: string;
  readonly parameter: Parameter;
  readonly context: ParameterContext;
}

function assertValue({ title, name, parameter, context }: Asked, value: ParameterValue): void {
  const requirement = requirementOf(parameter);
  const fits =
    parameter.kind === 'choice'
      ? typeof value === 'string' && parameter.choices.includes(value)
      : parameter.kind === 'switch'
        ? typeof value === 'boolean'
        : typeof value === 'number' && parameter.accepts(value, context);
  if (!fits) throw new InputError(`${title}: ${name} = ${String(value)} must be ${requirement}`);
}

/** What a value must be, in words. */
export function requirementOf(parameter: Parameter): string {
  if (parameter.kind === 'choice') return `one of ${parameter.choices.join(', ')}`;
  if (parameter.kind === 'switch') return 'true or false';
  return parameter.requirement;
}
