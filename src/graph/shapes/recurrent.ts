/** Shapes of recurrent layers. */
import type { ValueType } from '../types.ts';
import type { Application, ShapeRules } from './application.ts';
import { neverSame, shapeText, sizeText } from './dimensions.ts';
import { FLOATS } from './type-groups.ts';

/** All hidden states [length, directions, batch, hidden], then the last [directions, batch, hidden], and cells. */
function recurrent(gates: number): (site: Application) => readonly ValueType[] {
  return (site) => {
    const dataType = site.dataTypeAmong(0, FLOATS);
    const [x, weights] = [site.dims(0), site.dims(1)];
    if (x.length !== 3 || weights.length !== 3) {
      site.fail(
        `its input is ${shapeText(x)} and its weights ${shapeText(weights)}, expected three axes each`,
      );
    }
    const hidden = site.dim(2, 2);
    const directions = site.text('direction') === 'bidirectional' ? 2 : 1;
    const rows = site.dim(1, 1);
    if (
      neverSame(site.dim(1, 0), directions) ||
      (typeof rows === 'number' && typeof hidden === 'number' && rows !== gates * hidden)
    ) {
      site.fail(
        `its weights are ${shapeText(weights)}, expected [${String(directions)}, ${String(gates)} · hidden size, …]`,
      );
    }
    const batchFirst = site.int('layout') !== 0;
    const [length, batch] = batchFirst ? [site.dim(0, 1), site.dim(0, 0)] : [site.dim(0, 0), site.dim(0, 1)];
    const states = gates === 4 ? [5, 6] : [5];
    for (const index of states) {
      const own = site.has(index) ? site.dim(index, batchFirst ? 0 : 1) : batch;
      if (neverSame(own, batch)) {
        site.fail(
          `an initial state is of ${sizeText(own)} sequences, expected ${sizeText(batch)} as the input has`,
        );
      }
    }
    const all = batchFirst ? [batch, length, directions, hidden] : [length, directions, batch, hidden];
    const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
    return [
      { dataType, dims: all },
      { dataType, dims: last },
      ...(gates === 4 ? [{ dataType, dims: last }] : []),
    ];
  };
}

export const recurrentShapes = {
  LSTM: recurrent(4),
  GRU: recurrent(3),
  RNN: recurrent(1),
} satisfies ShapeRules;
