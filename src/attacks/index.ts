/** All attacks. To add one: a file beside this one, a line in the table, a row in the conformance test. */
import { InputError } from '../core/errors.ts';
import type { Attack } from './create-attack.ts';
import { quick } from './ensembles/quick.ts';
import { gaussianNoise, uniformNoise } from './decision/noise.ts';
import { autoattack } from './ensembles/autoattack.ts';
import { apgdTargeted } from './gradient/apgd-targeted.ts';
import { apgd } from './gradient/apgd.ts';
import { fgm } from './gradient/fgm.ts';
import { fgsm } from './gradient/fgsm.ts';
import { ifgsm } from './gradient/ifgsm.ts';
import { pgd } from './gradient/pgd.ts';
import { alma } from './minimum-norm/alma.ts';
import { carliniWagner } from './minimum-norm/carlini-wagner.ts';
import { ddn } from './minimum-norm/ddn.ts';
import { deepfool } from './minimum-norm/deepfool.ts';
import { ead } from './minimum-norm/ead.ts';
import { fabTargeted } from './minimum-norm/fab-targeted.ts';
import { fab } from './minimum-norm/fab.ts';
import { fmn } from './minimum-norm/fmn.ts';
import { jsma } from './minimum-norm/jsma.ts';
import { pdpgd } from './minimum-norm/pdpgd.ts';
import { sigmaZero } from './minimum-norm/sigma-zero.ts';
import { square } from './score/square.ts';
import { mifgsm } from './transfer/mifgsm.ts';
import { nifgsm } from './transfer/nifgsm.ts';
import { sinifgsm } from './transfer/sinifgsm.ts';
import { tifgsm } from './transfer/tifgsm.ts';
import { vmifgsm, vnifgsm } from './transfer/variance-tuned.ts';

const bounded: readonly Attack[] = [fgsm, fgm, ifgsm, pgd, apgd, apgdTargeted];

const minimumNorm: readonly Attack[] = [
  fab,
  fabTargeted,
  deepfool,
  ddn,
  fmn,
  carliniWagner,
  ead,
  jsma,
  alma,
  pdpgd,
  sigmaZero,
];

const transfer: readonly Attack[] = [mifgsm, nifgsm, tifgsm, sinifgsm, vmifgsm, vnifgsm];

const scores: readonly Attack[] = [square];

const decisions: readonly Attack[] = [uniformNoise, gaussianNoise];

const ensembles: readonly Attack[] = [quick, autoattack];

export const attacks: readonly Attack[] = [
  ...bounded,
  ...transfer,
  ...minimumNorm,
  ...scores,
  ...decisions,
  ...ensembles,
];

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
