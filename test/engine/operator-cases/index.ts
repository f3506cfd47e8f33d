/** Every operator in the configurations that matter: what the engines are compared on. */
import type { OperatorCase } from './case.ts';
import { elementwiseCases } from './elementwise.ts';
import { linearCases } from './linear.ts';
import { movementCases } from './movement.ts';
import { reductionCases } from './reduction.ts';

export const operatorCases: readonly OperatorCase[] = [
  ...elementwiseCases,
  ...reductionCases,
  ...movementCases,
  ...linearCases,
];
