/** NumPy's arrays, types and scalars as pickles describe them, and the only functions that a pickle may call. */
import { type ElementType, elementsOf, elementSize } from '../numeric-array.ts';
import {
  bytesOf,
  type Callable,
  NumpyArray,
  NumpyType,
  PickleFault,
  type PickleValue,
  textOf,
} from './values.ts';

const callables: Readonly<Record<string, Callable>> = {
  'numpy.core.multiarray _reconstruct': 'reconstruct',
  'numpy._core.multiarray _reconstruct': 'reconstruct',
  'numpy ndarray': 'ndarray',
  'numpy dtype': 'dtype',
  'numpy.core.multiarray scalar': 'scalar',
  'numpy._core.multiarray scalar': 'scalar',
  // Python 3 writes bytes for Python 2 as text and its encoding.
  '_codecs encode': 'encode',
};

const elementTypes: Readonly<Record<string, ElementType>> = {
  b1: 'bool',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
};

/** @throws PickleFault for every name but those of NumPy's arrays, which is how nothing is ever executed */
export function callableNamed(module: string, name: string): Callable {
  const key = `${module} ${name}`;
  const found = Object.hasOwn(callables, key) ? callables[key] : undefined;
  if (found === undefined) {
    const shown = JSON.stringify(`${module}.${name}`.slice(0, 80));
    throw new PickleFault(
      `the pickle names ${shown}, which is no data: only plain values and arrays are read`,
    );
  }
  return found;
}

/** What a call leaves: an empty array or type to be filled, or a value. */
export function call(callable: Callable, values: readonly PickleValue[]): PickleValue {
  const [first, second] = values;
  switch (callable) {
    case 'reconstruct':
      return new NumpyArray();
    case 'dtype':
      return typeNamed(textOf(first) ?? '');
    case 'scalar': {
      const bytes = bytesOf(second);
      if (!(first instanceof NumpyType) || bytes?.length !== elementSize(first.elementType)) {
        throw new PickleFault('the pickle holds a damaged number');
      }
      return Number(elementsOf(bytes, first.elementType, first.order)[0]);
    }
    case 'encode': {
      const bytes = textOf(second) === 'latin1' ? bytesOf(first) : undefined;
      if (bytes === undefined)
        throw new PickleFault('the pickle holds bytes in an encoding other than latin1');
      return bytes;
    }
    case 'ndarray':
      throw new PickleFault('the pickle builds an array in a way that is not read');
  }
}

function typeNamed(name: string): NumpyType {
  const code = /^[<>|=]?(\w+)$/.exec(name)?.[1] ?? '';
  const elementType = Object.hasOwn(elementTypes, code) ? elementTypes[code] : undefined;
  if (elementType === undefined) {
    throw new PickleFault(
      `the pickle holds an array of the type ${JSON.stringify(name.slice(0, 20))}, not of numbers`,
    );
  }
  return new NumpyType(elementType);
}

/** Fills what a call left with its state, as Python's __setstate__ does. */
export function setState(target: PickleValue, state: PickleValue): void {
  const values = Array.isArray(state) ? state : [];
  if (target instanceof NumpyType) {
    target.order = textOf(values[1]) === '>' ? 'BE' : 'LE';
    return;
  }
  const [, shape, type, isColumnMajor, content] = values;
  const bytes = bytesOf(content);
  const dims = dimsOf(shape);
  if (!(target instanceof NumpyArray) || !(type instanceof NumpyType) || bytes === undefined) {
    throw new PickleFault('the pickle sets the state of something that is no array of numbers');
  }
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count * elementSize(type.elementType) !== bytes.length) {
    throw new PickleFault(
      `the pickle holds an array [${dims.join(', ')}] with ${String(bytes.length)} bytes, which do not fill it`,
    );
  }
  const { elementType, order } = type;
  Object.assign(target, {
    dims,
    elementType,
    order,
    bytes,
    columnMajor: isColumnMajor === true || isColumnMajor === 1,
  });
}

/** An array's shape: whole numbers, and few of them, since a list may hold itself many times over. */
function dimsOf(shape: PickleValue | undefined): number[] {
  const dims = Array.isArray(shape) ? shape.slice(0, mostAxes + 1) : [];
  if (dims.length > mostAxes || !dims.every(isSize)) {
    throw new PickleFault('the pickle holds an array whose shape is no list of whole numbers');
  }
  return dims;
}

/** NumPy's own limit. */
const mostAxes = 64;

function isSize(value: PickleValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
