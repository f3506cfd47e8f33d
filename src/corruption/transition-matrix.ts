/** Row-stochastic matrices of class-conditional label noise, checked and read from JSON or CSV. */
import { InputError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { parseJson } from '../core/json.ts';

/** [C, C]: T[i][j] is the probability that an example of class i is given the label j. */
export type TransitionMatrix = readonly (readonly number[])[];

/** How far the sum of a row may be from 1, for each number in it: what six printed decimals round away. */
const toleranceOfNumber = 1e-6;

/**
 * Reads a matrix: a JSON list of rows, or one row a line with commas between the numbers. Blank lines are skipped.
 *
 * @param classCount how many rows and columns there must be, where that is known
 * @throws InputError when the file is missing, holds anything but numbers, or its rows are no distributions
 */
export async function readTransitionMatrix(path: string, classCount?: number): Promise<TransitionMatrix> {
  const bytes = await readInputFile(path, 'transition matrix');
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const matrix = /^\s*[[{]/.test(text) ? rowsOfJson(parseJson(path, bytes), path) : rowsOfCsv(text, path);
  assertTransitionMatrix(matrix, path, classCount);
  return matrix;
}

/**
 * Checks that a matrix is square, of one row a class, and that each row is a distribution.
 *
 * @param source names the matrix in messages
 * @throws InputError naming the first row that is wrong, rows and columns counted from 0 as classes are
 */
export function assertTransitionMatrix(
  matrix: TransitionMatrix,
  source: string,
  classCount: number = matrix.length,
): void {
  if (matrix.length === 0) throw new InputError(`${source} is empty: write one row of numbers a class`);
  if (matrix.length !== classCount) {
    throw new InputError(
      `${source} has ${String(matrix.length)} rows where the data have ${String(classCount)} classes: give one row a class`,
    );
  }
  for (const [index, row] of matrix.entries()) {
    if (row.length !== classCount) {
      throw new InputError(
        `${source}: row ${String(index)} has ${String(row.length)} numbers, expected one for each of ${String(classCount)} classes`,
      );
    }
    const wrong = row.find((value) => !(value >= 0 && value <= 1));
    if (wrong !== undefined) {
      throw new InputError(`${source}: row ${String(index)} holds ${String(wrong)}, which is no probability`);
    }
    const sum = row.reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > toleranceOfNumber * classCount) {
      throw new InputError(
        `${source}: row ${String(index)} sums to ${String(Number(sum.toPrecision(6)))}, not to 1: T[i][j] is the probability that class i is given the label j`,
      );
    }
  }
}

function rowsOfJson(json: unknown, path: string): TransitionMatrix {
  const isRow = (row: unknown): row is number[] =>
    Array.isArray(row) && row.every((value) => typeof value === 'number');
  if (!Array.isArray(json) || !json.every(isRow)) {
    throw new InputError(`${path} is no matrix: write a list of rows, each a list of numbers`);
  }
  return json;
}

function rowsOfCsv(text: string, path: string): TransitionMatrix {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const row = line.split(',').map((cell) => (cell.trim() === '' ? NaN : Number(cell)));
    const wrong = row.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new InputError(
        `${path}: line ${String(index + 1)}, value ${String(wrong + 1)} is no number: write one row a line, commas between the numbers, without a heading`,
      );
    }
    return [row];
  });
}
