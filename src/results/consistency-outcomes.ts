/** The checks of consistency.ts on outcomes: lengths, classes that exist, and predictions against ranks. */
import { decodeColumn } from './column.ts';
import { rangeProblems } from './consistency-columns.ts';
import type { Column, Result, ResultOutcomes } from './result.ts';

/** @param classCount of the model whose outcomes these are */
export function* outcomeProblems(
  { examples }: Result,
  { predictions, ranks, losses }: Pick<ResultOutcomes, 'predictions' | 'ranks'> & { losses?: Column },
  classCount: number,
  at: string,
): Iterable<string> {
  const { count, labels } = examples;
  const classes = { least: 0, below: classCount };
  const broken = [
    ...rangeProblems(predictions, 'int32', classes, `${at}/predictions`, count),
    ...rangeProblems(ranks, 'int32', classes, `${at}/ranks`, count),
  ];
  yield* broken;
  if (losses !== undefined) {
    // Infinite where the label has the logit −∞, and negative by rounding at most.
    yield* rangeProblems(losses, 'float32', { least: -1e-3, infinite: true }, `${at}/losses`, count);
  }
  if (broken.length > 0) return;
  const [predicted, ranked, own] = [predictions, ranks, labels].map((column) =>
    decodeColumn(column, 'int32'),
  );
  const wrong =
    ranked?.findIndex((rank, index) => (rank === 0) !== (predicted?.[index] === own?.[index])) ?? -1;
  if (wrong < 0) return;
  yield `${at}/ranks/${String(wrong)} is ${String(ranked?.[wrong])}, but the prediction is ${String(predicted?.[wrong])} and the label ${String(own?.[wrong])}`;
}
