/**
 * Reads Python pickles of protocols 0 to 4 as data. A pickle is a program for a small stack machine; this machine
 * makes numbers, text, bytes, lists, tuples, dictionaries and NumPy arrays and can do nothing else: a pickle that
 * names any other class or function is refused when it names it.
 */
import { InputError } from '../../core/errors.ts';
import { Cursor, longOf, unescapeUnicode, unquote } from './cursor.ts';
import { call, callableNamed, setState } from './numpy.ts';
import { PickleFault, PickleGlobal, type PickleValue, textOf } from './values.ts';

const lastProtocol = 4;

/**
 * @param source names the file in messages
 * @throws InputError when the pickle is truncated, damaged, of another protocol, or names what is not data
 */
export function readPickle(bytes: Uint8Array, source: string): PickleValue {
  try {
    return run(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof PickleFault) throw new InputError(`${source}: ${error.message}`);
    throw error;
  }
}

/** The stack; a mark opens a stack of its own. */
interface State {
  readonly cursor: Cursor;
  /** How many more bytes may be made of text: each time a text is used as bytes it is copied. */
  copies: number;
  stack: PickleValue[];
  readonly marked: PickleValue[][];
  readonly memo: Map<number, PickleValue>;
}

function run(bytes: Buffer): PickleValue {
  const cursor = new Cursor(bytes);
  // Python writes every text once, and a text takes its length in the pickle at least.
  const state: State = { cursor, copies: 4 * bytes.length + 1024, stack: [], marked: [], memo: new Map() };
  for (;;) {
    const code = cursor.unsigned(1);
    if (code === 0x2e) return pop(state); // STOP
    const instruction = instructions[code];
    if (instruction === undefined) {
      throw new PickleFault(
        `the pickle has the instruction 0x${code.toString(16)}, which no plain data need`,
      );
    }
    instruction(state);
  }
}

function pop({ stack }: State): PickleValue {
  const value = stack.pop();
  if (value === undefined) throw new PickleFault('the pickle is damaged: it takes from an empty stack');
  return value;
}

function top({ stack }: State): PickleValue {
  const value = stack.at(-1);
  if (value === undefined) throw new PickleFault('the pickle is damaged: its stack is empty');
  return value;
}

/** The values since the last mark. */
function popMark(state: State): PickleValue[] {
  const below = state.marked.pop();
  if (below === undefined) throw new PickleFault('the pickle is damaged: it has no mark to go back to');
  const values = state.stack;
  state.stack = below;
  return values;
}

function remember({ memo }: State, index: number, value: PickleValue): void {
  memo.set(index, value);
}

function recall(state: State, index: number): void {
  const value = state.memo.get(index);
  if (value === undefined) throw new PickleFault('the pickle is damaged: it recalls what it never kept');
  state.stack.push(value);
}

/** Refuses a pickle that would make more bytes of its texts than it has itself. */
function countCopies(state: State, values: PickleValue): void {
  if (!Array.isArray(values)) return;
  for (const value of values) {
    if (typeof value === 'string' || value instanceof Uint8Array) state.copies -= value.length;
  }
  if (state.copies < 0) throw new PickleFault('the pickle makes far more bytes than it holds');
}

/** The longest key that is taken for the name of a field. */
const longestKey = 1024;

function setItems(target: PickleValue, pairs: readonly PickleValue[]): void {
  if (!(target instanceof Map))
    throw new PickleFault('the pickle is damaged: it puts items into no dictionary');
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const key = pairs[index];
    const value = pairs[index + 1];
    const isLong = (typeof key === 'string' || key instanceof Uint8Array) && key.length > longestKey;
    const name = (isLong ? undefined : textOf(key)) ?? (typeof key === 'number' ? String(key) : undefined);
    if (name === undefined || value === undefined) {
      throw new PickleFault('the pickle has a dictionary whose keys are neither short texts nor numbers');
    }
    target.set(name, value);
  }
}

function append(target: PickleValue, values: readonly PickleValue[]): void {
  if (!Array.isArray(target)) throw new PickleFault('the pickle is damaged: it appends to no list');
  for (const value of values) target.push(value);
}

function dictionaryOf(pairs: readonly PickleValue[]): PickleValue {
  const dictionary = new Map<string, PickleValue>();
  setItems(dictionary, pairs);
  return dictionary;
}

function named(state: State, module: string, name: string): void {
  state.stack.push(new PickleGlobal(callableNamed(module, name)));
}

/** INT of protocol 0 also writes truth values. */
function integerOf(line: string): PickleValue {
  if (line === '00' || line === '01') return line === '01';
  const value = Number(line.replace(/L$/, ''));
  if (line === '' || !Number.isSafeInteger(value)) throw new PickleFault('the pickle holds a damaged number');
  return value;
}

type Instruction = (state: State) => void;

/** An instruction that puts one value on the stack. */
const push =
  (value: (cursor: Cursor) => PickleValue): Instruction =>
  (state) => {
    state.stack.push(value(state.cursor));
  };

/** An instruction that puts the values since the last mark on the stack below it, as one. */
const collect =
  (gather: (values: PickleValue[]) => PickleValue): Instruction =>
  (state) => {
    const value = gather(popMark(state));
    state.stack.push(value);
  };

const tuple =
  (length: number): Instruction =>
  (state) => {
    const values = Array.from({ length }, () => pop(state)).reverse();
    state.stack.push(values);
  };

/** By the codes of Python's pickletools, with its names. */
const instructions: Readonly<Record<number, Instruction>> = {
  0x28: (state) => {
    // MARK
    state.marked.push(state.stack);
    state.stack = [];
  },
  0x30: (state) => void pop(state), // POP
  0x31: (state) => void popMark(state), // POP_MARK
  0x32: (state) => state.stack.push(top(state)), // DUP
  0x46: push((cursor) => Number(cursor.line())), // FLOAT
  0x47: push((cursor) => cursor.bytes(8).readDoubleBE()), // BINFLOAT
  0x49: push((cursor) => integerOf(cursor.line())), // INT
  0x4a: push((cursor) => cursor.bytes(4).readInt32LE()), // BININT
  0x4b: push((cursor) => cursor.unsigned(1)), // BININT1
  0x4c: push((cursor) => integerOf(cursor.line())), // LONG
  0x4d: push((cursor) => cursor.unsigned(2)), // BININT2
  0x4e: push(() => null), // NONE
  0x52: (state) => {
    // REDUCE
    const values = pop(state);
    const callable = pop(state);
    if (!(callable instanceof PickleGlobal) || !Array.isArray(values)) {
      throw new PickleFault('the pickle is damaged: it calls what is no function');
    }
    countCopies(state, values);
    state.stack.push(call(callable.callable, values));
  },
  0x53: push((cursor) => unquote(cursor.line())), // STRING
  0x54: push((cursor) => cursor.bytes(cursor.unsigned(4))), // BINSTRING
  0x55: push((cursor) => cursor.bytes(cursor.unsigned(1))), // SHORT_BINSTRING
  0x56: push((cursor) => unescapeUnicode(cursor.line())), // UNICODE
  0x58: push((cursor) => cursor.bytes(cursor.unsigned(4)).toString()), // BINUNICODE
  0x8c: push((cursor) => cursor.bytes(cursor.unsigned(1)).toString()), // SHORT_BINUNICODE
  0x8d: push((cursor) => cursor.bytes(cursor.length8()).toString()), // BINUNICODE8
  0x42: push((cursor) => cursor.bytes(cursor.unsigned(4))), // BINBYTES
  0x43: push((cursor) => cursor.bytes(cursor.unsigned(1))), // SHORT_BINBYTES
  0x8e: push((cursor) => cursor.bytes(cursor.length8())), // BINBYTES8
  0x61: (state) => {
    // APPEND
    const value = pop(state);
    append(top(state), [value]);
  },
  0x65: (state) => {
    // APPENDS
    const values = popMark(state);
    append(top(state), values);
  },
  0x62: (state) => {
    // BUILD
    const content = pop(state);
    countCopies(state, content);
    setState(top(state), content);
  },
  0x63: (state) => {
    // GLOBAL
    const module = state.cursor.line();
    named(state, module, state.cursor.line());
  },
  0x93: (state) => {
    // STACK_GLOBAL
    const name = pop(state);
    const module = pop(state);
    countCopies(state, [name, module]);
    named(state, textOf(module) ?? '', textOf(name) ?? '');
  },
  0x64: collect(dictionaryOf), // DICT
  0x7d: push(() => new Map<string, PickleValue>()), // EMPTY_DICT
  0x6c: collect((values) => values), // LIST
  0x5d: push(() => []), // EMPTY_LIST
  0x67: (state) => {
    recall(state, Number(state.cursor.line()));
  }, // GET
  0x68: (state) => {
    recall(state, state.cursor.unsigned(1));
  }, // BINGET
  0x6a: (state) => {
    recall(state, state.cursor.unsigned(4));
  }, // LONG_BINGET
  0x70: (state) => {
    remember(state, Number(state.cursor.line()), top(state));
  }, // PUT
  0x71: (state) => {
    remember(state, state.cursor.unsigned(1), top(state));
  }, // BINPUT
  0x72: (state) => {
    remember(state, state.cursor.unsigned(4), top(state));
  }, // LONG_BINPUT
  0x94: (state) => {
    remember(state, state.memo.size, top(state));
  }, // MEMOIZE
  0x73: (state) => {
    // SETITEM
    const value = pop(state);
    const key = pop(state);
    setItems(top(state), [key, value]);
  },
  0x75: (state) => {
    // SETITEMS
    const pairs = popMark(state);
    setItems(top(state), pairs);
  },
  0x74: collect((values) => values), // TUPLE
  0x29: push(() => []), // EMPTY_TUPLE
  0x85: tuple(1),
  0x86: tuple(2),
  0x87: tuple(3),
  0x80: ({ cursor }) => {
    // PROTO
    const protocol = cursor.unsigned(1);
    if (protocol > lastProtocol) {
      throw new PickleFault(
        `the pickle has protocol ${String(protocol)}: write it with protocol ${String(lastProtocol)}`,
      );
    }
  },
  0x88: push(() => true), // NEWTRUE
  0x89: push(() => false), // NEWFALSE
  0x8a: push((cursor) => longOf(cursor.bytes(cursor.unsigned(1)))), // LONG1
  0x8b: push((cursor) => longOf(cursor.bytes(cursor.unsigned(4)))), // LONG4
  0x95: ({ cursor }) => void cursor.length8(), // FRAME, whose length only helps to read ahead
};
