/**
 * The id of an attack: `ifgsm@linf:4/255`, `ifgsm[steps=20,target=next]@linf:4/255`, `ddn@l2`. It says all that the
 * attack was set to beside the method's defaults, and depends on nothing else that runs, so that results can be
 * compared by it.
 */

export interface AttackIdentity {
  readonly method: string;
  readonly norm: string;
  /** null where nothing limits the perturbations. */
  readonly radius: { readonly value: number; readonly unit: SizeUnit } | null;
  /** Parameters that differ from the method's defaults, as texts, in the order of its parameters. */
  readonly changed: readonly (readonly [name: string, value: string])[];
  /** The rule that chooses the class to move towards; null when untargeted. */
  readonly target: string | null;
  readonly label: 'true' | 'predicted';
}

export type SizeUnit = 'fraction of range' | 'pixels' | 'elements';

export function attackId({ method, norm, radius, changed, target, label }: AttackIdentity): string {
  const settings = [
    ...changed,
    ...(target === null ? [] : [['target', target] as const]),
    ...(label === 'true' ? [] : [['label', label] as const]),
  ].map(([name, value]) => `${name}=${value}`);
  const bracket = settings.length === 0 ? '' : `[${settings.join(',')}]`;
  const size = radius === null ? '' : `:${sizeText(norm, radius)}`;
  return `${method}${bracket}@${norm}${size}`;
}

/**
 * The one way to write a size: of L∞ a part of the range as `k/255` where k has at most three decimals, else the
 * number; of L0 a whole number with `px` or `el`; of other norms the number of range units.
 */
export function sizeText(norm: string, { value, unit }: NonNullable<AttackIdentity['radius']>): string {
  if (unit === 'pixels') return `${String(value)}px`;
  if (unit === 'elements') return `${String(value)}el`;
  if (norm !== 'linf') return String(value);
  const levels = Math.round(255 * value * 1000) / 1000;
  // The last digits apart it must be the very number: a tiny size is not 0/255.
  return Math.abs(levels / 255 - value) <= 1e-12 * value ? `${String(levels)}/255` : String(value);
}
