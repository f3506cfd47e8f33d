/** Completes and checks the settings of an attack. */
import type { Classifier } from '../classifier/classifier.ts';
import { InputError } from '../core/errors.ts';
import type { AttackDefinition, AttackSettings } from './attack.ts';
import { normTitles } from './balls/ball.ts';
import { completeParameters, type ParameterValue } from './parameters.ts';
import { assertSize, defaultSizes, type Size } from './size.ts';

/** What of an attack its settings follow from. */
export type Settable = Pick<AttackDefinition, 'title' | 'norms' | 'aim' | 'parameters'>;

/**
 * Settings as far as they are given; the rest are defaults: the attack's first norm, the norm's customary radius (none
 * for a minimum-norm attack), true labels, untargeted, seed 0.
 */
export interface GivenSettings extends Partial<Omit<AttackSettings, 'radius' | 'parameters'>> {
  /** A number is in units of the range; of L0, a count of pixels. */
  readonly radius?: Size | number | null;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
}

/**
 * @throws InputError when the attack has not the norm, the radius is no size of it, or a parameter is unknown to the
 * attack or out of its domain
 */
export function attackSettings(attack: Settable, given: GivenSettings = {}): AttackSettings {
  const norm = given.norm ?? attack.norms[0] ?? 'linf';
  if (!attack.norms.includes(norm)) {
    throw new InputError(
      `${attack.title} does not work in ${normTitles[norm]}: it has ${attack.norms.map((each) => normTitles[each]).join(', ')}`,
    );
  }
  const radius = radiusOf(attack, given.radius, norm);
  if (radius !== null) assertSize(radius, norm);
  return {
    norm,
    radius,
    label: given.label ?? 'true',
    target: given.target ?? null,
    seed: given.seed ?? 0,
    parameters: completeParameters(attack.title, attack.parameters, given.parameters ?? {}, { norm, radius }),
  };
}

function radiusOf(
  { title, aim }: Settable,
  given: GivenSettings['radius'],
  norm: AttackSettings['norm'],
): Size | null {
  if (typeof given === 'number')
    return { value: given, unit: norm === 'l0' ? 'pixels' : 'fraction of range' };
  if (given === null && aim === 'bounded') {
    throw new InputError(`${title} searches within a radius: give one, such as 4/255`);
  }
  if (given === undefined) return aim === 'bounded' ? defaultSizes[norm] : null;
  return given;
}

/** @throws InputError when the classifier lacks what the attack needs */
export function assertApplicable(
  attack: Pick<AttackDefinition, 'title' | 'access'>,
  classifier: Classifier,
): void {
  if (attack.access === 'gradient' && !classifier.gradient) {
    throw new InputError(
      `${attack.title} needs input gradients and the model ${classifier.name} has none: ` +
        'make the examples on another model and use this one as the target of a black-box attack',
    );
  }
}
