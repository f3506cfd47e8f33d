/** All attacks. To add one: a file beside this one, a line in the table, a row in the conformance test. */
import { InputError } from '../core/errors.ts';
import type { Attack } from './create-attack.ts';
import { apgdTargeted } from './gradient/apgd-targeted.ts';
import { apgd } from './gradient/apgd.ts';
import { fgm } from './gradient/fgm.ts';
import { fgsm } from './gradient/fgsm.ts';
import { ifgsm } from './gradient/ifgsm.ts';
import { pgd } from './gradient/pgd.ts';

export const attacks: readonly Attack[] = [fgsm, fgm, ifgsm, pgd, apgd, apgdTargeted];

/**
 * The attack of an id.
 *
 * @throws InputError when there is none; the message lists those there are
 */
export function attackOf(id: string): Attack {
  const found = attacks.find((attack) => attack.id === id);
  if (!found) {
    throw new InputError(
      `there is no attack "${id}": write one of ${attacks.map((attack) => attack.id).join(', ')}`,
    );
  }
  return found;
}
