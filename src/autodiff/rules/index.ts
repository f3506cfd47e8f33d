/** The rule of each operator. A new operator is one entry in the table of its family. */
import type { Rule } from '../backward.ts';
import { activation } from './activation.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { linear } from './linear.ts';
import { movement } from './movement.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { quantization } from './quantization.ts';
import { reduction } from './reduction.ts';
import { selection } from './selection.ts';
import { zero } from './zero.ts';

const rules: ReadonlyMap<string, Rule> = new Map(
  [
    activation,
    convolution,
    elementwise,
    linear,
    movement,
    normalization,
    pooling,
    quantization,
    reduction,
    selection,
    zero,
  ].flatMap((table) => Object.entries(table)),
);

/** The operator's rule, or undefined where it has none. */
export function ruleOf(operator: string): Rule | undefined {
  return rules.get(operator);
}
