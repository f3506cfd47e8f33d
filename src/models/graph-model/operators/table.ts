/** The handler of each operator. Those that make inputs and constants are part of the translation itself. */
import type { Handler } from '../scope.ts';
import { elementwiseOperators } from './elementwise.ts';
import { imageOperators } from './convolution.ts';
import { joiningOperators } from './joining.ts';
import { matrixOperators } from './matrix.ts';
import { normalizationOperators } from './normalization.ts';
import { reductionOperators } from './reduction.ts';
import { resizingOperators } from './resizing.ts';
import { shapeOperators } from './shape.ts';
import { slicingOperators } from './slicing.ts';

const handlers: ReadonlyMap<string, Handler> = new Map(
  [
    elementwiseOperators,
    imageOperators,
    joiningOperators,
    matrixOperators,
    normalizationOperators,
    reductionOperators,
    resizingOperators,
    shapeOperators,
    slicingOperators,
  ].flatMap((table) => Object.entries(table)),
);

/** The operator's handler, or undefined where it cannot be imported. */
export function operatorHandler(operator: string): Handler | undefined {
  return handlers.get(operator);
}
