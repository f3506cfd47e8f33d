/** Turns what is asked for in text, a method, sizes and parameters, into attacks with all their settings. */
import type { Bounds } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { Seed } from '../core/random.ts';
import type { AttackSettings, LabelRule } from './attack.ts';
import { normTitles, type Norm } from './balls/ball.ts';
import type { Attack } from './create-attack.ts';
import { attackId, parseAttackRequest, readParameters, type AttackRequest } from './identity.ts';
import { attackOf } from './index.ts';
import { attackSettings } from './settings.ts';
import { parseSize, type Size } from './size.ts';
import { parseTargetRule } from './targets.ts';

/** A model that sizes are read for. */
export interface SizedModel {
  readonly name: string;
  readonly bounds: Bounds;
  readonly inputShape: readonly number[];
}

export interface AttackRequests {
  /** As {@link parseAttackRequest} takes them. */
  readonly methods: readonly string[];
  /** Sizes for all methods that name none; each attack is run with each. The norm's customary one where absent. */
  readonly sizes?: readonly string[] | undefined;
  /** The norm of all methods that name none; each attack's first where absent. */
  readonly norm?: Norm | undefined;
  /** Parameters for all attacks that have them, as written, by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly label?: LabelRule | undefined;
  readonly target?: string | undefined;
  readonly seed: Seed;
  readonly models: readonly SizedModel[];
  /** How messages call sizes and parameters: the options they were written for. */
  readonly sizeSymbol?: string;
  readonly parameterSymbol?: (name: string) => string;
}

export interface RequestedAttack {
  readonly attack: Attack;
  readonly settings: AttackSettings;
}

/**
 * @throws InputError when a method, size or parameter is unknown, malformed, or means nothing to any attack
 */
export function resolveAttacks(asked: AttackRequests): RequestedAttack[] {
  const parsed = asked.methods.flatMap(splitMethods).map(parseAttackRequest);
  assertParametersTaken(parsed, asked);
  const resolved = parsed.flatMap((request) => resolve(request, asked));
  // Asking twice for the same is asking for it once.
  const byId = new Map(resolved.map((run) => [attackId(run.attack, run.settings), run]));
  return [...byId.values()];
}

/** Methods between commas that are in no brackets. */
function splitMethods(text: string): string[] {
  return text.split(/,(?![^[]*\])/).filter((part) => part.trim() !== '');
}

function resolve(request: AttackRequest, asked: AttackRequests): RequestedAttack[] {
  const attack = attackOf(request.method);
  const { label = asked.label ?? 'true', target = asked.target, ...own } = request.set;
  if (label !== 'true' && label !== 'predicted') {
    throw new InputError(`${attack.title}: label = ${label} must be true or predicted`);
  }
  const norm = request.norm ?? normFor(attack, asked.norm);
  const shared = Object.entries(asked.parameters ?? {}).filter(([name]) => name in attack.parameters);
  const parameters = readParameters(
    attack.title,
    attack.parameters,
    { ...Object.fromEntries(shared), ...own },
    // A length is one of the attack's norm; in L0 steps are in units of the range.
    (text, name) =>
      sizeFor(text, norm === 'l0' ? 'l2' : norm, asked, asked.parameterSymbol?.(name) ?? name).value,
  );
  const sizes = request.size === undefined ? asked.sizes : [request.size];
  return (sizes ?? [undefined]).map((text) => ({
    attack,
    settings: attackSettings(attack, {
      norm,
      ...(text === undefined ? {} : { radius: sizeFor(text, norm, asked, asked.sizeSymbol ?? 'ε') }),
      label,
      target: target === undefined ? null : parseTargetRule(target),
      seed: asked.seed,
      parameters,
    }),
  }));
}

/** A norm asked for all attacks is one for those that have it; an attack without it would measure something else. */
function normFor(attack: Attack, norm: Norm | undefined): Norm {
  if (norm === undefined) return attack.norms[0] ?? 'linf';
  if (attack.norms.includes(norm)) return norm;
  throw new InputError(
    `${attack.title} does not work in ${normTitles[norm]}: it has ${attack.norms.map((each) => normTitles[each]).join(', ')}`,
  );
}

/** A size as written, which must be the same part of every model's range. */
function sizeFor(text: string, norm: Norm, { models }: AttackRequests, symbol: string): Size {
  const sizes = models.map(({ bounds, inputShape }) => parseSize(text, { norm, bounds, inputShape, symbol }));
  const [first] = sizes;
  if (first === undefined || sizes.some(({ value }) => value !== first.value)) {
    throw new InputError(
      `${symbol} ${text} is another part of the range for each model, whose bounds differ: write a fraction such as 4/255`,
    );
  }
  return first;
}

/** Every parameter given for all must be one that an attack of this run has. */
function assertParametersTaken(parsed: readonly AttackRequest[], asked: AttackRequests): void {
  for (const name of Object.keys(asked.parameters ?? {})) {
    if (parsed.some(({ method }) => name in attackOf(method).parameters)) continue;
    const methods = parsed.map(({ method }) => method).join(', ');
    throw new InputError(
      `${asked.parameterSymbol?.(name) ?? name} means nothing to ${methods}: leave it out, or name an attack that has it`,
    );
  }
}
