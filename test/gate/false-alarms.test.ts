/**
 * How often the gate fails builds by chance, and how often it finds what has changed, by simulation: two models that
 * err equally often on drawn examples, and one that errs more.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { randomStream, type RandomStream } from '../../src/core/random.ts';
import { leastDetectable, rises, type Changes, type GateRule } from '../../src/gate/decision.ts';

const alpha = 0.05;

interface Setting {
  /** Examples of each comparison. */
  readonly count: number;
  /** Rows of the gate, drawn independently: the hardest case for the correction. */
  readonly rows: number;
  /** The probability that an example changes from right to wrong without a change of the models, and back. */
  readonly churn: number;
  /** By how much the error really rises. */
  readonly rise?: number;
  readonly maxIncrease?: number;
}

function ruleOf({ rows, maxIncrease = 0 }: Setting, strict: boolean): GateRule {
  return { maxIncrease, strict, level: 1 - alpha / rows };
}

function draw({ count, churn, rise = 0 }: Setting, stream: RandomStream): Changes {
  let [newlyWrong, newlyRight] = [0, 0];
  for (let example = 0; example < count; example++) {
    const value = stream.uniform();
    if (value < churn + rise) newlyWrong += 1;
    else if (value < 2 * churn + rise) newlyRight += 1;
  }
  return { newlyWrong, newlyRight, count };
}

/** The share of builds that fail, of which the first row alone has the rise. */
function failures(setting: Setting, builds: number, strict = false): number {
  const stream = randomStream(11, 'gate simulation', JSON.stringify(setting));
  const rule = ruleOf(setting, strict);
  let failed = 0;
  for (let build = 0; build < builds; build++) {
    let fails = false;
    for (let row = 0; row < setting.rows; row++) {
      const risen = row === 0 ? setting : { ...setting, rise: setting.maxIncrease ?? 0 };
      if (rises(draw(risen, stream), rule)) fails = true;
    }
    if (fails) failed += 1;
  }
  return failed / builds;
}

describe('where nothing has changed, at most one build of twenty fails', () => {
  for (const [count, rows, churn, builds] of [
    [500, 1, 0.05, 1000],
    [500, 12, 0.05, 300],
    [500, 12, 0.01, 300],
    [2000, 12, 0.05, 100],
    [60, 6, 0.1, 1000],
    [100, 1, 0.02, 2000],
  ] as const) {
    test(`${String(count)} examples, ${String(rows)} rows, ${String(100 * churn)} % of them change each way`, () => {
      const share = failures({ count, rows, churn }, builds);
      assert.ok(share <= alpha, String(share));
    });
  }

  test('nor where an error has risen by as much as is allowed', () => {
    const share = failures({ count: 500, rows: 6, churn: 0.04, rise: 0.02, maxIncrease: 0.02 }, 300);
    assert.ok(share <= alpha, String(share));
  });

  test('while the measured increase alone fails nearly every build', () => {
    assert.ok(failures({ count: 500, rows: 12, churn: 0.05 }, 100, true) > 0.9);
  });
});

describe('a real change is found', () => {
  test('a rise of 10 points on 500 examples, in one row of twelve', () => {
    assert.ok(failures({ count: 500, rows: 12, churn: 0.03, rise: 0.1 }, 100) > 0.95);
  });

  test('of 3 points on 2000', () => {
    assert.ok(failures({ count: 2000, rows: 12, churn: 0.02, rise: 0.03 }, 50) > 0.8);
  });

  test('and more examples show less of a change', () => {
    const least = [100, 1000, 10000].map((count) =>
      leastDetectable(
        { newlyWrong: 0.04 * count, newlyRight: 0.04 * count, count },
        ruleOf({ count, rows: 12, churn: 0 }, false),
      ),
    );
    assert.ok(least[0]! > 2 * least[1]! && least[1]! > 2 * least[2]!, least.join());
  });
});

test('the least detectable increase fails, and one example less passes', () => {
  for (const [newlyWrong, newlyRight, count, maxIncrease] of [
    [0, 0, 40, 0],
    [10, 10, 400, 0],
    [7, 2, 400, 0.01],
    [30, 50, 1000, 0.05],
  ] as const) {
    for (const strict of [false, true]) {
      const rule = { maxIncrease, strict, level: 0.995 };
      const net = Math.round(count * leastDetectable({ newlyWrong, newlyRight, count }, rule));
      const changed = newlyWrong + newlyRight;
      const fails = (increase: number): boolean => {
        const worse = Math.max(increase, Math.floor((changed + increase) / 2));
        return rises({ newlyWrong: worse, newlyRight: worse - increase, count }, rule);
      };
      assert.ok(fails(net) && !fails(net - 1), `${String(net)} of ${String(count)}`);
    }
  }
  const few = { newlyWrong: 0, newlyRight: 0, count: 3 };
  assert.ok(leastDetectable(few, { maxIncrease: 0, strict: false, level: 0.999 }) > 1);
});
