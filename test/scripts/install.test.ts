/** That an install fetches nothing but what the registry has, and says nothing of settings that npm does not know. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));

test('the install step of onnxruntime-node, which downloads CUDA libraries, is never run from the lock file', () => {
  // npm runs the install steps of the packages that its lock file says have one; a version that knows
  // "allowScripts" asks that too. Whoever renews the lock file takes this one line out again.
  const { packages } = read('package-lock.json') as {
    readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
  };
  assert.equal(packages['node_modules/onnxruntime-node']?.hasInstallScript, undefined);
  const { allowScripts } = read('package.json') as {
    readonly allowScripts: Readonly<Record<string, boolean>>;
  };
  assert.equal(allowScripts['onnxruntime-node'], false);
});

test('no setting is written for npm that it does not know', () => {
  assert.equal(existsSync(new URL('../../.npmrc', import.meta.url)), false);
});
