/** Which inputs of operators stand beside those that hold the examples. */

/** The place of the lengths of sequences among the inputs of LSTM, GRU and RNN. */
export const LENGTHS = 4;
/** The places of the initial states. */
export const STATES: ReadonlySet<number> = new Set([5, 6]);

/** Operators whose inputs broadcast together. */
export const ELEMENTWISE: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Mod', 'Min', 'Max', 'Sum', 'Mean', 'Where', 'PRelu'],
  ...['And', 'Or', 'Xor', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'],
]);
