/** Records as JSON, one a line, in a file that a resumed run goes on with. */
import { access } from 'node:fs/promises';
import { InputError } from '../../core/errors.ts';
import { readInputFile } from '../../core/files.ts';
import { openGrowingFile, type GrowingFile } from './growing-file.ts';

/** The whole numbers of a record that say where in training it belongs, by name. */
type Counts<Name extends string> = Readonly<Record<Name, number>>;

export interface JsonLines<Name extends string> extends Pick<GrowingFile, 'flush' | 'close'> {
  /** The last of the records that were kept. */
  readonly lastKept: Counts<Name> | undefined;
  append(record: Counts<Name>): void;
}

/**
 * Opens the file, made where there is none. Its records are kept as long as `isKept` says so; from the first that is
 * not on, and from a last line that is torn on, it is cut off.
 *
 * @param counts the names of the counts that every record has
 * @throws InputError when a whole line is no such record, or the file cannot be read or written
 */
export async function openJsonLines<Name extends string>(
  path: string,
  counts: readonly Name[],
  isKept: (record: Counts<Name>) => boolean,
): Promise<JsonLines<Name>> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  const content = exists ? await readInputFile(path, 'metrics') : Buffer.alloc(0);
  let kept = 0;
  let lastKept: Counts<Name> | undefined;
  for (let line = 1, end = content.indexOf('\n'); end >= 0; line++, end = content.indexOf('\n', kept)) {
    const record = parseLine(content.toString('utf8', kept, end));
    if (!hasCounts(record, counts)) {
      throw new InputError(
        `${path}, line ${String(line)} is no record of a training run: delete the line, or move the file away`,
      );
    }
    if (!isKept(record)) break;
    lastKept = record;
    kept = end + 1;
  }
  const file = openGrowingFile(path, kept);
  return {
    lastKept,
    append: (record) => {
      file.append(Buffer.from(`${JSON.stringify(record)}\n`));
    },
    flush: file.flush,
    close: file.close,
  };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function hasCounts<Name extends string>(value: unknown, names: readonly Name[]): value is Counts<Name> {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return names.every((name) => Number.isInteger(fields.get(name)));
}
