/** Text out of files, made fit for one line of a terminal. */

/** A message keeps its beginning, what is wrong, and its end, what to do. */
const LONGEST_MESSAGE = 1000;
const KEPT_END = 300;

/** No word of a language is so long, nor is a path of any use that is. */
const LONGEST_WORD = 256;
const KEPT_OF_WORD = 96;

/** Controls, line and paragraph separators, marks that turn the direction of text, and halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text on one line: line breaks and tabs become spaces, everything else that a terminal would act on, or show out of
 * order, is written out as `\x1b` or `\u202e`.
 */
export function visible(text: string): string {
  return text.replace(/[\t\n\v\f\r]+/g, ' ').replace(UNPRINTABLE, escaped);
}

/** Visible text of bounded length: long words and texts are cut in their middle. */
export function printable(text: string): string {
  // So that what follows costs no more for an endless text.
  const bounded = cutMiddle(text, 100 * LONGEST_MESSAGE, 50 * LONGEST_MESSAGE);
  const line = visible(bounded).replace(/\S+/g, (word) => cutMiddle(word, LONGEST_WORD, KEPT_OF_WORD));
  return cutMiddle(line, LONGEST_MESSAGE, KEPT_END, ' … ');
}

function cutMiddle(text: string, longest: number, keptEnd: number, mark = '…'): string {
  return text.length <= longest
    ? text
    : `${text.slice(0, longest - keptEnd - mark.length)}${mark}${text.slice(-keptEnd)}`;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
