/** Attacks asked for in text: what is understood, what is refused, and that an id asks for the very attack it names. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { AttackSettings } from '../../src/attacks/attack.ts';
import { createAttack } from '../../src/attacks/create-attack.ts';
import { attackId, parseAttackRequest, readParameters } from '../../src/attacks/identity.ts';
import { attackOf, attacks } from '../../src/attacks/index.ts';
import {
  choice,
  completeParameters,
  numberBetween,
  type ParameterTable,
  type ParameterValue,
  stepSize,
  switched,
  wholeNumber,
} from '../../src/attacks/parameters.ts';
import { type AttackRequests, resolveAttacks } from '../../src/attacks/requests.ts';
import { attackSettings } from '../../src/attacks/settings.ts';
import { InputError } from '../../src/core/errors.ts';

const unit = { name: 'unit', bounds: { lower: 0, upper: 1 }, inputShape: [3, 4, 4] };
const bytes = { ...unit, name: 'bytes', bounds: { lower: 0, upper: 255 } };

const asked = (methods: readonly string[], change: Partial<AttackRequests> = {}): AttackRequests => ({
  methods,
  seed: 0,
  models: [unit],
  ...change,
});
const idsOf = (...given: Parameters<typeof asked>): string[] =>
  resolveAttacks(asked(...given)).map(({ attack, settings }) => attackId(attack, settings));

const refuses = (ask: () => unknown, message: RegExp): void => {
  assert.throws(
    ask,
    (error: unknown) =>
      error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
  );
};

/** Settings with lengths as attacks compute with them. */
const inFloats = ({ radius, parameters, ...others }: AttackSettings): unknown => ({
  ...others,
  radius: radius && { ...radius, value: Math.fround(radius.value) },
  parameters: Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'number' ? Math.fround(value) : value,
    ]),
  ),
});

test('an id asks for the attack that it names, with the same settings', () => {
  const linf = fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((levels) => levels / 255),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 255000 }).map((levels) => levels / 1000 / 255),
  );
  fc.assert(
    fc.property(
      fc.constantFrom('fgsm', 'ifgsm'),
      linf,
      fc.integer({ min: 1, max: 200 }),
      fc.option(fc.double({ min: 1e-6, max: 1, noNaN: true }), { nil: undefined }),
      fc.constantFrom('true' as const, 'predicted' as const),
      fc.constantFrom(null, 'next' as const, 'least-likely' as const, 'random' as const, 3),
      fc.nat(9),
      (method, radius, steps, step, label, target, seed) => {
        const attack = attackOf(method);
        const parameters =
          method === 'fgsm' ? {} : { steps, ...(step === undefined ? {} : { stepSize: step }) };
        const settings = attackSettings(attack, { radius: radius + 0, label, target, seed, parameters });
        const id = attackId(attack, settings);
        for (const models of [[unit], [unit, { ...unit, name: 'other' }]]) {
          const [found, ...others] = resolveAttacks(asked([id], { seed, models, label: 'true' }));
          assert.deepEqual(others, []);
          assert.equal(found?.attack, attack);
          // 0.01 is written 2.55/255, which is the next number: the same as the float32 that attacks compute with.
          assert.deepEqual(inFloats(found.settings), inFloats(settings), id);
          assert.equal(attackId(attack, found.settings), id);
        }
      },
    ),
    { seed: 3, numRuns: 500 },
  );
});

test('the ids of every attack with its defaults are understood, in each of its norms', () => {
  for (const attack of attacks) {
    for (const norm of attack.norms) {
      const settings = attackSettings(attack, { norm });
      const id = attackId(attack, settings);
      assert.doesNotMatch(id, /\[/, 'defaults are not in it');
      assert.deepEqual(resolveAttacks(asked([id]))[0]?.settings, settings, id);
    }
  }
});

describe('requests', () => {
  test('a method, its settings, a norm and a size', () => {
    assert.deepEqual(parseAttackRequest('pgd'), { method: 'pgd', set: {} });
    assert.deepEqual(parseAttackRequest(' apgd-ce@l2 '), { method: 'apgd-ce', norm: 'l2', set: {} });
    assert.deepEqual(parseAttackRequest('pgd[steps = 5, target=next]@l0:10px'), {
      method: 'pgd',
      norm: 'l0',
      size: '10px',
      set: { steps: '5', target: 'next' },
    });
    for (const text of ['', 'pgd[', 'pgd]', 'p g d', 'pgd@', 'pgd@linf:', '@linf', 'pgd[a=1][b=2]']) {
      refuses(() => parseAttackRequest(text), /is not understood: write a method such as pgd/);
    }
    refuses(() => parseAttackRequest('pgd[steps]'), /sets "steps": write name=value/);
    refuses(() => parseAttackRequest('pgd@l3'), /names the norm l3: write one of linf, l2, l1, l0/);
  });

  test('each attack with each size, none twice', () => {
    assert.deepEqual(idsOf(['fgsm', 'ifgsm'], { sizes: ['1/255', '2/255'] }), [
      'fgsm@linf:1/255',
      'fgsm@linf:2/255',
      'ifgsm@linf:1/255',
      'ifgsm@linf:2/255',
    ]);
    assert.deepEqual(idsOf(['fgsm,fgsm', 'fgsm@linf:4/255'], { sizes: ['4/255', '8/510', '4/255'] }), [
      'fgsm@linf:4/255',
    ]);
    assert.deepEqual(idsOf(['fgsm']), ['fgsm@linf:4/255']);
  });

  test('what an attack says of itself goes before what is said for all', () => {
    const parameters = { steps: '5' };
    assert.deepEqual(
      idsOf(['fgsm,ifgsm,ifgsm[steps=3,stepSize=1/255]@linf:8/255'], { parameters, sizes: ['2/255'] }),
      ['fgsm@linf:2/255', 'ifgsm[steps=5]@linf:2/255', 'ifgsm[steps=3,stepSize=1/255]@linf:8/255'],
    );
    assert.deepEqual(idsOf(['fgsm', 'fgsm[label=true,target=2]'], { label: 'predicted', target: 'next' }), [
      'fgsm[target=next,label=predicted]@linf:4/255',
      'fgsm[target=2]@linf:4/255',
    ]);
  });

  test('sizes are parts of the range, whatever the bounds', () => {
    assert.deepEqual(idsOf(['fgsm'], { models: [bytes], sizes: ['51units', '4/255'] }), [
      'fgsm@linf:51/255',
      'fgsm@linf:4/255',
    ]);
    assert.deepEqual(idsOf(['fgsm'], { models: [unit, bytes], sizes: ['4/255'] }), ['fgsm@linf:4/255']);
    refuses(
      () => idsOf(['fgsm'], { models: [unit, bytes], sizes: ['0.1units'] }),
      /another part of the range for each model/,
    );
    refuses(() => idsOf(['fgsm'], { models: [bytes], sizes: ['4'] }), /ambiguous on \[0, 255\]/);
  });

  test('what no attack takes is refused', () => {
    refuses(() => idsOf(['none']), /no attack "none": write one of fgsm, .*ifgsm/);
    refuses(() => idsOf(['fgsm'], { parameters: { steps: '3' } }), /^steps means nothing to fgsm/);
    refuses(() => idsOf(['fgsm[steps=3]']), /FGSM has no parameter steps: it has none/);
    refuses(() => idsOf(['ifgsm[steps=three]']), /steps = three must be a whole number of at least 1/);
    refuses(() => idsOf(['ifgsm[steps=]']), /steps = nothing must be/);
    refuses(() => idsOf(['ifgsm[stepSize=3]']), /stepSize = 3 is larger than the range/);
    refuses(() => idsOf(['ifgsm[stepSize=0]']), /stepSize = 0 must be a part of the range, above 0/);
    refuses(() => idsOf(['fgsm'], { norm: 'l2' }), /FGSM does not work in L2: it has L∞/);
    refuses(() => idsOf(['fgsm[target=cat]']), /the target "cat" is unknown/);
    refuses(() => idsOf(['fgsm[label=maybe]']), /label = maybe must be true or predicted/);
  });
});

describe('parameters', () => {
  const table = {
    steps: wholeNumber('steps', 4),
    momentum: numberBetween('momentum', 0.5, 0, 1),
    stepSize: stepSize('step', ({ radius }) => (radius?.value ?? 0) / 4),
    loss: choice('loss', ['cross-entropy', 'dlr'], 'dlr'),
    restart: switched('restart', false),
  } satisfies ParameterTable;
  const context = { norm: 'linf', radius: { value: 0.1, unit: 'fraction of range' } } as const;
  const complete = (given: Record<string, ParameterValue>): Record<string, ParameterValue> =>
    completeParameters('Mine', table, given, context);
  const read = (written: Record<string, string>): Record<string, ParameterValue> =>
    readParameters('Mine', table, written, (text) => Number(text));

  test('those not given are their defaults, also where these follow from the radius', () => {
    const defaults = { steps: 4, momentum: 0.5, stepSize: 0.025, loss: 'dlr', restart: false };
    assert.deepEqual(complete({}), defaults);
    assert.deepEqual(complete({ steps: 9, restart: true }), { ...defaults, steps: 9, restart: true });
  });

  test('as written, they are of their kinds', () => {
    assert.deepEqual(read({ steps: '7', momentum: '1e-1', stepSize: '0.5', loss: 'dlr', restart: 'true' }), {
      steps: 7,
      momentum: 0.1,
      stepSize: 0.5,
      loss: 'dlr',
      restart: true,
    });
    for (const [name, text] of [
      ['steps', '0x10'],
      ['steps', 'Infinity'],
      ['momentum', ''],
      ['restart', 'yes'],
    ] as const) {
      refuses(() => read({ [name]: text }), new RegExp(`^Mine: ${name} = .* must be`));
    }
    refuses(() => read({ toString: '1' }), /has no parameter toString/);
  });

  test('those out of their domain are refused with what they must be', () => {
    refuses(() => complete({ steps: 0 }), /Mine: steps = 0 must be a whole number of at least 1/);
    refuses(() => complete({ steps: 1.5 }), /steps = 1.5 must be a whole number/);
    refuses(() => complete({ steps: '3' }), /steps = 3 must be a whole number/);
    refuses(() => complete({ momentum: 1.01 }), /momentum = 1.01 must be a number from 0 to 1/);
    refuses(() => complete({ momentum: NaN }), /momentum = NaN must be/);
    refuses(() => complete({ stepSize: 1.5 }), /stepSize = 1.5 must be a part of the range/);
    refuses(() => complete({ loss: 'hinge' }), /loss = hinge must be one of cross-entropy, dlr/);
    refuses(() => complete({ restart: 1 }), /restart = 1 must be true or false/);
    refuses(() => complete({ speed: 1 }), /Mine has no parameter speed: it has steps, momentum/);
  });
});

test('an attack that returns too few or too many values is named', async () => {
  const { randomLinearModel } = await import('./linear-classifier.ts');
  const model = randomLinearModel(1, 3, [4]);
  for (const length of [0, 4, 7, 12]) {
    const mine = createAttack({
      ...attackOf('fgsm'),
      title: 'Mine',
      run: () => Promise.resolve(new Float32Array(length)),
    });
    const batch = { inputs: new Float32Array(8), labels: Int32Array.of(0, 1), indices: [0, 1] };
    await assert.rejects(
      mine.perturb(model, batch, attackSettings(mine)),
      new RegExp(`Mine returned ${String(length)} values for 2 examples`),
    );
  }
});
