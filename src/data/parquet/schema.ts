/** Which columns of a Parquet file hold images and labels, and what the classes are called. */
import type { FileMetaData } from 'hyparquet';
import { InputError } from '../../core/errors.ts';
import type { DataOptions, DataSettings } from '../dataset.ts';
import type { ParquetFile } from './file.ts';

export interface ImageColumns {
  readonly image: string;
  readonly label: string;
  readonly classNames?: readonly string[];
  /** Which choice was made where there was one. */
  readonly notes: readonly string[];
  readonly settings: DataSettings;
}

/** Names looked for where the file says nothing of its columns' roles. */
const usualNames = {
  image: ['image', 'img', 'images'],
  label: ['label', 'labels', 'fine_label', 'target', 'class'],
};

export type ColumnOptions = Pick<DataOptions, 'imageColumn' | 'labelColumn' | 'classCount'>;

/**
 * Finds the columns: those that are asked for; else by the description that Hugging Face's library leaves in the file
 * and by their names. Of several label columns only those with the models' count of classes fit, and of these the one
 * with a usual name is taken.
 *
 * @throws InputError when there is no column of images or none of labels, or the choice is open
 */
export function imageColumnsOf(file: ParquetFile, options: ColumnOptions): ImageColumns {
  const columns = columnsOf(file.metadata);
  const image = imageColumn(file.path, columns, options.imageColumn);
  const label = labelColumn(file.path, columns, options);
  const { classNames } = label.column;
  return {
    image: image.name,
    label: label.column.name,
    ...(classNames === undefined ? {} : { classNames }),
    notes: label.notes,
    settings: { imageColumn: image.name, labelColumn: label.column.name },
  };
}

interface Column {
  readonly name: string;
  /** Image or ClassLabel where the file describes it so. */
  readonly role?: string;
  readonly classNames?: readonly string[];
  /** Whether it holds one number a row. */
  readonly isNumber: boolean;
}

function imageColumn(path: string, columns: readonly Column[], asked: string | undefined): Column {
  if (asked !== undefined) return columnNamed(path, columns, asked, '--image-column');
  const described = columns.filter(({ role }) => role === 'Image');
  const candidates = described.length > 0 ? described : columns.filter(isUsual('image'));
  const [first, another] = candidates;
  if (first === undefined) throw noColumn(path, columns, 'images', usualNames.image, '--image-column');
  if (another === undefined) return first;
  const [usual, alsoUsual] = candidates.filter(isUsual('image'));
  if (usual !== undefined && alsoUsual === undefined) return usual;
  throw new InputError(
    `${path} has several columns of images, ${candidates.map(({ name }) => name).join(', ')}: ` +
      `write --image-column ${first.name} to choose one`,
  );
}

interface ChosenLabel {
  readonly column: Column;
  readonly notes: readonly string[];
}

function labelColumn(path: string, columns: readonly Column[], options: ColumnOptions): ChosenLabel {
  const { labelColumn: asked, classCount } = options;
  if (asked !== undefined) {
    return { column: columnNamed(path, columns, asked, '--label-column'), notes: [] };
  }
  const candidates = columns.filter(
    (column) => column.role === 'ClassLabel' || (isUsual('label')(column) && column.isNumber),
  );
  const [only, another] = candidates;
  if (only === undefined) {
    // A usual name over anything but numbers is read, and refused where its first value is.
    const [named] = columns.filter(isUsual('label'));
    if (named === undefined) throw noColumn(path, columns, 'labels', usualNames.label, '--label-column');
    return { column: named, notes: [] };
  }
  if (another === undefined) return { column: only, notes: [] };
  const list = candidates.map(described).join(', ');
  const fitting = candidates.filter(
    ({ classNames }) =>
      classCount === undefined || classNames === undefined || classNames.length === classCount,
  );
  const usual = fitting.filter(isUsual('label'));
  const chosen = fitting.length === 1 ? fitting[0] : usual.length === 1 ? usual[0] : undefined;
  if (chosen === undefined) {
    const problem =
      fitting.length === 0
        ? `none with the ${String(classCount)} classes of the model`
        : 'and no way to tell which is meant';
    throw new InputError(
      `${path} has several columns of labels, ${list}, ${problem}: write --label-column ${(fitting[0] ?? only).name} to choose one`,
    );
  }
  return {
    column: chosen,
    notes: [
      `of the label columns of ${path} (${list}) '${chosen.name}' was taken; --label-column sets another`,
    ],
  };
}

const described = ({ name, classNames }: Column): string =>
  classNames === undefined ? name : `${name} with ${String(classNames.length)} classes`;

const isUsual =
  (what: keyof typeof usualNames) =>
  ({ name }: Column): boolean =>
    usualNames[what].includes(name.toLowerCase());

function columnNamed(path: string, columns: readonly Column[], name: string, option: string): Column {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) {
    throw new InputError(`${path} has no column ${name}: write ${option} with one of ${namesOf(columns)}`);
  }
  return found;
}

const namesOf = (columns: readonly Column[]): string => columns.map(({ name }) => name).join(', ');

function noColumn(
  path: string,
  columns: readonly Column[],
  what: string,
  usual: readonly string[],
  option: string,
): InputError {
  return new InputError(
    `${path} has no column of ${what}: its columns are ${namesOf(columns)}; name one ${usual.join(', ')}, or write ${option}`,
  );
}

/** The columns at the top: those of a group count once. */
function columnsOf(metadata: FileMetaData): Column[] {
  const features = featuresOf(metadata);
  const leaves = (metadata.row_groups[0]?.columns ?? []).flatMap(({ meta_data: chunk }) => chunk ?? []);
  const names = [...new Set(leaves.map(({ path_in_schema: [name = ''] }) => name))].filter(
    (name) => name !== '',
  );
  return names.map((name) => {
    const feature = features[name];
    const role = feature?.['_type'];
    const classes = feature?.['names'];
    const isNamed = Array.isArray(classes) && classes.every((one): one is string => typeof one === 'string');
    const own = leaves.filter(({ path_in_schema: path }) => path[0] === name);
    const isNumber =
      own.length === 1 && own.every((leaf) => leaf.path_in_schema.length === 1 && numbers.has(leaf.type));
    return {
      name,
      ...(typeof role === 'string' ? { role } : {}),
      ...(isNamed ? { classNames: classes } : {}),
      isNumber,
    };
  });
}

const numbers: ReadonlySet<string> = new Set(['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE']);

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
