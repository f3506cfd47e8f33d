/**
 * `quick`: what a build can wait for. Auto-PGD on the margin and, on what has survived, towards the three nearest classes,
 * 20 iterations each: at most 84 gradients for an example that survives all.
 */
import { apgdTargeted } from '../gradient/apgd-targeted.ts';
import { apgd } from '../gradient/apgd.ts';
import { ensemble } from './ensemble.ts';

const ITERATIONS = 20;

export const quick = ensemble({
  id: 'quick',
  title: 'quick',
  citation: null,
  norms: ['linf', 'l2'],
  members: () => [
    { attack: apgd, parameters: { loss: 'margin', iterations: ITERATIONS } },
    { attack: apgdTargeted, parameters: { targets: 3, iterations: ITERATIONS } },
  ],
});
