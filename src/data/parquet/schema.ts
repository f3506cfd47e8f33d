/** Which columns of a Parquet file hold images and labels, and what the classes are called. */
import type { FileMetaData } from 'hyparquet';
import { InputError } from '../../core/errors.ts';
import type { ParquetFile } from './file.ts';

export interface ImageColumns {
  readonly image: string;
  readonly label: string;
  readonly classNames?: readonly string[];
}

/** Names looked for where the file says nothing of its columns' roles. */
const usualNames = {
  image: ['image', 'img', 'images'],
  label: ['label', 'labels', 'fine_label', 'target', 'class'],
};

/**
 * Finds the columns: by the description that Hugging Face's library leaves in the file, else by their names.
 *
 * @throws InputError when there is no column of images or none of labels
 */
export function imageColumnsOf({ path, metadata }: ParquetFile): ImageColumns {
  const features = featuresOf(metadata);
  // The first element is the root.
  const columns = topLevelNames(metadata);
  const byRole = (type: string): string | undefined =>
    columns.find((name) => features[name]?.['_type'] === type);
  const byName = (names: readonly string[]): string | undefined =>
    names.find((name) => columns.includes(name));
  const image = byRole('Image') ?? byName(usualNames.image);
  const label = byRole('ClassLabel') ?? byName(usualNames.label);
  if (image === undefined || label === undefined) {
    const [what, names] = image === undefined ? ['images', usualNames.image] : ['labels', usualNames.label];
    throw new InputError(
      `${path} has no column of ${what}: its columns are ${columns.join(', ')}; name one ${names.join(', ')}`,
    );
  }
  const names = features[label]?.['names'];
  const isNamed = Array.isArray(names) && names.every((name): name is string => typeof name === 'string');
  return { image, label, ...(isNamed ? { classNames: names } : {}) };
}

/** The columns at the top: those of a group count once. */
function topLevelNames(metadata: FileMetaData): string[] {
  const names = metadata.row_groups[0]?.columns.map(({ meta_data: chunk }) => chunk?.path_in_schema[0] ?? '');
  return [...new Set(names)].filter((name) => name !== '');
}

type Features = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** The features that Hugging Face's library describes under the key `huggingface`; none where it did not write. */
function featuresOf(metadata: FileMetaData): Features {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return {};
  try {
    const content = JSON.parse(text) as { info?: { features?: unknown } } | null;
    const features = content?.info?.features;
    return typeof features === 'object' && features !== null ? (features as Features) : {};
  } catch {
    return {};
  }
}
