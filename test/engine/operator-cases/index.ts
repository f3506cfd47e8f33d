/** Every operator in the configurations that matter: what the engines are compared on. */
import type { OperatorCase } from './case.ts';
import { chosenCases } from './chosen.ts';
import { elementwiseCases } from './elementwise.ts';
import { linearCases } from './linear.ts';
import { movementCases } from './movement.ts';
import { quantizedCases } from './quantized.ts';
import { reductionCases } from './reduction.ts';
import { volumeCases } from './volumes.ts';
import { writtenOutCases } from './written-out.ts';

export const operatorCases: readonly OperatorCase[] = [
  ...elementwiseCases,
  ...reductionCases,
  ...movementCases,
  ...linearCases,
  ...volumeCases,
  ...quantizedCases,
  ...writtenOutCases,
  ...chosenCases,
];
