/** All bounded attacks, by what they do with examples that are misclassified from the start. A new one joins here. */
import type { Attack } from '../../src/attacks/create-attack.ts';
import { apgdTargeted } from '../../src/attacks/gradient/apgd-targeted.ts';
import { apgd } from '../../src/attacks/gradient/apgd.ts';
import { fgm } from '../../src/attacks/gradient/fgm.ts';
import { fgsm } from '../../src/attacks/gradient/fgsm.ts';
import { ifgsm } from '../../src/attacks/gradient/ifgsm.ts';
import { pgd } from '../../src/attacks/gradient/pgd.ts';
import type { GivenSettings } from '../../src/attacks/settings.ts';

export interface Row {
  readonly attack: Attack;
  /** Settings to try beside the defaults. */
  readonly variants: readonly GivenSettings[];
  readonly gradientsPerExample: number;
}

/** Attacks that move every example, by a fixed number of gradients. */
export const everyExample: readonly Row[] = [
  { attack: fgsm, variants: [{ radius: 0.3 }], gradientsPerExample: 1 },
  { attack: fgm, variants: [{ norm: 'linf', radius: 0.3 }], gradientsPerExample: 1 },
  { attack: ifgsm, variants: [{ radius: 0.3, parameters: { stepSize: 0.2 } }], gradientsPerExample: 10 },
];

/** Attacks that work on what is still classified rightly. */
export const survivorsOnly: readonly Attack[] = [pgd, apgd, apgdTargeted];
