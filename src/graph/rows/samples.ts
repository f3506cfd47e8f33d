/** Operators whose first axis counts samples, each treated by itself: convolutions, pools, normalizations of images. */
import { axisOf, rowsAt, SHARED, type Rows } from './rows.ts';
import type { RowRule, RowRules, RowSite } from './site.ts';

function samplesOf(site: RowSite, index: number): Rows {
  const rows = site.rows(index);
  const axis = axisOf(rows);
  if (rows.kind === 'size') return site.mixes('computes with the number of examples in the batch');
  if (axis !== undefined && axis !== 0)
    return site.mayMix('has the examples along an axis that it works over');
  return rows;
}

/** Input 0 holds samples; the others are parameters. */
const samples: RowRule = (site) => {
  site.onlyExamplesIn(0);
  return site.all(samplesOf(site, 0));
};

/** Pools treat each channel by itself too. */
const pool: RowRule = (site) => {
  if (site.axisOf(0) === 1 && site.node.outputs.length === 1) return site.all(site.rows(0));
  return samples(site);
};

/** In training mode the statistics are those of the batch; in inference the channels' own parameters. */
const batchNormalization: RowRule = (site) => {
  if (site.int('training_mode') === 1) {
    return site.mixes('is in training mode and normalises by the statistics of the batch');
  }
  return samples(site);
};

/** Sizes or scales may be computed from shapes; the first axis must keep its size. */
const resize: RowRule = (site) => {
  if ([1, 2, 3].some((index) => site.rows(index).kind === 'rows')) return site.mayMix();
  const [before] = site.dims(0);
  const [after] = site.outputDims();
  const rows = samplesOf(site, 0);
  if (rows.kind !== 'shared' && before !== after) return site.mixes('resizes along the axis of the batch');
  return site.all(rows);
};

/** Images and where to read them, both by sample. */
const gridSample: RowRule = (site) => {
  const [x, grid] = [samplesOf(site, 0), samplesOf(site, 1)];
  if (x.kind === 'shared' && grid.kind === 'shared') return site.all(SHARED);
  if (x.kind === 'shared' || grid.kind === 'shared') return site.mayMix();
  if (x.kind === 'rows' && grid.kind === 'rows' && x.inner !== grid.inner) return site.mayMix();
  return site.all(x.kind === 'rows' ? x : grid);
};

/**
 * LSTM, GRU and RNN: x is [steps, N, …], or [N, steps, …] in the layout 1; the states [directions, N, …] or
 * [N, directions, …], the lengths [N].
 */
const recurrent: RowRule = (site) => {
  const batchFirst = site.int('layout') === 1;
  const x = site.rows(0);
  const axis = axisOf(x);
  if (axis === undefined) return site.inputs.every(isShared) ? site.all(x) : site.mayMix();
  if (axis !== (batchFirst ? 0 : 1)) return site.mixes('goes over the examples of a batch step by step');
  const inner = x.kind === 'rows' ? x.inner : 1;
  site.inputs.forEach((rows, index) => {
    const place = index === 4 ? 0 : index === 5 || index === 6 ? axis : undefined;
    if (index === 0 || !site.has(index)) return;
    if (place === undefined) return isShared(rows) ? undefined : site.mayMix();
    // Runtimes broadcast none of these.
    if (isShared(rows)) return site.mayMix('starts examples from states of a fixed number of them');
    if (axisOf(rows) !== place || (rows.kind === 'rows' && rows.inner !== inner)) return site.mayMix();
  });
  // All steps: [steps, directions, N, …] or [N, steps, directions, …]. Last states as the initial ones.
  return site.node.outputs.map((_, index) => rowsAt(batchFirst ? 0 : index === 0 ? 2 : 1, inner));
};

const isShared = (rows: Rows): boolean => rows.kind === 'shared';

export const sampleRows = {
  AveragePool: pool,
  BatchNormalization: batchNormalization,
  Col2Im: samples,
  Conv: samples,
  ConvInteger: samples,
  ConvTranspose: samples,
  DepthToSpace: samples,
  GlobalAveragePool: pool,
  GlobalMaxPool: pool,
  GridSample: gridSample,
  GRU: recurrent,
  InstanceNormalization: samples,
  LRN: samples,
  LSTM: recurrent,
  MaxPool: pool,
  MaxUnpool: (site) => site.all(samplesOf(site, 0)),
  QLinearConv: samples,
  Resize: resize,
  RNN: recurrent,
  SpaceToDepth: samples,
} satisfies RowRules;
