/**
 * Names of attacks with their settings: `ifgsm[steps=20,target=next]@linf:4/255`. A name holds all that differs from the
 * defaults and nothing else, so that it is the same whatever else runs; and it can be given where an attack is asked for.
 */
import { attackId as composeId, sizeText } from '../core/attack-id.ts';
import { InputError } from '../core/errors.ts';
import type { AttackDefinition, AttackSettings } from './attack.ts';
import { norms, type Norm } from './balls/ball.ts';
import {
  defaultOf,
  requirementOf,
  type Parameter,
  type ParameterTable,
  type ParameterValue,
} from './parameters.ts';

/** The name of an attack with its settings. */
export function attackId(
  { id, parameters }: Pick<AttackDefinition, 'id' | 'parameters'>,
  { norm, radius, label, target, parameters: values }: Omit<AttackSettings, 'seed'>,
): string {
  const context = { norm, radius };
  const changed = Object.entries(parameters)
    .filter(([name, parameter]) => values[name] !== defaultOf(parameter, context))
    .map(([name, parameter]) => [name, valueText(parameter, values[name] ?? '')] as const);
  return composeId({
    method: id,
    norm,
    radius,
    changed,
    target: target === null ? null : String(target),
    label,
  });
}

function valueText(parameter: Parameter, value: ParameterValue): string {
  if (parameter.kind !== 'size') return String(value);
  return sizeText('linf', { value: Number(value), unit: 'fraction of range' });
}

/** An attack as it is asked for: a bare method, or with some of its settings. */
export interface AttackRequest {
  readonly method: string;
  readonly norm?: Norm;
  /** As written. */
  readonly size?: string;
  /** As written, by name; `target` and `label` among them. */
  readonly set: Readonly<Record<string, string>>;
}

const form = /^([\w-]+)(?:\[([^\]]*)\])?(?:@([a-z0-9]+)(?::(.+))?)?$/;

/**
 * Reads `method`, `method@norm`, `method[name=value,…]@norm:size`.
 *
 * @throws InputError when it is none of these
 */
export function parseAttackRequest(text: string): AttackRequest {
  const match = form.exec(text.trim());
  if (!match) {
    throw new InputError(
      `the attack "${text}" is not understood: write a method such as pgd, or with its settings pgd[steps=50]@l2:0.5`,
    );
  }
  const [, method = '', list, norm, size] = match;
  if (norm !== undefined && !norms.includes(norm as Norm)) {
    throw new InputError(`the attack "${text}" names the norm ${norm}: write one of ${norms.join(', ')}`);
  }
  const set: Record<string, string> = {};
  for (const part of (list ?? '').split(',').filter((each) => each.trim() !== '')) {
    const at = part.indexOf('=');
    if (at < 1) throw new InputError(`the attack "${text}" sets "${part}": write name=value`);
    set[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return {
    method,
    set,
    ...(norm === undefined ? {} : { norm: norm as Norm }),
    ...(size === undefined ? {} : { size }),
  };
}

/**
 * Reads parameters as they are written.
 *
 * @param sizeOf reads a length such as 1/255, in units of the range
 * @throws InputError when the attack has no such parameter or the text is not of its kind
 */
export function readParameters(
  title: string,
  table: ParameterTable,
  written: Readonly<Record<string, string>>,
  sizeOf: (text: string, name: string) => number,
): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(written).map(([name, text]) => {
      const parameter = Object.hasOwn(table, name) ? table[name] : undefined;
      if (parameter === undefined) {
        const known = Object.keys(table);
        throw new InputError(
          `${title} has no parameter ${name}: it has ${known.length > 0 ? known.join(', ') : 'none'}`,
        );
      }
      return [name, readValue(title, name, parameter, text, sizeOf)];
    }),
  );
}

function readValue(
  title: string,
  name: string,
  parameter: Parameter,
  text: string,
  sizeOf: (text: string, name: string) => number,
): ParameterValue {
  if (parameter.kind === 'size') return sizeOf(text, name);
  if (parameter.kind === 'choice') return text;
  if (parameter.kind === 'switch') {
    if (text === 'true' || text === 'false') return text === 'true';
  } else if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  throw new InputError(
    `${title}: ${name} = ${text === '' ? 'nothing' : text} must be ${requirementOf(parameter)}`,
  );
}
