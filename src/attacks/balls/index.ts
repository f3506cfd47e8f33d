/** The ball of a norm. To add a norm: a file beside this one and a row. */
import type { Ball, Center, Norm } from './ball.ts';
import { createL0Ball, type Counted } from './l0.ts';
import { createL1Ball } from './l1.ts';
import { createL2Ball } from './l2.ts';
import { createLinfBall } from './linf.ts';

/**
 * @param radius in the units of the center's bounds; in L0 a count
 * @param counted what L0 counts
 */
export function createBall(center: Center, norm: Norm, radius: number, counted: Counted = 'pixels'): Ball {
  switch (norm) {
    case 'linf':
      return createLinfBall(center, radius);
    case 'l2':
      return createL2Ball(center, radius);
    case 'l1':
      return createL1Ball(center, radius);
    case 'l0':
      return createL0Ball(center, radius, counted);
  }
}
