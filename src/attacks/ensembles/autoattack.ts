/**
 * AutoAttack, the standard version (Croce and Hein 2020): APGD on the cross-entropy, APGD-T and FAB-T towards nine
 * classes, Square with 5 000 queries, each on what has survived. With fewer than ten classes the targeted ones take all
 * others; with fewer than four, APGD-T climbs the margin towards the target, for which the DLR loss is not defined.
 */
import { apgdTargeted } from '../gradient/apgd-targeted.ts';
import { apgd, CITATION } from '../gradient/apgd.ts';
import { fabTargeted } from '../minimum-norm/fab-targeted.ts';
import { square } from '../score/square.ts';
import { ensemble, type Member } from './ensemble.ts';

/** The attacks of the standard version in their order. */
export const standardMembers: readonly Member[] = [
  { attack: apgd },
  { attack: apgdTargeted },
  { attack: fabTargeted },
  // The authors leave the schedule as it is for 10 000 queries.
  { attack: square, parameters: { rescale: false } },
];

export const autoattack = ensemble({
  id: 'autoattack',
  title: 'AutoAttack',
  citation: CITATION,
  norms: ['linf', 'l2'],
  members: () => standardMembers,
});
