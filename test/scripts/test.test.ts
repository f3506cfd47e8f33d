/** That the script which runs the tests never passes for having run none. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = fileURLToPath(new URL('../../', import.meta.url));

function runTests(...named: readonly string[]): { readonly status: number | null; readonly output: string } {
  // A runner that is told of an outer one reports to it in another form.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/test.js', ...named], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

test('a name that no test file has fails, beside one that has too', () => {
  for (const named of [
    ['nothing-like-that'],
    ['core/bits', 'nothing-like-that'],
    ['scripts/nothing.test.ts'],
  ]) {
    const { status, output } = runTests(...named);
    assert.equal(status, 2, output);
    assert.match(output, /no test file is (nothing-like-that|scripts\/nothing)/);
  }
});

test('a file is taken by its path as it is written and by a part of it', () => {
  for (const named of ['test/core/bits.test.ts', './test/core/bits.test.ts', 'core/bits']) {
    const { status, output } = runTests(named);
    assert.equal(status, 0, output);
    assert.match(output, /tests [1-9]/);
  }
});
