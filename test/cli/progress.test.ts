import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProgressLine, durationText } from '../../src/cli/progress.ts';

/** A progress line on a captured terminal and a clock that stands still until told otherwise. */
function captured(interactive: boolean, quiet = false) {
  const written: string[] = [];
  const clock = { now: 0 };
  const terminal = {
    out: () => undefined,
    flush: () => Promise.resolve(),
    err: (text: string) => {
      written.push(text);
    },
    color: false,
    interactive,
    signal: new AbortController().signal,
  };
  return { written, clock, line: createProgressLine(terminal, 'examples', quiet, () => clock.now) };
}

describe('on a terminal', () => {
  test('one line is rewritten, ten times a second at most, and erased at the end', () => {
    const { written, clock, line } = captured(true);
    for (let step = 1; step <= 4; step++) {
      clock.now = step * 50;
      line.update(step * 10, 1000, 'FGSM on a');
    }
    // At 50 and 150 ms; what comes within 100 ms of the last is left out.
    assert.deepEqual(written, [
      '\r\u001B[2KFGSM on a  10/1000 examples  200/s  5s left',
      '\r\u001B[2KFGSM on a  30/1000 examples  200/s  5s left',
    ]);
    line.finish();
    line.finish();
    assert.deepEqual(written.slice(2), ['\r\u001B[2K']);
  });

  test('slow work shows a decimal', () => {
    const { written, clock, line } = captured(true);
    clock.now = 4000;
    line.update(2, 100, 'I-FGSM on a');
    assert.deepEqual(written, ['\r\u001B[2KI-FGSM on a  2/100 examples  0.5/s  3m 16s left']);
  });
});

describe('elsewhere', () => {
  test('a plain line every ten seconds, and nothing for short work', () => {
    const { written, clock, line } = captured(false);
    for (const now of [100, 9000, 10_000, 12_000, 20_500]) {
      clock.now = now;
      line.update(now, 100_000, 'clean');
    }
    line.finish();
    assert.deepEqual(written, [
      'clean  10000/100000 examples  1000/s  1m 30s left\n',
      'clean  20500/100000 examples  1000/s  1m 20s left\n',
    ]);
  });

  test('quiet prints nothing at all', () => {
    for (const interactive of [true, false]) {
      const { written, clock, line } = captured(interactive, true);
      clock.now = 60_000;
      line.update(1, 2, 'clean');
      line.finish();
      assert.deepEqual(written, []);
    }
  });
});

test('times as people read them', () => {
  const cases: readonly [number, string][] = [
    [0, '0s'],
    [0.2, '1s'],
    [59, '59s'],
    [59.5, '1m 0s'],
    [200, '3m 20s'],
    [3599.5, '1h 0m'],
    [7500, '2h 5m'],
    [Infinity, '?'],
    [NaN, '?'],
  ];
  for (const [seconds, text] of cases) assert.equal(durationText(seconds), text);
});
