/** A data set as a result describes it. */
import type { Dataset } from '../data/dataset.ts';
import type { ResultData } from '../results/definitions.ts';

/** What a data set is and how it was read, with the hash of all of it. */
export async function describeData(dataset: Dataset): Promise<ResultData> {
  const { range, settings } = dataset;
  return {
    specification: dataset.name,
    split: dataset.split,
    sha256: await dataset.hash(),
    shape: [...dataset.shape],
    classes: dataset.classCount,
    ...(dataset.classNames === undefined ? {} : { classNames: [...dataset.classNames] }),
    size: dataset.size,
    range: { lower: range.lower, upper: range.upper },
    ...(settings === undefined ? {} : { settings: { ...settings } }),
  };
}
