import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attackId, type AttackIdentity } from '../../src/core/attack-id.ts';

const part = (value: number): AttackIdentity['radius'] => ({ value, unit: 'fraction of range' });

test('an id says all that the attack was set to beside the defaults', () => {
  const plain: AttackIdentity = {
    method: 'ifgsm',
    norm: 'linf',
    radius: part(4 / 255),
    changed: [],
    target: null,
    label: 'true',
  };
  const changed = [
    ['steps', '20'],
    ['stepSize', '1/255'],
  ] as const;
  for (const [given, id] of [
    [{}, 'ifgsm@linf:4/255'],
    [{ changed }, 'ifgsm[steps=20,stepSize=1/255]@linf:4/255'],
    [
      { changed, target: 'next', label: 'predicted' },
      'ifgsm[steps=20,stepSize=1/255,target=next,label=predicted]@linf:4/255',
    ],
    [{ radius: part(0.0156862745098039) }, 'ifgsm@linf:4/255'],
    [{ radius: part(0.5 / 255) }, 'ifgsm@linf:0.5/255'],
    [{ radius: part(0.123 / 255) }, 'ifgsm@linf:0.123/255'],
    [{ radius: part(1 / 3) }, 'ifgsm@linf:85/255'],
    [{ radius: part(0.01234) }, 'ifgsm@linf:0.01234'],
    [{ radius: part(0) }, 'ifgsm@linf:0/255'],
    [{ method: 'pgd', norm: 'l2', radius: part(0.5) }, 'pgd@l2:0.5'],
    [{ method: 'ddn', norm: 'l2', radius: null }, 'ddn@l2'],
    [{ norm: 'l0', radius: { value: 10, unit: 'pixels' } }, 'ifgsm@l0:10px'],
    [{ norm: 'l0', radius: { value: 30, unit: 'elements' } }, 'ifgsm@l0:30el'],
  ] as const) {
    assert.equal(attackId({ ...plain, ...given }), id);
  }
});
